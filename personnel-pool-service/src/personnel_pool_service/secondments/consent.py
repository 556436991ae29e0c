"""The home units' say: approve, refuse, recall. Each speaks for its own people only."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from contracts import pool
from personnel_pool_service.secondments import domain
from personnel_pool_service.secondments.domain import HOLDING, MOVES, SeatState, state_after
from personnel_pool_service.secondments.errors import NotYourSeats, SeatNotOpen
from personnel_pool_service.secondments.models import SeatRow
from personnel_pool_service.secondments.policy import Reach
from personnel_pool_service.secondments.postings import Posting, free_days, moved


async def approve(uow: Uow, tree: UnitTree, posting: Posting, reach: Reach, cadre_ids: Collection[UUID] | None) -> None:
    """A home unit consents for its people, or for some of them. A repeat changes nothing.

    Who joins a posting that has begun serves from then on.

    Raises:
        MoveRefused, NotYourSeats.
    """
    MOVES.take("approve", posting.row.status)
    pending = [seat for seat in _own(posting, reach, cadre_ids) if seat.state == SeatState.REQUESTED]
    if not pending:
        return
    _decide(uow, pending, SeatState.ACTIVE if posting.row.status == domain.ACTIVE else SeatState.APPROVED, None)
    posting.row.status = state_after(posting.row.status, _states(posting))
    await moved(uow, tree, posting, "approve", pool.SecondmentApproved, decided_by=_decider(uow, pending))


async def refuse(
    uow: Uow, tree: UnitTree, posting: Posting, reach: Reach, reason: str | None, cadre_ids: Collection[UUID] | None
) -> None:
    """A home unit keeps its people, or some of them, and says why. They are free again; a repeat changes nothing.

    Raises:
        MoveRefused, NotYourSeats.
        SeatNotOpen: its people serve already; it may recall them.
    """
    MOVES.take("refuse", posting.row.status)
    own = _own(posting, reach, cadre_ids)
    refused = [seat for seat in own if seat.state in HOLDING and seat.state != SeatState.ACTIVE]
    if not refused:
        serving = [seat for seat in own if seat.state == SeatState.ACTIVE]
        if serving:
            raise SeatNotOpen(members={"cadre_ids": sorted(str(seat.cadre_id) for seat in serving)})
        return
    _decide(uow, refused, SeatState.REFUSED, reason)
    await free_days(uow, posting, refused, has_served=False)
    posting.row.status = state_after(posting.row.status, _states(posting))
    freed = tuple(seat.cadre_id for seat in refused)
    await moved(uow, tree, posting, "refuse", pool.SecondmentRefused, decided_by=_decider(uow, refused), freed=freed)


async def recall(
    uow: Uow,
    tree: UnitTree,
    posting: Posting,
    reach: Reach,
    reason: str | None,
    cadre_ids: Collection[UUID] | None,
) -> None:
    """Call everybody back, which ends the posting, or some, whose seats then wait for others; a home unit its own
    people only. Served days stay booked.

    Raises:
        MoveRefused, NotYourSeats.
        SeatNotOpen: somebody named does not hold a seat.
    """
    MOVES.take("recall", posting.row.status)
    candidates = posting.seats if reach.lends else _own(posting, reach, None)
    holding = {seat.cadre_id: seat for seat in candidates if seat.state in HOLDING}
    strangers = [cadre_id for cadre_id in cadre_ids or () if cadre_id not in holding]
    is_end = reach.lends and not cadre_ids
    if strangers or (not holding and not is_end):
        raise SeatNotOpen(members={"cadre_ids": sorted(str(one) for one in strangers)})
    recalled = [seat for seat in holding.values() if not cadre_ids or seat.cadre_id in cadre_ids]
    serving = [seat for seat in recalled if seat.state == SeatState.ACTIVE]
    waiting = [seat for seat in recalled if seat.state != SeatState.ACTIVE]
    _decide(uow, recalled, SeatState.RECALLED, reason)
    await free_days(uow, posting, serving, has_served=True)
    await free_days(uow, posting, waiting, has_served=False)
    posting.row.status = domain.RECALLED if is_end else state_after(posting.row.status, _states(posting))
    freed = tuple(seat.cadre_id for seat in recalled)
    await moved(uow, tree, posting, "recall", pool.SecondmentRecalled, freed=freed)


def _own(posting: Posting, reach: Reach, cadre_ids: Collection[UUID] | None) -> list[SeatRow]:
    own = [
        seat
        for seat in posting.seats
        if seat.home_unit in reach.decides
        and seat.state != SeatState.REPLACED
        and (cadre_ids is None or seat.cadre_id in cadre_ids)
    ]
    if not own:
        raise NotYourSeats
    return own


def _states(posting: Posting) -> list[SeatState]:
    return [SeatState(seat.state) for seat in posting.seats]


def _decide(uow: Uow, seats: Sequence[SeatRow], state: SeatState, reason: str | None) -> None:
    for seat in seats:
        seat.state = state.value
        seat.decided_by = uow.actor.acting_for or uow.actor.sub
        seat.decided_at = uow.now
        seat.reason = reason


def _decider(uow: Uow, seats: Sequence[SeatRow]) -> str:
    return uow.actor.unit or seats[0].home_unit
