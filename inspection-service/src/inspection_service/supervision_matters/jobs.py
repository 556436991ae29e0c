"""A difficulty that becomes directed support is put to the talent pool after commit, exactly once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.clients.errors import PeerRefused
from inspection_service.resources import own_of
from inspection_service.supervision_matters import referrals


async def refer_difficulty(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Ask the pool for directed support; raises PeerFailed while it does not answer."""
    difficulty_id = UUID(payload["difficulty_id"])
    async with resources.transactions(SYSTEM) as uow:
        wish = await referrals.wish_of(uow, difficulty_id)
    if wish is None:
        return
    try:
        support_id = await own_of(resources).pool.request_support(wish.body, key=str(difficulty_id), acting_for=wish.by)
    except PeerRefused as error:
        async with resources.transactions(SYSTEM) as uow:
            await referrals.settle(uow, difficulty_id, None, error.code)
        return
    async with resources.transactions(SYSTEM) as uow:
        await referrals.settle(uow, difficulty_id, support_id, None)


JOBS = {"refer-difficulty": refer_difficulty}
"""By kind."""
