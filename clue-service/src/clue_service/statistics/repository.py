"""SQL of figures: counts of rows that say when they were written, so that any past day can be counted again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, all_, and_, cast, exists, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clue_service.access.row_security import reads_as_engine
from clue_service.advice.models import Advice
from clue_service.clues.models import Allegation, Clue, Disposition, Result
from clue_service.library_items.models import LibraryItem
from clue_service.proceedings.models import ProceedingStep
from clue_service.statistics.domain import Figures, Scope, counted


def _clues(scope: Scope, until: datetime, without: str | None) -> list[ColumnElement[bool]]:
    conditions = [
        Clue.commission == scope.commission,
        Clue.secrecy_level.in_(scope.levels),
        Clue.registered_at < until,
    ]
    if scope.units is not None:
        conditions.append(Clue.subject_units.overlap(list(scope.units)))
    if without is not None:
        conditions.append(literal(without) != all_(Clue.recused))
    return conditions


@reads_as_engine
async def count_figures(
    session: AsyncSession, scope: Scope, zone: str, *, until: datetime, without: str | None
) -> Figures:
    """The figures of a scope.

    Args:
        zone: Civil time zone of days and months.
        until: The end of the day as of which it is counted; nothing written later counts.
        without: Who is not shown what they are recused from; None where nobody who is recused reads it.
    """
    of = _clues(scope, until, without)
    registered = and_(*of, _on(Clue.registered_at, scope, zone))
    month = func.to_char(func.timezone(zone, Clue.registered_at), "YYYY-MM")
    unit = func.unnest(Clue.subject_units).label("unit")
    units = select(unit).where(registered).subquery()

    async def counts(code: Any, *, of_table: Any = None, where: Any = registered) -> dict[str, int]:
        query = select(code.label("code"), func.count()).where(where).group_by(literal_column("1"))
        query = query.select_from(of_table) if of_table is not None else query
        return counted((row[0], row[1]) for row in await session.execute(query))

    decided = and_(*of, Disposition.decision == "approved", _during(Disposition.decided_at, scope, zone, until))
    recorded = and_(*of, _during(Result.recorded_at, scope, zone, until))
    disposed = Disposition.__table__.join(Clue.__table__, Disposition.clue_id == Clue.id)
    resulted = Result.__table__.join(Clue.__table__, Result.clue_id == Clue.id)
    by_unit = select(units.c.unit, func.count()).group_by(units.c.unit)
    return Figures(
        clues=int(await session.scalar(select(func.count()).select_from(Clue).where(registered)) or 0),
        by_source=await counts(Clue.source_code),
        by_channel=await counts(Clue.channel),
        by_category=await _categories(session, registered, until),
        by_month=await counts(month),
        by_unit=counted((row[0], row[1]) for row in await session.execute(by_unit)),
        dispositions=await counts(Disposition.method, of_table=disposed, where=decided),
        outcomes=await counts(Result.outcome, of_table=resulted, where=recorded),
        forms=await counts(Result.four_forms, of_table=resulted, where=and_(recorded, Result.four_forms.is_not(None))),
        advice=await _advice(session, scope, zone, until, without),
        library=await _library(session, scope, zone, until),
    )


def _on(column: Any, scope: Scope, zone: str) -> ColumnElement[bool]:
    day = cast(func.timezone(zone, column), Date)
    found: ColumnElement[bool] = day.between(scope.first, scope.last)
    return found


def _during(column: Any, scope: Scope, zone: str, until: datetime) -> ColumnElement[bool]:
    return and_(column < until, _on(column, scope, zone))


async def _categories(session: AsyncSession, registered: ColumnElement[bool], until: datetime) -> dict[str, int]:
    """Clues by category; an allegation that a split took away counts where it was as long as the split was not."""
    other = aliased(Clue)
    moved = exists().where(other.id == Allegation.moved_to_id, other.registered_at < until)
    query = (
        select(Allegation.category_code, func.count(Clue.id.distinct()))
        .join(Clue, Clue.id == Allegation.clue_id)
        .where(registered, or_(Allegation.moved_to_id.is_(None), ~moved))
        .group_by(Allegation.category_code)
    )
    return counted((row[0], row[1]) for row in await session.execute(query))


async def _advice(session: AsyncSession, scope: Scope, zone: str, until: datetime, without: str | None) -> int:
    conditions = [
        Advice.commission == scope.commission,
        Advice.secrecy_level.in_(scope.levels),
        ProceedingStep.verb == "serve",
        _during(ProceedingStep.taken_at, scope, zone, until),
    ]
    if scope.units is not None:
        conditions.append(Advice.addressed_unit.in_(scope.units))
    if without is not None:
        conditions.append(~func.is_recused_from_item("advice", Advice.id, without))
    query = select(func.count(Advice.id.distinct())).join(ProceedingStep, ProceedingStep.item_id == Advice.id)
    return int(await session.scalar(query.where(*conditions)) or 0)


async def _library(session: AsyncSession, scope: Scope, zone: str, until: datetime) -> dict[str, int]:
    """Entries of the commission that were entered in the period and not withdrawn by the day."""
    conditions = [
        LibraryItem.commission == scope.commission,
        _during(LibraryItem.entered_at, scope, zone, until),
        or_(LibraryItem.withdrawn_at.is_(None), LibraryItem.withdrawn_at >= until),
    ]
    if scope.units is not None:
        conditions.append(LibraryItem.unit_code.in_(scope.units))
    query = select(LibraryItem.kind, func.count()).where(*conditions).group_by(LibraryItem.kind)
    return counted((row[0], row[1]) for row in await session.execute(query))


@reads_as_engine
async def is_recused_within(session: AsyncSession, sub: str, commission: str, until: datetime) -> bool:
    """Whether somebody is recused from a clue that counts into a commission's figures."""
    kept_away = and_(Clue.recused != [], Clue.recused.contains([sub]))
    met = exists().where(Clue.commission == commission, Clue.registered_at < until, kept_away)
    return bool(await session.scalar(select(met)))
