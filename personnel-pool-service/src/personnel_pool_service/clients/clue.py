"""What this service asks clue-service: whether cadres are subjects of open clues, and whom a clue is about, by code."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from uuid import UUID

from chassis.errors import FieldError
from chassis.http import PeerFailed, Peers
from chassis.uow import Cause
from pydantic import BaseModel, ValidationError

from personnel_pool_service.cadres.domain import CadreFacts
from personnel_pool_service.recusals.errors import UnknownClue

_BATCH = 500  # cadres per question: a request body of some 100 kB


class _Verdict(BaseModel):
    cadre_id: UUID
    open_clue: bool


class _Answer(BaseModel):
    items: list[_Verdict]


class ClueFacts(BaseModel):
    """Whom a clue is about: units of the directory, and codes of supervised persons."""

    unit_codes: tuple[str, ...] = ()
    person_codes: tuple[str, ...] = ()


async def units_of_clues(
    peers: Peers, clues: Mapping[str, UUID], acting_for: str, cause: Cause
) -> dict[UUID, ClueFacts]:
    """Whom clues (JSON pointer → id) are about, as far as the acting user may see them.

    Raises:
        UnknownClue: one is not there, or not visible to the user; names the fields.
        PeerFailed: no answer, or one that is not one.
    """
    found: dict[UUID, ClueFacts] = {}
    unknown: list[str] = []
    for pointer, clue_id in clues.items():
        path = f"/v1/clues/{clue_id}/recusal-facts"
        response = await peers["clue"].call("GET", path, cause=cause, acting_for=acting_for)
        if response.status_code == 404:
            unknown.append(pointer)
            continue
        if response.status_code != 200:
            raise PeerFailed(members={"peer": "clue"})
        try:
            found[clue_id] = ClueFacts.model_validate_json(response.content)
        except ValidationError:
            raise PeerFailed(members={"peer": "clue"}) from None
    if unknown:
        raise UnknownClue(errors=[FieldError(pointer, "unknown_clue", UnknownClue.title) for pointer in unknown])
    return found


async def cadres_with_open_clue(peers: Peers, facts: Iterable[CadreFacts], cause: Cause) -> frozenset[UUID]:
    """Those who are the subject of an open clue. The answer is neither stored nor shown.

    Raises:
        PeerFailed: no answer, an answer that is not one, or an answer that leaves someone out; never a silent clear.
    """
    found: set[UUID] = set()
    rest = iter(facts)
    while batch := list(islice(rest, _BATCH)):
        found |= await _ask(peers, batch, cause)
    return frozenset(found)


async def _ask(peers: Peers, batch: Sequence[CadreFacts], cause: Cause) -> set[UUID]:
    question = {
        "cadres": [
            {
                "cadre_id": str(one.cadre_id),
                "name": one.name,
                "unit_codes": sorted({one.home_unit, *(post.unit_code for post in one.posts)}),
            }
            for one in batch
        ]
    }
    response = await peers["clue"].call("POST", "/v1/integrity-checks", json=question, cause=cause)
    if response.status_code != 200:
        raise PeerFailed(members={"peer": "clue"})
    try:
        verdicts = {one.cadre_id: one.open_clue for one in _Answer.model_validate_json(response.content).items}
    except ValidationError:
        # Without its cause: a validation error quotes what it was given.
        raise PeerFailed(members={"peer": "clue"}) from None
    if any(one.cadre_id not in verdicts for one in batch):
        raise PeerFailed(members={"peer": "clue"})
    return {one.cadre_id for one in batch if verdicts[one.cadre_id]}
