"""Rows of clocks and lights."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.deadlines.domain import YELLOW_SPAN, Clock, Light
from notification_service.deadlines.models import Deadline, DeadlineLight
from notification_service.deadlines.profiles import GENERIC, Thresholds


async def started_at(session: AsyncSession, clock: Clock, now: datetime) -> datetime:
    """Since when the item is in its state: as long as a clock of the same rule has run for this unit, or from now."""
    statement = select(Deadline.started_at).where(
        Deadline.item_type == clock.item_type,
        Deadline.item_id == clock.item_id,
        Deadline.unit == clock.unit,
        Deadline.rule == clock.rule,
    )
    return await session.scalar(statement.with_for_update()) or now


async def store_clock(
    session: AsyncSession,
    clock: Clock,
    *,
    version: int,
    commission: str | None,
    started_at: datetime,
    thresholds: Thresholds,
) -> None:
    """Write a clock unless a newer event of its item has been written."""
    if clock.item_type == "clue":
        await _stop_others(session, clock, version)
    values = {
        "item_type": clock.item_type,
        "item_id": clock.item_id,
        "item_no": clock.item_no,
        "unit": clock.unit,
        "rule": clock.rule,
        "due_at": clock.due_at,
        "within": clock.within,
        "escalates_to": clock.escalates_to,
        "commission": commission,
        "started_at": started_at,
        **asdict(thresholds),
        "item_version": version,
        "sequence": 0,
    }
    statement = insert(Deadline).values(**values)
    changes = {name: statement.excluded[name] for name in values if name != "sequence"}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Deadline.item_type, Deadline.item_id, Deadline.unit],
            set_=changes,
            where=Deadline.item_version < statement.excluded.item_version,
        )
    )


async def _stop_others(session: AsyncSession, clock: Clock, version: int) -> None:
    """A clue is owed by one unit at a time: a clock of the unit that had it before stops."""
    await session.execute(
        update(Deadline)
        .where(
            Deadline.item_type == clock.item_type,
            Deadline.item_id == clock.item_id,
            Deadline.unit != clock.unit,
            Deadline.item_version < version,
        )
        .values(due_at=None, started_at=None, item_version=version)
    )


def _light(now: datetime) -> ColumnElement[str | None]:
    """``profiles.light_of`` in SQL, for clocks that end within the yellow span or have ended."""
    general = case((Deadline.due_at < now, Light.RED.value), else_=Light.YELLOW.value)
    by_profile = case(
        (Deadline.red_at < now, Light.RED.value),
        (Deadline.yellow_at < now, Light.YELLOW.value),
        (Deadline.blue_at < now, Light.BLUE.value),
    )
    return case((Deadline.profile == GENERIC, general), else_=by_profile)


def _is_near(now: datetime) -> ColumnElement[bool]:
    return Deadline.due_at.is_not(None) & (Deadline.due_at <= now + YELLOW_SPAN)


async def lock_due(session: AsyncSession, now: datetime, today: date, limit: int) -> list[Deadline]:
    """Clocks that show a light they have not shown today, nearest first, locked; those another has locked are left."""
    light = _light(now)
    shown = (
        select(DeadlineLight.deadline_id)
        .where(DeadlineLight.deadline_id == Deadline.id, DeadlineLight.light == light, DeadlineLight.day == today)
        .exists()
    )
    statement = (
        select(Deadline)
        .where(_is_near(now), light.is_not(None), ~shown)
        .order_by(Deadline.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(await session.scalars(statement))


async def lock_of_other_profile(
    session: AsyncSession, profiles: Mapping[str, str], now: datetime, limit: int
) -> Sequence[Deadline]:
    """Clocks of clues near their end that were written under other profiles than these (state → profile), locked."""
    wanted = case(profiles, value=Deadline.rule, else_=GENERIC) if profiles else literal(GENERIC)
    statement = (
        select(Deadline)
        .where(
            _is_near(now), Deadline.item_type == "clue", Deadline.started_at.is_not(None), Deadline.profile != wanted
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def show_light(session: AsyncSession, deadline: Deadline, light: Light, day: date) -> bool:
    """Write that a light was told on a day; False if it was before."""
    statement = insert(DeadlineLight).values(deadline_id=deadline.id, light=light.value, day=day)
    statement = statement.on_conflict_do_nothing()
    return await session.scalar(statement.returning(DeadlineLight.deadline_id)) is not None
