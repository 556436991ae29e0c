"""SQL of clocks as data."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.db import table_of
from chassis.statements import Statement
from sqlalchemy import bindparam, false, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine
from clue_service.deadlines.models import CalendarYear, ClockChange, DeadlineRun, DueRuleVersion

_VERSIONS = select(*table_of(DueRuleVersion).c).order_by(DueRuleVersion.name, DueRuleVersion.version)
_OF_ALL, _OF_RULE = Statement(_VERSIONS), Statement(_VERSIONS.where(DueRuleVersion.name == bindparam("name")))
_YEARS = Statement(select(*table_of(CalendarYear).c).order_by(CalendarYear.year))
_rule = select(*table_of(DueRuleVersion).c).where(DueRuleVersion.name == bindparam("name")).subquery("rule")
_year = select(CalendarYear.year, CalendarYear.off_days, CalendarYear.workdays).subquery("calendar")
_COUNTING = Statement(
    select(_rule, _year).select_from(_rule.join(_year, false(), full=True)).order_by(_rule.c.version, _year.c.year)
)


async def list_versions(session: AsyncSession, name: str | None = None) -> Sequence[Any]:
    """The written versions of a rule, or of all, by name and number: rows with the columns of ``DueRuleVersion``."""
    return await (_OF_ALL.rows(session) if name is None else _OF_RULE.rows(session, {"name": name}))


async def serialise(session: AsyncSession, name: str) -> None:
    """Let those who write one thing come one after the other."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"clue:deadlines:{name}"})


async def list_years(session: AsyncSession) -> Sequence[Any]:
    """The calendars that people wrote, by year: rows with the columns of ``CalendarYear``."""
    return await _YEARS.rows(session)


async def list_counting(session: AsyncSession, name: str) -> tuple[Sequence[Any], Sequence[Any]]:
    """The written versions of a rule and the written calendars, in their order; one statement."""
    rows = await _COUNTING.rows(session, {"name": name})
    return [row for row in rows if row.name is not None], [row for row in rows if row.year is not None]


async def find_year(session: AsyncSession, year: int) -> CalendarYear | None:
    """One written calendar."""
    return await session.get(CalendarYear, year, populate_existing=True)


@reads_as_engine
async def changes_of_clock(session: AsyncSession, clue_id: UUID, rule: str, start: date) -> Sequence[ClockChange]:
    """Pauses and extensions of one clock of a clue, in their order."""
    query = select(ClockChange).where(
        ClockChange.clue_id == clue_id, ClockChange.rule == rule, ClockChange.clock_start == start
    )
    return (await session.scalars(query.order_by(ClockChange.id))).all()


async def list_changes(session: AsyncSession, clue_id: UUID) -> Sequence[ClockChange]:
    """All pauses and extensions of a clue that the caller may see, oldest first."""
    query = select(ClockChange).where(ClockChange.clue_id == clue_id).order_by(ClockChange.id)
    return (await session.scalars(query)).all()


@reads_as_engine
async def open_pause(session: AsyncSession, clue_id: UUID) -> ClockChange | None:
    """The pause that lasts."""
    query = select(ClockChange).where(
        ClockChange.clue_id == clue_id, ClockChange.kind == "pause", ClockChange.until.is_(None)
    )
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def unfinished_run(session: AsyncSession) -> DeadlineRun | None:
    """The run that was left off."""
    query = select(DeadlineRun).where(DeadlineRun.finished_at.is_(None)).order_by(DeadlineRun.id).limit(1)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def hold_run(session: AsyncSession) -> bool:
    """Take the place of the one run there may be, until the transaction ends."""
    lock = text("select pg_try_advisory_xact_lock(hashtextextended('clue:deadline_run', 0))")
    return bool(await session.scalar(lock))


async def page_of(
    session: AsyncSession, model: Any, where: Sequence[Any], after: UUID | None, limit: int, *, lock: bool
) -> Sequence[Any]:
    """Rows with a running clock after an id, in order; with ``lock`` nobody else changes them meanwhile."""
    query = select(model).where(*where).order_by(model.id).limit(limit).execution_options(populate_existing=True)
    if after is not None:
        query = query.where(model.id > after)
    return (await session.scalars(query.with_for_update(key_share=True) if lock else query)).all()


async def count_of(session: AsyncSession, model: Any, where: Sequence[Any]) -> int:
    """How many rows have a running clock."""
    return int(await session.scalar(select(func.count()).select_from(model).where(*where)) or 0)
