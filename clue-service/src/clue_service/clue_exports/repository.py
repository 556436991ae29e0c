"""SQL of exports. Row-level security asks again for every clue whose content is read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, each
from clue_service.access.policy import Viewer
from clue_service.clue_exports.domain import TIMED
from clue_service.clue_exports.models import ClueExport, ClueExportClue, ClueExportFile
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL; leaders meet an export of which they see a clue at least."""
    if viewer.service is not None:
        return []
    own = PartOf(ClueExport.requested_by == viewer.sub, ~func.is_recused_from(ClueExport.clue_id, viewer.sub))
    met = exists().where(
        ClueExportClue.export_id == ClueExport.id, Clue.id == ClueExportClue.clue_id, clue_visible_to(viewer)
    )
    decides = and_(ClueExport.secrecy_level.in_(sorted(viewer.cleared_for)), met)
    return [own, *(PartOf(one, decides) for one in each(ClueExport.commission, {viewer.leads} if viewer.leads else ()))]


async def clue_ids_of(session: AsyncSession, viewer: Viewer, export_id: UUID, **marked: bool) -> list[UUID]:
    """The clues of an export that the caller sees, in the order of their registration; ``marked`` narrows them."""
    query = select(Clue.id).join(ClueExportClue, ClueExportClue.clue_id == Clue.id)
    query = query.where(ClueExportClue.export_id == export_id, clue_visible_to(viewer))
    for name, value in marked.items():
        query = query.where(getattr(ClueExportClue, name) == value)
    return list(await session.scalars(query.order_by(Clue.id)))


async def count_clues(session: AsyncSession, viewer: Viewer, export_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many clues of each export the caller sees."""
    query = select(ClueExportClue.export_id, func.count()).join(Clue, Clue.id == ClueExportClue.clue_id)
    query = query.where(ClueExportClue.export_id.in_(list(export_ids)), clue_visible_to(viewer))
    return {row[0]: row[1] for row in await session.execute(query.group_by(ClueExportClue.export_id))}


async def mark(session: AsyncSession, export_id: UUID, clue_ids: Collection[UUID], **changes: bool) -> None:
    """Note that clues of an export were agreed on, or taken out."""
    where = and_(ClueExportClue.export_id == export_id, ClueExportClue.clue_id.in_(list(clue_ids)))
    await session.execute(update(ClueExportClue).where(where).values(**changes))


async def find_file(session: AsyncSession, export_id: UUID) -> bytes | None:
    """The sealed file of an export."""
    return await session.scalar(select(ClueExportFile.sealed).where(ClueExportFile.export_id == export_id))


async def destroy_file(session: AsyncSession, export_id: UUID) -> None:
    """The file is gone."""
    await session.execute(delete(ClueExportFile).where(ClueExportFile.export_id == export_id))


async def lock_one_late(session: AsyncSession, now: datetime) -> ClueExport | None:
    """An export whose time is over, locked; what another has locked is left."""
    query = select(ClueExport).where(ClueExport.state.in_(sorted(TIMED)), ClueExport.expires_at <= now)
    query = query.order_by(ClueExport.expires_at).limit(1).with_for_update(skip_locked=True)
    return await session.scalar(query.execution_options(populate_existing=True))


def of_clue(clue_id: UUID) -> ColumnElement[bool]:
    """Exports that take out a clue."""
    return exists().where(ClueExportClue.export_id == ClueExport.id, ClueExportClue.clue_id == clue_id)
