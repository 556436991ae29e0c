"""Why a candidate could be lent for a seat, or could not: one verdict per rule, all of them, never only the first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from personnel_pool_service.bookings.domain import Period, Rest, is_over_cumulative, is_too_soon
from personnel_pool_service.cadres.domain import ACTIVE, Demand


@dataclass(frozen=True)
class RuleVerdict:
    """One rule about one candidate. ``reason`` is a code; ``detail`` what is missing or in the way, by code."""

    rule: str
    ok: bool
    reason: str | None = None
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """What the rules look at."""

    cadre_id: UUID
    home_unit: str
    status: str
    tags: Sequence[str]
    pool_kinds: Sequence[str]


@dataclass(frozen=True)
class Room:
    """What a candidate's time and home unit allow in the period asked about."""

    taken: tuple[Period, ...] = ()
    """Days of the candidate that are taken, in the period and around it."""
    home_can_lend: bool = True
    rest: Rest = Rest()  # noqa: RUF009 - frozen, without fields that could change


def about_standing(candidate: Candidate) -> RuleVerdict:
    """Only active cadres are lent."""
    is_active = candidate.status == ACTIVE
    return RuleVerdict("standing", is_active, None if is_active else candidate.status)


def about_demand(candidate: Candidate, demand: Demand) -> RuleVerdict:
    """All of the tags, and one of the pool kinds if any are named."""
    missing = tuple(tag for tag in demand.tags if tag not in candidate.tags)
    has_kind = not demand.pool_kinds or not set(demand.pool_kinds).isdisjoint(candidate.pool_kinds)
    if missing:
        return RuleVerdict(f"demand:{demand.role}", ok=False, reason="tags_missing", detail=missing)
    if not has_kind:
        return RuleVerdict(
            f"demand:{demand.role}", ok=False, reason="pool_kind_missing", detail=tuple(demand.pool_kinds)
        )
    return RuleVerdict(f"demand:{demand.role}", ok=True)


def about_time(period: Period, room: Room) -> Iterable[RuleVerdict]:
    """Free days, time at home, the home unit's quota."""
    is_free = not any(one.overlaps(period) for one in room.taken)
    yield RuleVerdict("period", is_free, None if is_free else "double_booked")
    others = [one for one in room.taken if not one.overlaps(period)]
    too_soon, too_long = is_too_soon(period, others, room.rest), is_over_cumulative(period, others, room.rest)
    yield RuleVerdict(
        "time_at_home", not (too_soon or too_long), _first(("cool_down", too_soon), ("cumulative_limit", too_long))
    )
    yield RuleVerdict("home_unit_quota", room.home_can_lend, None if room.home_can_lend else "home_unit_quota")


def _first(*reasons: tuple[str, bool]) -> str | None:
    return next((reason for reason, holds in reasons if holds), None)
