"""What this service asks clue-service: whether a cadre is the subject of an open clue. A verdict, no data."""

from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import UUID

from chassis.http import PeerFailed, Peers
from chassis.uow import Cause
from pydantic import BaseModel, ValidationError

from personnel_pool_service.cadres.domain import RecusalFacts

_BATCH = 500  # cadres per question: a request body of some 100 kB


class _Verdict(BaseModel):
    cadre_id: UUID
    open_clue: bool


class _Answer(BaseModel):
    items: list[_Verdict]


async def cadres_with_open_clue(peers: Peers, facts: Iterable[RecusalFacts], cause: Cause) -> frozenset[UUID]:
    """Those who are the subject of an open clue. The answer is neither stored nor shown.

    Raises:
        PeerFailed: no answer, an answer that is not one, or an answer that leaves someone out; never a silent clear.
    """
    found: set[UUID] = set()
    rest = iter(facts)
    while batch := list(islice(rest, _BATCH)):
        found |= await _ask(peers, batch, cause)
    return frozenset(found)


async def _ask(peers: Peers, batch: Sequence[RecusalFacts], cause: Cause) -> set[UUID]:
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
