"""Directed support: asked for, triaged, approved, matched, given, evaluated. Personnel becomes a support request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from contracts import pool
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.directed_supports import repository
from personnel_pool_service.directed_supports.domain import APPROVED, MOVES, REQUESTED, Kind
from personnel_pool_service.directed_supports.models import DirectedSupportRow
from personnel_pool_service.recusal_waivers.errors import SecondPersonNeeded
from personnel_pool_service.recusal_waivers.service import person
from personnel_pool_service.support_requests import domain as support_domain
from personnel_pool_service.support_requests import service as support_requests
from personnel_pool_service.support_requests.errors import StillServing
from personnel_pool_service.support_requests.service import Wish
from personnel_pool_service.units.service import commission, require_units

_EVENTS: Mapping[str, type[pool.DirectedSupportEvent]] = {
    "reject": pool.DirectedSupportRejected,
    "complete": pool.DirectedSupportCompleted,
    "evaluate": pool.DirectedSupportEvaluated,
}
_FINAL = frozenset({support_domain.COMPLETED, support_domain.REJECTED, support_domain.WITHDRAWN})


@dataclass(frozen=True)
class Difficulty:
    """What a unit needs help with."""

    kind: Kind
    text: str
    scope: str | None
    requesting_unit: str
    period: Period
    demands: Sequence[Mapping[str, Any]] = ()
    linked_ref: str | None = None


@dataclass(frozen=True)
class SupportView:
    """A piece of directed support and the support request it became, if any."""

    row: DirectedSupportRow
    support_request_id: UUID | None = None


@dataclass(frozen=True)
class Step:
    """What is said with a move."""

    verb: str
    reason: str | None = None
    provider_unit: str | None = None
    outcome: str | None = None
    grade: str | None = None


async def request_support(uow: Uow, difficulty: Difficulty) -> SupportView:
    """Ask for help; raises ``UnknownUnit``."""
    await require_units(uow, {"/requesting_unit": difficulty.requesting_unit})
    row = DirectedSupportRow(
        kind=difficulty.kind.value,
        difficulty=difficulty.text,
        scope=difficulty.scope,
        requesting_unit=difficulty.requesting_unit,
        period_from=difficulty.period.first,
        period_to=difficulty.period.last,
        demands=[dict(one) for one in difficulty.demands],
        linked_ref=difficulty.linked_ref,
        status=REQUESTED,
        requested_by=person(uow),
        version=1,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await repository.add(uow.session, row)
    view = SupportView(row)
    await _tell(uow, pool.DirectedSupportRequested, view)
    await uow.audit("request", "directed_support", row.id)
    return view


async def move_support(
    uow: Uow, support_id: UUID, step: Step, *, units: frozenset[str] | None, seen: int | None
) -> SupportView:
    """Take a move.

    Raises:
        NotFound, StaleVersion, MoveRefused, UnknownUnit.
        SecondPersonNeeded: nobody approves their own request.
        StillServing: personnel completed while its support request runs.
    """
    view = await _visible(uow, await repository.find_support(uow.session, support_id, lock=True), units)
    row = view.row
    row.require_version(seen)
    move = MOVES.take(step.verb, row.status)
    await require_units(uow, {"/provider_unit": step.provider_unit})
    if step.verb == "complete":
        await _require_returned(uow, view)
    if move.target == APPROVED:
        if person(uow) == row.requested_by:
            raise SecondPersonNeeded
        view = await _approved(uow, view)
    row.status = str(move.target)
    row.provider_unit = step.provider_unit or row.provider_unit
    row.reason = step.reason or row.reason
    row.outcome, row.grade = step.outcome or row.outcome, step.grade or row.grade
    row.touch(uow.now)
    await uow.session.flush()
    await _tell(uow, _EVENTS.get(step.verb, pool.DirectedSupportMoved), view)
    await uow.audit(step.verb, "directed_support", row.id)
    return view


async def get_support(uow: Uow, support_id: UUID, units: frozenset[str] | None) -> SupportView:
    """The directed support; raises ``NotFound``, also for other units'."""
    return await _visible(uow, await repository.find_support(uow.session, support_id), units)


async def list_supports(
    uow: Uow,
    *,
    units: frozenset[str] | None,
    kind: str | None,
    status: str | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[SupportView], bool]:
    """Directed support by id, and whether there is more."""
    rows = await repository.list_supports(uow.session, units=units, kind=kind, status=status, after=after, limit=limit)
    found = await repository.list_support_requests(uow.session, [row.id for row in rows])
    return [SupportView(row, found.get(row.id)) for row in rows[:limit]], len(rows) > limit


async def _approved(uow: Uow, view: SupportView) -> SupportView:
    row = view.row
    if row.kind != Kind.PERSONNEL:
        return view
    wish = Wish(
        purpose=f"directed_support:{row.kind}",
        reason=row.difficulty,
        requesting_unit=row.requesting_unit,
        period=Period(row.period_from, row.period_to),
        demands=row.demands,
    )
    made = await support_requests.request_support(uow, wish, directed_support_id=row.id)
    return SupportView(row, made.row.id)


async def _require_returned(uow: Uow, view: SupportView) -> None:
    if view.support_request_id is None:
        return
    asked = await support_requests.get_request(uow, view.support_request_id, None)
    if asked.row.status not in _FINAL:
        raise StillServing(members={"support_request_id": str(view.support_request_id)})


async def _visible(uow: Uow, row: DirectedSupportRow | None, units: frozenset[str] | None) -> SupportView:
    if row is None or (units is not None and units.isdisjoint({row.requesting_unit, row.provider_unit or ""})):
        raise NotFound
    return SupportView(row, (await repository.list_support_requests(uow.session, [row.id])).get(row.id))


async def _tell(uow: Uow, kind: type[pool.DirectedSupportEvent], view: SupportView) -> None:
    row = view.row
    event = kind(
        directed_support_id=row.id,
        kind=row.kind,
        requesting_unit=row.requesting_unit,
        provider_unit=row.provider_unit,
        period_from=row.period_from,
        period_to=row.period_to,
        state=row.status,
        support_request_id=view.support_request_id,
    )
    await uow.emit(
        event, aggregate_id=row.id, version=row.version, commission=await commission(uow, row.requesting_unit)
    )
