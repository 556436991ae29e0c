"""Support requests over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cadres.policy import units_below
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.recusals.schemas import TargetIn
from personnel_pool_service.secondments.clearance import clear_people, clear_targets
from personnel_pool_service.secondments.limits import limits_of
from personnel_pool_service.support_requests import service
from personnel_pool_service.support_requests.domain import MOVES, PLACERS, REQUESTERS
from personnel_pool_service.support_requests.schemas import (
    DecisionIn,
    PlaceIn,
    RejectionIn,
    SupportRequestIn,
    SupportRequestOut,
    out_of,
)
from personnel_pool_service.support_requests.service import Wish

router = APIRouter(tags=["support requests"])

_PATH = "/v1/support-requests"
_READ_ALL = PLACERS | {"service"}

Reader = Annotated[Principal, require(*REQUESTERS, *PLACERS)]


@router.post(_PATH, status_code=201)
async def request_support(
    body: SupportRequestIn,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*REQUESTERS)],
) -> SupportRequestOut:
    """Ask for people by role, number, qualifications and period. Persons cannot be named."""
    unit = body.requesting_unit or caller.unit
    if unit is None:
        raise invalid_field("/requesting_unit", "missing", "须指明申请单位", "Say which unit asks")
    service.require_own(await readable_units(request, caller), unit)
    wish = Wish(
        purpose=body.purpose,
        reason=body.reason,
        requesting_unit=unit,
        period=body.period.to_domain(),
        demands=[one.model_dump(mode="json") for one in body.demands],
        target_units=body.target_units,
    )
    view = await service.request_support(uow, wish, is_draft=body.draft)
    answer_resource(response, uow, f"{_PATH}/{view.row.id}", view.row.version, created=True)
    return out_of(view)


@router.get(_PATH)
async def list_support_requests(
    request: Request,
    uow: UowDep,
    caller: Reader,
    status: Literal["draft", "submitted", "reviewed", "placed", "completed", "rejected", "withdrawn"] | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[SupportRequestOut]:
    """Support requests by id; units see their own."""
    units = await readable_units(request, caller)
    views, more = await service.list_requests(uow, units=units, status=status, after=id_of_cursor(cursor), limit=limit)
    items = [out_of(view) for view in views]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=more) if items else None)


@router.get(f"{_PATH}/{{item_id}}")
async def get_support_request(
    item_id: UUID, request: Request, response: Response, uow: UowDep, caller: Reader
) -> SupportRequestOut:
    """One support request and the secondments that answer it."""
    view = await service.get_request(uow, item_id, await readable_units(request, caller))
    set_etag(response, view.row.version)
    return out_of(view)


async def clear_placement(
    item_id: UUID, request: Request, caller: Annotated[Principal, require(*PLACERS)], body: PlaceIn
) -> None:
    """Refuse people who cannot be lent now, or must not deal with the units in question."""
    await clear_people(request, caller, [one.cadre_id for one in body.members])
    units = await readable_units(request, caller)
    async with resources_of(request).transactions(caller, request.state.cause) as uow:
        targets = [
            TargetIn(unit_code=code) for code in (await service.get_request(uow, item_id, units)).row.target_units
        ]
    for role in sorted({one.role for one in body.members}):
        people = [one.cadre_id for one in body.members if one.role == role]
        await clear_targets(request, caller, people, role, targets)


async def _act(
    request: Request, uow: Uow, caller: Principal, item_id: UUID, verb: str, body: Any, seen: int | None
) -> SupportRequestOut:
    units = await readable_units(request, caller)
    if isinstance(body, PlaceIn):
        limits, tree = limits_of(resources_of(request).own), await _tree(request)
        view = await service.place(uow, tree, limits, item_id, body.to_members(), units=units, seen=seen)
    else:
        view = await service.move_request(uow, item_id, verb, units=units, reason=body.reason, seen=seen)
    return out_of(view)


register_moves(
    router,
    MOVES,
    path=_PATH,
    noun="support_request",
    answers=SupportRequestOut,
    bodies={
        **{move.verb: DecisionIn for move in MOVES},
        "reject": RejectionIn,
        "place": PlaceIn,
    },
    act=_act,
    before={"place": clear_placement},
)


async def readable_units(request: Request, caller: Principal) -> frozenset[str] | None:
    """The units whose requests the caller sees; None is all."""
    if caller.has_any(*_READ_ALL):
        return None
    return units_below(caller, await _tree(request))


async def _tree(request: Request) -> UnitTree:
    tree: UnitTree = await resources_of(request).directory.tree(fresh=True)
    return tree
