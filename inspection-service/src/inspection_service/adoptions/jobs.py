"""Carrying on an adoption whose request ended before it did."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.adoptions import service
from inspection_service.adoptions.domain import AdoptionState
from inspection_service.adoptions.errors import AdoptionPending
from inspection_service.adoptions.models import Adoption
from inspection_service.resources import own_of


async def carry_on_adoption(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Bring an adoption to its end, whichever it is; raises AdoptionPending while the pool does not answer."""
    adoption_id = UUID(payload["adoption_id"])
    pool = own_of(resources).pool
    async with resources.transactions(SYSTEM) as uow:
        adoption = await service.find_adoption(uow, adoption_id)
        if adoption is None:
            return
        period = await service.period_of(uow, adoption)
    if adoption.state == AdoptionState.RESERVING:
        reservations = await service.reserve_teams(pool, adoption, period)
        async with resources.transactions(SYSTEM) as uow:
            adoption = await service.settle_adoption(uow, adoption_id, reservations)
        if adoption.state == AdoptionState.RESERVING:
            raise AdoptionPending
    await undo_if_refused(resources, adoption, period)


async def undo_if_refused(resources: Resources, adoption: Adoption, period: tuple[date, date]) -> None:
    """Give back what a refused adoption had reserved."""
    if adoption.state == AdoptionState.COMPENSATING:
        await service.withdraw(own_of(resources).pool, adoption, period)
        async with resources.transactions(SYSTEM) as uow:
            await service.finish_withdrawal(uow, adoption.id)


JOBS = {"carry-on-adoption": carry_on_adoption}
