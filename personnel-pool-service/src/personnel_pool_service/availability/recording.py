"""Keeps what is known about lent days, so that the past can be asked about as it was known then."""

from collections.abc import Sequence

from chassis.uow import Uow

from personnel_pool_service.availability import repository
from personnel_pool_service.availability.domain import SeatFacts
from personnel_pool_service.bookings import service as bookings


async def record(uow: Uow, seats: Sequence[SeatFacts]) -> None:
    """Bring what is known about seats up to date; what has not changed stays as it is."""
    periods = await bookings.periods_of(uow, [seat.booking_id for seat in seats if seat.booking_id is not None])
    known = await repository.list_open(uow.session, [seat.seat_id for seat in seats])
    outdated, new = [], []
    for seat in seats:
        period = periods.get(seat.booking_id) if seat.booking_id is not None else None
        present = known.get(seat.seat_id)
        if present is not None and (present.state, present.days) == (seat.state, period):
            continue
        if present is not None:
            outdated.append(present.entry_id)
        if period is not None:
            new.append((seat, period))
    if outdated:
        await repository.close(uow.session, outdated, uow.now)
    if new:
        await repository.add_all(uow.session, new, uow.now)
