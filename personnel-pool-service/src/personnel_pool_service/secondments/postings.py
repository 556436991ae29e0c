"""A secondment with its seats: found, locked for a move, its days given back, its changes told."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow
from contracts.pool import SecondmentEvent

from personnel_pool_service.availability import recording as availability
from personnel_pool_service.availability.domain import SeatFacts
from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.secondments import repository
from personnel_pool_service.secondments.domain import HOLDING
from personnel_pool_service.secondments.events import commission_of, secondment_event
from personnel_pool_service.secondments.models import EvaluationRow, SeatRow, SecondmentRow
from personnel_pool_service.secondments.policy import Reach


@dataclass
class Posting:
    """A secondment with all its seats, locked for a move."""

    row: SecondmentRow
    seats: list[SeatRow]

    def holding(self) -> list[SeatRow]:
        """Seats whose people are wanted or serving."""
        return [seat for seat in self.seats if seat.state in HOLDING]

    def period(self) -> Period:
        """The days of the posting."""
        return Period(self.row.period_from, self.row.period_to)


async def lock_posting(uow: Uow, secondment_id: UUID, reach: Reach, seen_version: int | None) -> Posting:
    """The secondment, locked for a move; raises ``NotFound`` also if the caller sees none of its seats."""
    row = await repository.find_secondment(uow.session, secondment_id, lock=True)
    posting = await _visible(uow, row, reach)
    posting.row.require_version(seen_version)
    return posting


async def get_posting(uow: Uow, secondment_id: UUID, reach: Reach) -> Posting:
    """The secondment; raises ``NotFound`` also if the caller sees none of its seats."""
    return await _visible(uow, await repository.find_secondment(uow.session, secondment_id), reach)


async def list_postings(
    uow: Uow,
    reach: Reach,
    *,
    request_ref: str | None,
    status: str | None,
    home_unit: str | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[Posting], bool]:
    """Secondments by id that concern the reader, and whether there are more."""
    rows = await repository.list_secondments(
        uow.session,
        request_ref=request_ref,
        status=status,
        home_unit=home_unit,
        homes=reach.sees,
        after=after,
        limit=limit,
    )
    page = rows[:limit]
    seats = await repository.list_seats(uow.session, [row.id for row in page]) if page else {}
    return [Posting(row, seats[row.id]) for row in page], len(rows) > limit


async def evaluations_of(uow: Uow, posting: Posting) -> dict[UUID, EvaluationRow]:
    """Evaluations by seat."""
    return await repository.list_evaluations(uow.session, [seat.id for seat in posting.seats])


async def free_days(uow: Uow, posting: Posting, seats: Collection[SeatRow], *, has_served: bool) -> None:
    """Give back the days of seats: those after today if their people have served, otherwise all."""
    held = {seat.booking_id: seat for seat in seats if seat.booking_id is not None}
    last = min(uow.clock.today(), posting.row.period_to)
    days = await bookings.periods_of(uow, held) if has_served else {}
    served = [booking_id for booking_id, period in days.items() if period.first <= last]
    await bookings.shorten(uow, served, last)
    unused = [booking_id for booking_id in held if booking_id not in served]
    for booking_id in unused:
        held[booking_id].booking_id = None
    await uow.session.flush()
    await bookings.release(uow, unused)


async def moved(
    uow: Uow, tree: UnitTree, posting: Posting, verb: str, event: type[SecondmentEvent], **more: Any
) -> None:
    """Count the change, tell the others, keep the audit row."""
    posting.row.touch(uow.now)
    await uow.session.flush()
    await tell(uow, tree, posting, event, **more)
    await uow.audit(f"{verb}_secondment", "secondment", posting.row.id)


async def tell(uow: Uow, tree: UnitTree, posting: Posting, event: type[SecondmentEvent], **more: Any) -> None:
    """Emit an event with the present state, and keep what is known from now on."""
    await availability.record(
        uow,
        [
            SeatFacts(seat.id, seat.cadre_id, seat.home_unit, posting.row.id, seat.state, seat.booking_id)
            for seat in posting.seats
        ],
    )
    await uow.emit(
        secondment_event(event, posting.row, posting.seats, **more),
        aggregate_id=posting.row.id,
        version=posting.row.version,
        commission=commission_of(tree, {seat.home_unit for seat in posting.seats}),
    )


async def _visible(uow: Uow, row: SecondmentRow | None, reach: Reach) -> Posting:
    if row is None:
        raise NotFound
    seats = (await repository.list_seats(uow.session, [row.id]))[row.id]
    if reach.sees is not None and all(seat.home_unit not in reach.sees for seat in seats):
        raise NotFound
    return Posting(row, seats)
