"""What this service asks personnel-pool-service: who manages somebody, and whose commission is competent by it."""

from collections.abc import Sequence

from chassis.http import PeerFailed, Peers
from chassis.uow import Cause
from pydantic import BaseModel, ValidationError

from clue_service.clues.vocabulary import RANKS
from clue_service.competences.domain import Asked, Managed


class _Authority(BaseModel):
    committee: str | None = None
    commission: str | None = None
    basis: str | None = None


class _Answer(BaseModel):
    items: list[_Authority]


async def who_manages(peers: Peers, asked: Sequence[Asked], cause: Cause) -> list[Managed]:
    """Who manages each of some people, in their order; codes of people and units go out, never a name.

    Raises:
        PeerFailed: no answer, or one that is not one.
    """
    if not asked:
        return []
    response = await peers["pool"].call(
        "POST", "/v1/cadre-authority-queries", json={"items": [_question(one) for one in asked]}, cause=cause
    )
    if response.status_code == 422 and any(one.person_code for one in asked):
        # Somebody's code is not on record: whoever also has a unit is asked for by the post.
        return await who_manages(peers, [one.without_code() for one in asked], cause)
    if response.status_code != 200:
        raise PeerFailed(members={"peer": "pool"})
    try:
        answer = _Answer.model_validate_json(response.content)
    except ValidationError:
        raise PeerFailed(members={"peer": "pool"}) from None
    return [
        Managed(one.key, found.committee, found.commission, found.basis)
        for one, found in zip(asked, answer.items, strict=True)
    ]


def _question(one: Asked) -> dict[str, str | None]:
    if one.person_code is not None:
        return {"person_code": one.person_code}
    rank = one.rank if one.rank in RANKS else None
    return {"unit_code": one.unit_code, "post": one.post or None, "rank": rank}
