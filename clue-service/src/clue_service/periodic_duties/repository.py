"""SQL of duties."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, each
from clue_service.access.policy import Viewer
from clue_service.periodic_duties.models import PeriodicDuty
from clue_service.proceedings.policy import represented_units


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL: the duties that the viewer has a part in."""
    if viewer.service is not None:
        return []
    own = {code for code in (viewer.office_of, viewer.leads) if code is not None}
    sets = [*each(PeriodicDuty.commission, own), *each(PeriodicDuty.unit, represented_units(viewer))]
    return [PartOf(one, true()) for one in sets]


async def add_duty(session: AsyncSession, values: Mapping[str, Any]) -> PeriodicDuty | None:
    """A duty; None where this period has one, or another period is the latest. Waits for another's open transaction."""
    statement = insert(PeriodicDuty).values(**values).on_conflict_do_nothing()
    duty_id = await session.scalar(statement.returning(PeriodicDuty.id))
    return await session.get(PeriodicDuty, duty_id) if duty_id is not None else None


async def lock_one_over(session: AsyncSession, today: date) -> PeriodicDuty | None:
    """A latest period that is over, locked; those another has locked are left."""
    query = select(PeriodicDuty).where(PeriodicDuty.is_latest, PeriodicDuty.period_to < today)
    query = query.order_by(PeriodicDuty.period_to, PeriodicDuty.id).limit(1)
    return await session.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))
