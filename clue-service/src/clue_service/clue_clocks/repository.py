"""SQL of clocks beside the first."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clue_clocks.domain import RUNNING, Kind
from clue_service.clue_clocks.models import ClueClock, ClueClockChange
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue, Subject
from clue_service.deadlines.changing import PAUSE


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL: clocks the viewer has a part in, of clues the viewer sees."""
    if viewer.service is not None:
        return []
    seen = exists().where(Clue.id == ClueClock.clue_id, clue_visible_to(viewer))
    own = {code for code in (viewer.office_of, viewer.leads) if code is not None}
    sets = [*each(ClueClock.commission, own), *each(ClueClock.unit, viewer.units)]
    return [PartOf(one, seen) for one in sets]


async def list_of_clue(session: AsyncSession, viewer: Viewer, clue_id: UUID) -> Sequence[ClueClock]:
    """The clocks of a clue that the viewer has a part in, oldest first."""
    query = select(ClueClock).where(ClueClock.clue_id == clue_id, any_of(parts_of(viewer))).order_by(ClueClock.id)
    return (await session.scalars(query)).all()


async def lock_of_clue(session: AsyncSession, clue_id: UUID) -> Sequence[ClueClock]:
    """All clocks of a clue, locked, for the service's own work."""
    query = select(ClueClock).where(ClueClock.clue_id == clue_id).order_by(ClueClock.id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


@reads_as_engine
async def runs_for(session: AsyncSession, clue_id: UUID, subject_id: UUID) -> bool:
    """Whether the reply of a subject is awaited. Lock the clue before."""
    query = select(ClueClock.id).where(
        ClueClock.clue_id == clue_id,
        ClueClock.subject_id == subject_id,
        ClueClock.kind == Kind.INQUIRY_REPLY,
        ClueClock.state.in_(sorted(RUNNING)),
    )
    return await session.scalar(query) is not None


async def has_subject(session: AsyncSession, clue_id: UUID, subject_id: UUID) -> bool:
    """Whether a clue reports a subject."""
    query = select(Subject.id).where(Subject.id == subject_id, Subject.clue_id == clue_id)
    return await session.scalar(query) is not None


async def add_report(session: AsyncSession, values: Mapping[str, Any]) -> ClueClock | None:
    """The clock of a report; None where the clue has one. Waits for another's open transaction on it."""
    statement = insert(ClueClock).values(**values).on_conflict_do_nothing()
    clock_id = await session.scalar(statement.returning(ClueClock.id))
    return await session.get(ClueClock, clock_id) if clock_id is not None else None


@reads_as_engine
async def list_changes(session: AsyncSession, clock_id: UUID) -> Sequence[ClueClockChange]:
    """Pauses and extensions of a clock, in their order."""
    query = select(ClueClockChange).where(ClueClockChange.clock_id == clock_id).order_by(ClueClockChange.id)
    return (await session.scalars(query)).all()


async def open_pause(session: AsyncSession, clock_id: UUID) -> ClueClockChange | None:
    """The pause of a clock that lasts. Lock the clock before."""
    query = select(ClueClockChange).where(
        ClueClockChange.clock_id == clock_id, ClueClockChange.kind == PAUSE, ClueClockChange.until.is_(None)
    )
    return await session.scalar(query)
