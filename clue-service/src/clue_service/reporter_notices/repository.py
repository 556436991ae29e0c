"""SQL of notices to reporters: for the office of the commission, about clues the viewer may see."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.statements import Statement
from sqlalchemy import ColumnElement, Uuid, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.reporter_notices.models import ReporterNotice

_REPORTED = Statement(
    select(Clue.id, Clue.clue_no, Clue.commission, Clue.received_on, Clue.reporter_identity, Clue.first_clue_id).where(
        Clue.id == func.any(bindparam("ids", type_=ARRAY(Uuid)))
    )
)


@reads_as_engine
async def list_reported(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Any]:
    """What notices to the reporters of some clues rest on: rows of (id, clue_no, commission, received_on, …).

    Asked of every clue that comes in.
    """
    return await _REPORTED.rows(session, {"ids": list(clue_ids)})


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer sits in the office of the commission and may see the clue."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The notices that the viewer may see."""
    if viewer.office_of is None or viewer.service is not None:
        return []
    seen = exists().where(Clue.id == ReporterNotice.clue_id, clue_visible_to(viewer))
    return [PartOf(ReporterNotice.commission == viewer.office_of, seen)]


async def find_visible(
    session: AsyncSession, viewer: Viewer, notice_id: UUID, *, lock: bool = False
) -> ReporterNotice | None:
    """The notice, if the viewer may see it."""
    query = select(ReporterNotice).where(ReporterNotice.id == notice_id, visible_to(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def lock_of_clue(session: AsyncSession, clue_id: UUID, kind: str) -> ReporterNotice | None:
    """The notice of a kind about a clue, locked."""
    query = select(ReporterNotice).where(ReporterNotice.clue_id == clue_id, ReporterNotice.kind == kind)
    return await session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))


@reads_as_engine
async def owed_kinds(session: AsyncSession, clue_id: UUID) -> list[str]:
    """The kinds of notices about a clue that are owed, sorted."""
    query = select(ReporterNotice.kind).where(ReporterNotice.clue_id == clue_id, ReporterNotice.state == "owed")
    return sorted(await session.scalars(query))


async def add_notice(session: AsyncSession, values: Mapping[str, Any]) -> ReporterNotice | None:
    """A notice; None where there is one. Waits for another's open transaction on it."""
    statement = insert(ReporterNotice).values(**values).on_conflict_do_nothing()
    notice_id = await session.scalar(statement.returning(ReporterNotice.id))
    return await session.get(ReporterNotice, notice_id) if notice_id is not None else None
