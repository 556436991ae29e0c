"""Local rules by which the lights of clues follow how long a clue has been in its state. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType

from chassis.clock import end_of_day, months_after

from notification_service.deadlines.domain import YELLOW_SPAN, Clock, Light

GENERIC = "generic"


class Profile(StrEnum):
    """``no_opinion``: how long no opinion was given. ``progress``: how long a talk or a verification takes."""

    NO_OPINION = "no_opinion"
    PROGRESS = "progress"


@dataclass(frozen=True)
class Months:
    """After how many months in its state a clue shows a light; None: it never shows that one."""

    blue: int | None = None
    yellow: int | None = None
    red: int | None = None


PROFILES: Mapping[Profile, Mapping[str, Months]] = MappingProxyType(
    {
        Profile.NO_OPINION: {"assigned": Months(yellow=1, red=2)},
        Profile.PROGRESS: {
            "assigned": Months(blue=1),
            "talk_inquiry": Months(blue=1, yellow=2, red=3),
            "preliminary_verification": Months(yellow=3, red=6),
        },
    }
)
"""Profile → state of a clue → when its lights begin. What is not here follows the general rule."""

LEADS: Mapping[Profile, Mapping[Light, frozenset[str]]] = MappingProxyType(
    {
        Profile.NO_OPINION: {Light.RED: frozenset({"leader", "principal_leader", "deputy_leader"})},
        Profile.PROGRESS: {
            Light.YELLOW: frozenset({"leader", "deputy_leader"}),
            Light.RED: frozenset({"leader", "principal_leader"}),
        },
    }
)
"""Which leaders of the unit that owes, or of its commission, are told of a light as well."""


@dataclass(frozen=True)
class Thresholds:
    """From when a clock shows each light, by a profile."""

    profile: str = GENERIC
    blue_at: datetime | None = None
    yellow_at: datetime | None = None
    red_at: datetime | None = None


GENERAL = Thresholds()


def light_of(due_at: datetime, now: datetime, by: Thresholds = GENERAL) -> Light | None:
    """The light of a clock that ends at ``due_at``. Whoever was given more time sees none before that is near."""
    if due_at - now > YELLOW_SPAN:
        return None
    if by.profile == GENERIC:
        return Light.RED if now > due_at else Light.YELLOW
    lights = ((by.red_at, Light.RED), (by.yellow_at, Light.YELLOW), (by.blue_at, Light.BLUE))
    return next((light for at, light in lights if at is not None and now > at), None)


def profile_for(item_type: str, rule: str, chosen: Sequence[Profile]) -> Profile | None:
    """The profile that holds for a clock; None: the general rule."""
    if item_type != "clue":
        return None
    return next((one for one in chosen if rule in PROFILES[one]), None)


def thresholds_of(clock: Clock, started_at: datetime | None, chosen: Sequence[Profile], zone: tzinfo) -> Thresholds:
    """When a clock that began at ``started_at`` shows its lights. One whose beginning is unknown is a general one."""
    profile = profile_for(clock.item_type, clock.rule, chosen)
    if profile is None or started_at is None:
        return GENERAL
    months = PROFILES[profile][clock.rule]
    first = started_at.astimezone(zone).date()

    def at(count: int | None) -> datetime | None:
        return None if count is None else end_of_day(months_after(first, count), zone)

    return Thresholds(profile.value, at(months.blue), at(months.yellow), at(months.red))
