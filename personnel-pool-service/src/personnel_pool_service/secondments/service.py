"""Use cases of those who lend and use: request, replace, begin, extend, end, evaluate. Consent is in ``consent``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, Invalid, Text, invalid_field
from chassis.uow import Uow

from contracts import pool
from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.bookings.domain import NO_REST, Booking, Period, Rest, is_within_months
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import ACTIVE as ACTIVE_CADRE
from personnel_pool_service.cadres.domain import Cadre
from personnel_pool_service.cadres.errors import CadreNotActive, UnknownCadre
from personnel_pool_service.lending_quotas.service import quotas_of
from personnel_pool_service.secondments import domain, repository
from personnel_pool_service.secondments.domain import (
    MOVES,
    OPEN,
    Evaluation,
    Member,
    Replacement,
    SeatState,
    days_of_newcomers,
    state_after,
)
from personnel_pool_service.secondments.errors import PeriodIsOver, PeriodTooLong, SeatNotOpen
from personnel_pool_service.secondments.models import EvaluationRow, SeatRow, SecondmentRow
from personnel_pool_service.secondments.postings import Posting, free_days, moved, tell


@dataclass(frozen=True)
class Limits:
    """How much may be lent: the largest share of a home unit's members, the longest posting, time at home."""

    share: float
    max_months: int
    rest: Rest = NO_REST


async def request_secondment(
    uow: Uow,
    tree: UnitTree,
    limits: Limits,
    *,
    purpose: str,
    request_ref: str,
    period: Period,
    members: Sequence[Member],
) -> Posting:
    """Reserve a group at once: all of them or nobody.

    Raises:
        Invalid: someone is named twice. PeriodTooLong, UnknownCadre: the request is wrong.
        CadreNotActive, DoubleBooked, HomeUnitQuota, CoolDown, CumulativeLimit: the pool cannot give them.
    """
    if period.last < uow.clock.today():
        raise invalid_field("/period/to", "date_in_past", "抽调期间已过", "The period is over")
    _require_short(period, limits)
    again = domain.repeated([member.cadre_id for member in members])
    if again:
        message = Text("同一人重复出现", "The same person appears twice")
        raise Invalid(errors=[FieldError(f"/members/{index}/cadre_id", "duplicate", message) for index in again])
    pointers = [f"/members/{index}/cadre_id" for index in range(len(members))]
    people = await _lock_lendable(uow, [member.cadre_id for member in members], pointers)
    row = SecondmentRow(
        purpose=purpose,
        request_ref=request_ref,
        period_from=period.first,
        period_to=period.last,
        status=domain.REQUESTED,
        requested_by=uow.actor.acting_for or uow.actor.sub,
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, [row])
    posting = Posting(row, [])
    await _seat(uow, tree, limits, posting, [(people[member.cadre_id], member.role) for member in members])
    await tell(uow, tree, posting, pool.SecondmentRequested)
    await uow.audit("request_secondment", "secondment", row.id, detail={"members": len(members)})
    return posting


async def replace_members(
    uow: Uow, tree: UnitTree, limits: Limits, posting: Posting, replacements: Sequence[Replacement]
) -> None:
    """Fill freed seats with other cadres, or seats nobody sat in; their home units are asked in turn. All or nobody.

    Raises:
        MoveRefused, SeatNotOpen, PeriodIsOver, and what ``request_secondment`` raises.
    """
    MOVES.take("replace", posting.row.status)
    pointers = [f"/members/{index}/cadre_id" for index in range(len(replacements))]
    freed: list[SeatRow | None] = []
    for one in replacements:
        if one.replaces is None:
            freed.append(None)
            continue
        seat = next((s for s in posting.seats if s.cadre_id == one.replaces and s.state in OPEN), None)
        if seat is None or seat in freed:
            raise SeatNotOpen(members={"cadre_id": str(one.replaces)})
        freed.append(seat)
    again = domain.repeated([one.cadre_id for one in replacements])
    if again:
        message = Text("同一人重复出现", "The same person appears twice")
        raise Invalid(errors=[FieldError(f"/members/{index}/cadre_id", "duplicate", message) for index in again])
    people = await _lock_lendable(uow, [one.cadre_id for one in replacements], pointers)
    wanted = [
        (people[one.cadre_id], seat.role if seat is not None else one.role or "")
        for one, seat in zip(replacements, freed, strict=True)
    ]
    seats = await _seat(uow, tree, limits, posting, wanted)
    for seat, successor in zip(freed, seats, strict=True):
        if seat is not None:
            seat.state, seat.replaced_by = SeatState.REPLACED, successor.id
    posting.row.status = state_after(posting.row.status, [SeatState(seat.state) for seat in posting.seats])
    await moved(uow, tree, posting, "replace", pool.SecondmentRequested)


async def activate(uow: Uow, tree: UnitTree, posting: Posting) -> None:
    """The posting begins."""
    move = MOVES.take("activate", posting.row.status)
    for seat in posting.holding():
        seat.state = SeatState.ACTIVE
    posting.row.status = str(move.target)
    await moved(uow, tree, posting, "activate", pool.SecondmentActivated)


