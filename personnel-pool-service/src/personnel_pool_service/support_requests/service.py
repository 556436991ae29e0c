"""Support requests: a unit names qualifications, the organisation department agrees, the pool places people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import Forbidden, NotFound
from chassis.uow import Uow

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import Criteria, Demand
from personnel_pool_service.recusal_waivers.errors import SecondPersonNeeded
from personnel_pool_service.recusal_waivers.service import person
from personnel_pool_service.secondments import postings
from personnel_pool_service.secondments import service as secondments
from personnel_pool_service.secondments.domain import HOLDING, Member
from personnel_pool_service.secondments.policy import Reach
from personnel_pool_service.secondments.postings import Posting
from personnel_pool_service.secondments.service import Limits
from personnel_pool_service.support_requests import repository
from personnel_pool_service.support_requests.domain import (
    DRAFT,
    MOVES,
    OVER,
    SUBMITTED,
    Proposed,
    Seats,
    overfilled,
    unfit,
)
from personnel_pool_service.support_requests.errors import DoesNotFit, SeatsFilled, StillServing
from personnel_pool_service.support_requests.events import support_request_event
from personnel_pool_service.support_requests.models import SupportRequestRow
from personnel_pool_service.units.service import commission, require_units

EVERYTHING = Reach(sees=None, decides=frozenset(), lends=True)
_MOST_SECONDMENTS = 200  # of one request: each places at least one person on at most so many seats


@dataclass(frozen=True)
class Wish:
    """What a unit asks for. ``demands`` in the form they are stored: role, count, tags, pool_kinds."""

    purpose: str
    reason: str
    requesting_unit: str
    period: Period
    demands: Sequence[Mapping[str, Any]]
    target_units: Sequence[str] = ()


@dataclass(frozen=True)
class SupportView:
    """A request and the secondments that answer it."""

    row: SupportRequestRow
    postings: Sequence[Posting] = ()

    def seats(self) -> int:
        """How many seats are held or were served."""
        return sum(1 for one in self.postings for seat in one.seats if seat.booking_id is not None)


async def request_support(
    uow: Uow, wish: Wish, *, is_draft: bool = False, directed_support_id: UUID | None = None
) -> SupportView:
    """Ask for people by qualification; raises ``UnknownUnit``."""
    targets = {f"/target_units/{index}": code for index, code in enumerate(wish.target_units)}
    await require_units(uow, {"/requesting_unit": wish.requesting_unit, **targets})
    row = SupportRequestRow(
        purpose=wish.purpose,
        reason=wish.reason,
        requesting_unit=wish.requesting_unit,
        period_from=wish.period.first,
        period_to=wish.period.last,
        demands=[dict(one) for one in wish.demands],
        target_units=list(wish.target_units),
        status=DRAFT if is_draft else SUBMITTED,
        requested_by=person(uow),
        directed_support_id=directed_support_id,
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, row)
    view = SupportView(row)
    if not is_draft:
        await _tell(uow, "submit", view)
    await uow.audit("request", "support_request", row.id)
    return view


async def move_request(
    uow: Uow, request_id: UUID, verb: str, *, units: Collection[str] | None, reason: str | None, seen: int | None
) -> SupportView:
    """Submit, review, reject, complete or withdraw.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        SecondPersonNeeded: nobody reviews their own request.
        StillServing: completed while somebody is away.
    """
    view = await lock_request(uow, request_id, units, seen)
    move = MOVES.take(verb, view.row.status)
    if verb == "review" and person(uow) == view.row.requested_by:
        raise SecondPersonNeeded
    away = [str(one.row.id) for one in view.postings if one.row.status not in OVER]
    if verb == "complete" and away:
        raise StillServing(members={"secondment_ids": away})
    view.row.status = str(move.target)
    if verb in ("review", "reject"):
        view.row.reviewed_by, view.row.decision_reason = person(uow), reason
    await _moved(uow, verb, view)
    return view


async def place(
    uow: Uow,
    tree: UnitTree,
    limits: Limits,
    request_id: UUID,
    members: Sequence[Member],
    *,
    units: Collection[str] | None,
    seen: int | None,
) -> SupportView:
    """Propose people for open seats: they are reserved at once, as one secondment.

    Raises:
        NotFound, StaleVersion, MoveRefused, and what ``request_secondment`` raises.
        DoesNotFit: somebody lacks what the seat asks for. SeatsFilled: more people than seats.
    """
    view = await lock_request(uow, request_id, units, seen)
    move = MOVES.take("place", view.row.status)
    seats = seats_of(view.row)
    taken = [seat.role for one in view.postings for seat in one.seats if seat.state in HOLDING]
    if roles := overfilled([*taken, *(one.role for one in members)], seats):
        raise SeatsFilled(members={"roles": roles})
    await _require_fit(uow, members, seats)
    posting = await secondments.request_secondment(
        uow,
        tree,
        limits,
        purpose=view.row.purpose,
        request_ref=ref_of(view.row.id),
        period=Period(view.row.period_from, view.row.period_to),
        members=members,
    )
    view.row.status = str(move.target)
    answered = SupportView(view.row, [*view.postings, posting])
    await _moved(uow, "place", answered)
    return answered


async def lock_request(uow: Uow, request_id: UUID, units: Collection[str] | None, seen: int | None) -> SupportView:
    """The request, locked for a move; raises ``NotFound``, also for another unit's, and ``StaleVersion``."""
    row = await repository.find_request(uow.session, request_id, lock=True)
    view = await _visible(uow, row, units)
    view.row.require_version(seen)
    return view


