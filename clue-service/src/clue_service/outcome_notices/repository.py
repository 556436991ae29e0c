"""SQL of outcome notices. Every read that answers a caller is filtered by ``visible_to``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.outcome_notices.models import OutcomeNotice
from clue_service.proceedings.policy import represented_units


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``service.parts_in`` in SQL: whether the viewer has any part, and is not recused."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The notices that the viewer has a part in."""
    met = and_(
        OutcomeNotice.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from_item(OutcomeNotice.item_type, OutcomeNotice.item_id, viewer.sub),
    )
    columns = (OutcomeNotice.unit, OutcomeNotice.commission, OutcomeNotice.handling_unit)
    return [PartOf(one, met) for column in columns for one in each(column, represented_units(viewer))]


async def add_notice(session: AsyncSession, values: Mapping[str, Any]) -> OutcomeNotice | None:
    """A notice; None where the unit was told of it before. Waits for another's open transaction on it."""
    statement = insert(OutcomeNotice).values(**values).on_conflict_do_nothing()
    notice_id = await session.scalar(statement.returning(OutcomeNotice.id))
    return await session.get(OutcomeNotice, notice_id) if notice_id is not None else None


async def find_visible(
    session: AsyncSession, viewer: Viewer, notice_id: UUID, *, lock: bool = False
) -> OutcomeNotice | None:
    """The notice, if the viewer has a part in it."""
    query = select(OutcomeNotice).where(OutcomeNotice.id == notice_id, visible_to(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def lock_one_late(session: AsyncSession, now: datetime) -> OutcomeNotice | None:
    """A notice nobody acknowledged in time; those another has locked are left."""
    query = (
        select(OutcomeNotice)
        .where(OutcomeNotice.state == "notified", OutcomeNotice.ack_due_at < now)
        .order_by(OutcomeNotice.ack_due_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return await session.scalar(query.execution_options(populate_existing=True))


def of_clue(clue_id: UUID) -> ColumnElement[bool]:
    """Notices of what came of a clue."""
    return and_(OutcomeNotice.item_type == "clue", OutcomeNotice.item_id == clue_id)
