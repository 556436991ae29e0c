"""Following clocks, and telling of their lights: once per item, light and day."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Envelope, Event
from contracts.notification import DeadlineEvent, DeadlineOverdue, DeadlineReminded

from notification_service.deadlines import repository
from notification_service.deadlines.clocks import CLOCKS
from notification_service.deadlines.domain import Clock, Light, addresses_of
from notification_service.deadlines.models import Deadline
from notification_service.deadlines.profiles import (
    GENERIC,
    LEADS,
    PROFILES,
    Profile,
    Thresholds,
    light_of,
    profile_for,
    thresholds_of,
)
from notification_service.deadlines.settings import light_settings
from notification_service.deadlines.states import Clocks, State
from notification_service.notices import service as notices
from notification_service.notices.items import Item
from notification_service.notices.service import Draft
from notification_service.resources import NotificationResources, own_of

_BATCH = 100


async def follow(uow: Uow, events: Sequence[tuple[Envelope, Event]]) -> None:
    """Start, move or stop the clocks of the events' items; older events change nothing."""
    found = [
        (clock, envelope) for envelope, event in events if event.type in CLOCKS for clock in CLOCKS[event.type](event)
    ]
    if not found:
        return
    clocks = Clocks.of(await repository.lock_clocks(uow.session, {(one.item_type, one.item_id) for one, _ in found}))
    for clock, envelope in found:
        _follow(uow, clocks, clock, envelope.time, version=envelope.version, commission=envelope.commission)
    await repository.store_clocks(uow.session, clocks.changed.values())


async def set_clock(uow: Uow, clock: Clock, *, version: int, commission: str | None) -> None:
    """Start, move or stop the clock of an item of this service's own, at a version of the item."""
    clocks = Clocks.of(await repository.lock_clocks(uow.session, {(clock.item_type, clock.item_id)}))
    _follow(uow, clocks, clock, uow.now, version=version, commission=commission)
    await repository.store_clocks(uow.session, clocks.changed.values())


def _follow(uow: Uow, clocks: Clocks, clock: Clock, at: datetime, *, version: int, commission: str | None) -> None:
    since = clocks.since(clock, at)
    thresholds = thresholds_of(clock, since, light_settings().light_profiles, uow.clock.zone)
    clocks.follow(State(clock, version, commission, since, thresholds))


Owing = Callable[[Uow, str], Awaitable[Mapping[str, str | None]]]
"""Who owes something about an item by its id: sub → unit concerned."""


async def show_lights(resources: Resources, owing: Mapping[str, Owing] = MappingProxyType({})) -> int:
    """Tell of every light not told today, by the business clock; returns how many.

    Args:
        resources: the service's.
        owing: item types whose lights are for people who are known by name, not by what their unit owes.
    """
    await _follow_profiles(resources)
    told = 0
    while True:
        async with resources.transactions(SYSTEM) as uow:
            due = await repository.lock_due(uow.session, uow.now, uow.clock.today(), _BATCH)
            for deadline in due:
                told += await _show(uow, own_of(resources), deadline, owing)
        if len(due) < _BATCH:
            return told


async def _follow_profiles(resources: Resources) -> None:
    """Clocks that run since before the operator chose other profiles take their thresholds from those."""
    chosen = light_settings().light_profiles
    states = {rule for profile in PROFILES.values() for rule in profile}
    found = {rule: profile_for("clue", rule, chosen) for rule in states}
    wanted = {rule: profile.value for rule, profile in found.items() if profile is not None}
    while True:
        async with resources.transactions(SYSTEM) as uow:
            others = await repository.lock_of_other_profile(uow.session, wanted, uow.now, _BATCH)
            for one in others:
                clock = Clock(one.item_type, one.item_id, one.item_no, one.unit, one.rule, one.due_at)
                thresholds = thresholds_of(clock, one.started_at, chosen, uow.clock.zone)
                for name, value in asdict(thresholds).items():
                    setattr(one, name, value)
        if len(others) < _BATCH:
            return


def _leaders_told(deadline: Deadline, light: Light) -> frozenset[str]:
    """Leaders that a local profile names for the light."""
    return LEADS[Profile(deadline.profile)].get(light, frozenset()) if deadline.profile != GENERIC else frozenset()


async def _show(uow: Uow, own: NotificationResources, deadline: Deadline, owing: Mapping[str, Owing]) -> bool:
    light = present_light(deadline, uow.now)
    if light is None or not await repository.show_light(uow.session, deadline, light, uow.clock.today()):
        return False
    contract = DeadlineOverdue if light is Light.RED else DeadlineReminded
    event_id = await emit_about(uow, deadline, contract, light)
    item = Item(deadline.item_type, deadline.item_id, deadline.item_no, deadline.due_at)
    # A reminder is about today; whoever takes up the role tomorrow gets tomorrow's.
    draft = Draft(event_id, f"deadline_{light.value}", item, is_lasting=False)
    if deadline.item_type in owing:
        people = await owing[deadline.item_type](uow, deadline.item_id)
        await notices.announce_to(uow, own, draft, people)
        return True
    addresses = addresses_of(
        deadline.item_type,
        deadline.unit,
        light,
        within=deadline.within,
        escalates_to=deadline.escalates_to,
        leaders=_leaders_told(deadline, light),
    )
    await notices.announce(uow, own, draft, addresses)
    return True


async def emit_about(uow: Uow, deadline: Deadline, contract: type[DeadlineEvent], light: Light | None) -> UUID:
    """Tell other systems about a clock; returns the event's id."""
    assert deadline.due_at is not None  # as all that are told of
    deadline.sequence += 1
    await uow.session.flush()
    event = contract(
        deadline_id=deadline.id,
        item_type=deadline.item_type,
        item_id=deadline.item_id,
        unit=deadline.unit,
        rule=deadline.rule,
        light=light.value if light else "none",
        due_at=deadline.due_at,
    )
    return await uow.emit(event, aggregate_id=deadline.id, version=deadline.sequence, commission=deadline.commission)


def present_light(deadline: Deadline, now: datetime) -> Light | None:
    """What a running clock shows now; None: nothing yet."""
    assert deadline.due_at is not None  # it runs
    by = Thresholds(deadline.profile, deadline.blue_at, deadline.yellow_at, deadline.red_at)
    return light_of(deadline.due_at, now, by)