async def extend(uow: Uow, tree: UnitTree, limits: Limits, posting: Posting, last: date) -> None:
    """The posting lasts longer.

    Raises:
        MoveRefused, PeriodTooLong, DoubleBooked, HomeUnitQuota.
        Invalid: ``last`` is not later than the present last day.
    """
    MOVES.take("extend", posting.row.status)
    if last <= posting.row.period_to:
        raise invalid_field("/to", "not_later", "须晚于原结束日期", "Must be later than the present last day")
    _require_short(Period(posting.row.period_from, last), limits)
    held = {seat.booking_id: seat for seat in posting.holding() if seat.booking_id is not None}
    await cadres.lock_cadres(uow, [seat.cadre_id for seat in held.values()])
    days = await bookings.periods_of(uow, held)  # who joined later has been taken from a later day on
    present = {
        booking_id: Booking(seat.cadre_id, seat.home_unit, days[booking_id]) for booking_id, seat in held.items()
    }
    quotas = await quotas_of(uow, tree, limits.share, {seat.home_unit for seat in held.values()})
    await bookings.prolong(uow, present, last, quotas)
    longer = {
        one: Booking(held.cadre_id, held.home_unit, Period(held.period.first, last)) for one, held in present.items()
    }
    await bookings.require_rest(uow, _owed_rest(tree, longer), limits.rest)
    posting.row.period_to = last
    await moved(uow, tree, posting, "extend", pool.SecondmentExtended)


async def end(uow: Uow, tree: UnitTree, posting: Posting) -> None:
    """The posting is over; the days that remain are free again. Who was still asked for is wanted no more."""
    move = MOVES.take("end", posting.row.status)
    serving = [seat for seat in posting.holding() if seat.state == SeatState.ACTIVE]
    waiting = [seat for seat in posting.holding() if seat.state != SeatState.ACTIVE]
    for seat in serving:
        seat.state = SeatState.ENDED
    for seat in waiting:
        seat.state = SeatState.RECALLED
    await free_days(uow, posting, serving, has_served=True)
    await free_days(uow, posting, waiting, has_served=False)
    posting.row.status = str(move.target)
    await moved(uow, tree, posting, "end", pool.SecondmentEnded)


async def evaluate(uow: Uow, tree: UnitTree, posting: Posting, evaluations: Sequence[Evaluation]) -> None:
    """The using unit says how it was.

    Raises:
        MoveRefused: it is not over, or was evaluated already.
        UnknownCadre: somebody who did not serve to the end.
    """
    move = MOVES.take("evaluate", posting.row.status)
    served = {seat.cadre_id: seat for seat in posting.seats if seat.state == SeatState.ENDED}
    unknown = [index for index, one in enumerate(evaluations) if one.cadre_id not in served]
    repeated = domain.repeated([one.cadre_id for one in evaluations])
    if unknown or repeated:
        message = Text("该干部不在本次抽调中，或重复出现", "Did not serve here to the end, or appears twice")
        pointers = [f"/evaluations/{index}/cadre_id" for index in sorted({*unknown, *repeated})]
        raise UnknownCadre(errors=[FieldError(pointer, "unknown_cadre", message) for pointer in pointers])
    by = uow.actor.acting_for or uow.actor.sub
    rows = [
        EvaluationRow(
            seat_id=served[one.cadre_id].id,
            grade=one.grade,
            comment=one.comment,
            evaluated_by=by,
            evaluated_at=uow.now,
        )
        for one in evaluations
    ]
    await repository.add(uow.session, rows)
    for one in evaluations:
        served[one.cadre_id].state = SeatState.EVALUATED
    posting.row.status = str(move.target)
    await moved(uow, tree, posting, "evaluate", pool.SecondmentEvaluated)


async def _lock_lendable(uow: Uow, cadre_ids: Sequence[UUID], pointers: Sequence[str]) -> dict[UUID, Cadre]:
    people = await cadres.lock_cadres(uow, cadre_ids)
    unknown = [pointer for pointer, one in zip(pointers, cadre_ids, strict=True) if one not in people]
    if unknown:
        message = Text("干部不在库中", "The cadre is not in the pool")
        raise UnknownCadre(errors=[FieldError(pointer, "unknown_cadre", message) for pointer in unknown])
    idle = sorted(str(one.id) for one in people.values() if one.status != ACTIVE_CADRE)
    if idle:
        raise CadreNotActive(members={"cadre_ids": idle})
    return people


async def _seat(
    uow: Uow, tree: UnitTree, limits: Limits, posting: Posting, wanted: Sequence[tuple[Cadre, str]]
) -> list[SeatRow]:
    """Reserve people and give them seats; they must be locked."""
    quotas = await quotas_of(uow, tree, limits.share, {cadre.home_unit for cadre, _ in wanted})
    period = days_of_newcomers(posting.row.status, posting.period(), uow.clock.today())
    if period is None:
        raise PeriodIsOver
    asked = [Booking(cadre.id, cadre.home_unit, period) for cadre, _ in wanted]
    booking_ids = await bookings.reserve(uow, asked, quotas)
    booked = dict(zip(booking_ids, asked, strict=True))
    await bookings.require_rest(uow, _owed_rest(tree, booked), limits.rest)
    seats = [
        SeatRow(
            secondment_id=posting.row.id,
            cadre_id=cadre.id,
            role=role,
            home_unit=cadre.home_unit,
            state=SeatState.REQUESTED.value,
            booking_id=booking_id,
        )
        for (cadre, role), booking_id in zip(wanted, booking_ids, strict=True)
    ]
    await repository.add(uow.session, seats)
    posting.seats.extend(seats)
    return seats


def _owed_rest(tree: UnitTree, booked: Mapping[UUID, Booking]) -> dict[UUID, Booking]:
    """Bookings of people whose home unit is not an inspection office: inspecting is an inspection office's own work."""
    offices = {unit.code for unit in tree if unit.unit_type == "inspection_office"}
    return {booking_id: one for booking_id, one in booked.items() if one.home_unit not in offices}


def _require_short(period: Period, limits: Limits) -> None:
    if not is_within_months(period, limits.max_months):
        raise PeriodTooLong(
            Text(f"抽调期限不得超过 {limits.max_months} 个月", f"At most {limits.max_months} months"),
            members={"max_months": limits.max_months},
        )
