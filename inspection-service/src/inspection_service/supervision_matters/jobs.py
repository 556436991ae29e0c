"""A difficulty is put to whoever can help after commit, exactly once: the talent pool, or a consultation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.clients.errors import PeerRefused
from inspection_service.resources import own_of
from inspection_service.supervision_matters import referrals
from inspection_service.supervision_matters.referrals import Reply, Wish
from inspection_service.supervision_matters.schemas import Referral


async def refer_difficulty(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Ask for directed support or a consultation; raises PeerFailed while nobody answers."""
    difficulty_id = UUID(payload["difficulty_id"])
    async with resources.transactions(SYSTEM) as uow:
        wish = await referrals.wish_of(uow, difficulty_id)
    if wish is None:
        return
    try:
        reply = await _ask(resources, wish, difficulty_id)
    except PeerRefused as error:
        reply = Reply(refusal_code=error.code)
    async with resources.transactions(SYSTEM) as uow:
        await referrals.settle(uow, difficulty_id, reply)


async def _ask(resources: Resources, wish: Wish, difficulty_id: UUID) -> Reply:
    own = own_of(resources)
    if wish.referral is Referral.CONSULTATION:
        return Reply(consultation=await own.clue.convene(wish.body, acting_for=wish.by))
    return Reply(support_id=await own.pool.request_support(wish.body, key=str(difficulty_id), acting_for=wish.by))


JOBS = {"refer-difficulty": refer_difficulty}
"""By kind."""