async def get_request(uow: Uow, request_id: UUID, units: Collection[str] | None) -> SupportView:
    """The request; raises ``NotFound``, also for another unit's."""
    return await _visible(uow, await repository.find_request(uow.session, request_id), units)


async def list_requests(
    uow: Uow, *, units: Collection[str] | None, status: str | None, after: UUID | None, limit: int
) -> tuple[list[SupportView], bool]:
    """Requests by id, and whether there are more."""
    rows = await repository.list_requests(uow.session, units=units, status=status, after=after, limit=limit)
    return [SupportView(row, await _postings(uow, row.id)) for row in rows[:limit]], len(rows) > limit


def require_own(units: Collection[str] | None, unit: str) -> None:
    """Raise ``Forbidden`` if somebody asks in the name of a unit that is not theirs."""
    if units is not None and unit not in units:
        raise Forbidden


def seats_of(row: SupportRequestRow) -> list[Seats]:
    """The demands of a request as the rules see them."""
    return [
        Seats(Demand(one["role"], tuple(one["tags"]), tuple(one["pool_kinds"])), int(one["count"]))
        for one in row.demands
    ]


def ref_of(request_id: UUID) -> str:
    """How secondments name the request they answer."""
    return f"support:{request_id}"


async def _require_fit(uow: Uow, members: Sequence[Member], seats: Sequence[Seats]) -> None:
    ids = tuple(one.cadre_id for one in members)
    views, _ = await cadres.list_cadres(uow, Criteria(cadre_ids=ids), None, after=None, limit=len(ids))
    found = {view.row.id: view.row for view in views}
    # Whoever is not in the pool is refused by name of the field when the group is reserved.
    known = [one for one in members if one.cadre_id in found]
    proposed = [
        Proposed(one.cadre_id, one.role, found[one.cadre_id].tag_codes, found[one.cadre_id].pool_kinds) for one in known
    ]
    in_codes = await cadres.in_codes(uow, Criteria(demands=tuple(seat.demand for seat in seats)))
    if wrong := unfit(proposed, [Seats(demand, 0) for demand in in_codes.demands]):
        raise DoesNotFit(members={"cadre_ids": sorted(map(str, wrong))})


async def _visible(uow: Uow, row: SupportRequestRow | None, units: Collection[str] | None) -> SupportView:
    if row is None or (units is not None and row.requesting_unit not in units):
        raise NotFound
    return SupportView(row, await _postings(uow, row.id))


async def _postings(uow: Uow, request_id: UUID) -> list[Posting]:
    found, _ = await postings.list_postings(
        uow,
        EVERYTHING,
        request_ref=ref_of(request_id),
        status=None,
        home_unit=None,
        after=None,
        limit=_MOST_SECONDMENTS,
    )
    return found


async def _moved(uow: Uow, verb: str, view: SupportView) -> None:
    view.row.touch(uow.now)
    await uow.session.flush()
    await _tell(uow, verb, view)
    await uow.audit(verb, "support_request", view.row.id)


async def _tell(uow: Uow, verb: str, view: SupportView) -> None:
    await uow.emit(
        support_request_event(verb, view.row, view.seats()),
        aggregate_id=view.row.id,
        version=view.row.version,
        commission=await commission(uow, view.row.requesting_unit),
    )
