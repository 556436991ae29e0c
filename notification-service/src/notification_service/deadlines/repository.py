"""Rows of clocks and lights."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.clock import Clock as BusinessClock
from chassis.db import as_rows, given_rows, inserting
from sqlalchemy import ColumnElement, Date, Text, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.deadlines.domain import ACKNOWLEDGING, YELLOW_SPAN, Clock, Light
from notification_service.deadlines.models import Deadline, DeadlineEscalation, DeadlineLight
from notification_service.deadlines.profiles import GENERIC, Thresholds
from notification_service.deadlines.states import State
from notification_service.notices.models import Delivery, Notice

_KEY = ("item_type", "item_id", "unit")
_CLOCK = ("item_no", "rule", "due_at", "within", "escalates_to")
_THRESHOLDS = ("profile", "blue_at", "yellow_at", "red_at")
_KEPT = (*_CLOCK, "commission", "started_at", *_THRESHOLDS, "item_version")

_ITEMS = given_rows(item_type=Text, item_id=Text)
_LOCK = (
    select(*(getattr(Deadline, name) for name in (*_KEY, *_KEPT)))
    .join(_ITEMS, (Deadline.item_type == _ITEMS.c.item_type) & (Deadline.item_id == _ITEMS.c.item_id))
    .order_by(Deadline.id)
    .with_for_update(of=Deadline)
)
_WRITE = inserting(Deadline, *_KEY, *_KEPT, "sequence")
_STORE = _WRITE.on_conflict_do_update(
    index_elements=_KEY,
    set_={name: _WRITE.excluded[name] for name in _KEPT},
    where=Deadline.item_version < _WRITE.excluded.item_version,
)


async def lock_clocks(session: AsyncSession, items: Collection[tuple[str, str]]) -> list[State]:
    """Every clock of some items (type, id), locked."""
    wanted = [{"item_type": item_type, "item_id": item_id} for item_type, item_id in sorted(items)]
    rows = (await session.execute(_LOCK, {"rows": as_rows(wanted)})).mappings()
    return [
        State(
            Clock(**{name: row[name] for name in (*_KEY, *_CLOCK)}),
            row["item_version"],
            row["commission"],
            row["started_at"],
            Thresholds(**{name: row[name] for name in _THRESHOLDS}),
        )
        for row in rows
    ]


async def store_clocks(session: AsyncSession, states: Iterable[State]) -> None:
    """Write clocks unless a newer event of their item has been written; a new one has told of no light yet."""
    rows = [
        {
            **{name: getattr(state.clock, name) for name in (*_KEY, *_CLOCK)},
            "commission": state.commission,
            "started_at": state.started_at,
            **asdict(state.thresholds),
            "item_version": state.version,
            "sequence": 0,
        }
        for state in states
    ]
    if rows:
        await session.execute(_STORE, {"rows": as_rows(rows)})


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


async def count_lights(session: AsyncSession, now: datetime) -> dict[tuple[str, str], int]:
    """How many running clocks show a light, by type of item and light."""
    light = _light(now)
    statement = (
        select(Deadline.item_type, light, func.count())
        .where(_is_near(now), light.is_not(None))
        .group_by(Deadline.item_type, light)
    )
    rows = await session.execute(statement)
    return {(item_type, shown): count for item_type, shown, count in rows if shown is not None}


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


class Unacknowledged(NamedTuple):
    """A clock nobody has acknowledged, since when, and the civil day from which the working days are counted."""

    deadline: Deadline
    since: datetime
    first_day: date


async def lock_unacknowledged(
    session: AsyncSession, clock: BusinessClock, *, after: UUID, patience: int, elsewhere: Collection[str], limit: int
) -> list[Unacknowledged]:
    """Running clocks after an id that nobody has acknowledged for at least ``patience`` calendar days, not escalated
    yet, locked; those another has locked are left."""
    zone = clock.zone.key
    is_asked = Deadline.rule.in_(sorted(ACKNOWLEDGING)) & Deadline.started_at.is_not(None)
    since = case((is_asked, Deadline.started_at), else_=Deadline.due_at)
    first_red = func.least(Deadline.due_at, Deadline.red_at)
    told_on = (
        select(func.min(DeadlineLight.day))
        .where(
            DeadlineLight.deadline_id == Deadline.id,
            DeadlineLight.light == Light.RED.value,
            DeadlineLight.day >= cast(func.timezone(zone, first_red), Date),
        )
        .scalar_subquery()
    )
    first_day = case((is_asked, cast(func.timezone(zone, Deadline.started_at), Date)), else_=told_on)
    acknowledged = (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.item_id == Deadline.item_id, Notice.item_type == Deadline.item_type, Notice.kind == "deadline_red",
            Notice.due_at == Deadline.due_at, Delivery.unit == Deadline.unit, Delivery.acknowledged_at.is_not(None),
        )
        .exists()
    )  # fmt: skip
    escalated = (
        select(DeadlineEscalation.deadline_id)
        .where(DeadlineEscalation.deadline_id == Deadline.id, DeadlineEscalation.since == since)
        .exists()
    )
    statement = (
        select(Deadline, since, first_day)
        .where(
            Deadline.id > after, Deadline.due_at.is_not(None), Deadline.item_type.not_in(sorted(elsewhere)),
            or_(is_asked, Deadline.due_at <= clock.now() + YELLOW_SPAN),
            first_day <= clock.today() - timedelta(days=patience), ~escalated, or_(is_asked, ~acknowledged),
        )
        .order_by(Deadline.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Deadline)
    )  # fmt: skip
    return [Unacknowledged(*row) for row in await session.execute(statement)]


async def note_escalation(session: AsyncSession, deadline_id: UUID, since: datetime, now: datetime) -> None:
    """Write that leaders were told."""
    session.add(DeadlineEscalation(deadline_id=deadline_id, since=since, escalated_at=now))


async def show_light(session: AsyncSession, deadline: Deadline, light: Light, day: date) -> bool:
    """Write that a light was told on a day; False if it was before."""
    statement = insert(DeadlineLight).values(deadline_id=deadline.id, light=light.value, day=day)
    statement = statement.on_conflict_do_nothing()
    return await session.scalar(statement.returning(DeadlineLight.deadline_id)) is not None
