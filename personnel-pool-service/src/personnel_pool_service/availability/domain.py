"""Who was available, reserved, seconded, suspended on a day: pure rules over what was known."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from personnel_pool_service.bookings.domain import Period


@dataclass(frozen=True)
class SeatFacts:
    """A seat as it stands now."""

    seat_id: UUID
    cadre_id: UUID
    home_unit: str
    secondment_id: UUID
    state: str
    booking_id: UUID | None


@dataclass(frozen=True)
class KnownSeat:
    """What is known about a seat at present."""

    entry_id: UUID
    state: str
    days: Period


@dataclass(frozen=True)
class Standing:
    """A cadre's standing in the pool on a day."""

    cadre_id: UUID
    home_unit: str
    status: str


@dataclass(frozen=True)
class Lent:
    """Days of a cadre's that were taken."""

    cadre_id: UUID
    secondment_id: UUID
    state: str
    days: Period


class DayState(StrEnum):
    """What a cadre was on a day. Those who were not in the pool have none."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    SECONDED = "seconded"
    NOMINATED = "nominated"
    SUSPENDED = "suspended"
    EXITED = "exited"


RESERVING = frozenset({"requested", "approved"})


@dataclass(frozen=True)
class DayOf:
    """What a cadre was on the day asked about, and for which secondment."""

    cadre_id: UUID
    home_unit: str
    state: DayState
    secondment_id: UUID | None = None


def day_of(standing: Standing, lent: Lent | None) -> DayOf:
    """What a cadre was on a day: taken days count before anything else, for they were really spent or promised."""
    if lent is not None:
        state = DayState.RESERVED if lent.state in RESERVING else DayState.SECONDED
        return DayOf(standing.cadre_id, standing.home_unit, state, lent.secondment_id)
    state = DayState.AVAILABLE if standing.status == "active" else DayState(standing.status)
    return DayOf(standing.cadre_id, standing.home_unit, state)
