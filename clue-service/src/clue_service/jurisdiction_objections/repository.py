"""SQL of jurisdiction objections. Row-level security hides them from whoever is recused from the clue."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.jurisdiction_objections.domain import OWING
from clue_service.jurisdiction_objections.models import JurisdictionObjection
from clue_service.jurisdiction_objections.policy import sides_of


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The objections that the viewer has a part in."""
    columns = (JurisdictionObjection.raised_by, JurisdictionObjection.sender, JurisdictionObjection.superior)
    met = and_(
        JurisdictionObjection.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from(JurisdictionObjection.clue_id, viewer.sub),
    )
    return [PartOf(one, met) for column in columns for one in each(column, sides_of(viewer))]


@reads_as_engine
async def of_transfer(session: AsyncSession, transfer_id: UUID) -> JurisdictionObjection | None:
    """The objection to a transfer, for the service's own work."""
    query = select(JurisdictionObjection).where(JurisdictionObjection.transfer_id == transfer_id)
    return await session.scalar(query.execution_options(populate_existing=True))


async def lock_one_late(session: AsyncSession, now: datetime) -> JurisdictionObjection | None:
    """One whose term has passed; others are left to other workers."""
    query = (
        select(JurisdictionObjection)
        .where(JurisdictionObjection.state.in_(sorted(OWING)), JurisdictionObjection.due_at < now)
        .order_by(JurisdictionObjection.due_at)
        .limit(1)
    )
    return await session.scalar(query.with_for_update(key_share=True, skip_locked=True))
