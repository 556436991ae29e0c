"""Requests for recusal over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cadres.policy import units_below
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.recusal_requests import service
from personnel_pool_service.recusal_requests.domain import LEADERS, MOVES, OFFICE, READERS, REQUESTERS
from personnel_pool_service.recusal_requests.models import RecusalRequestRow
from personnel_pool_service.recusal_requests.schemas import DecideIn, RecusalRequestIn, RecusalRequestOut, VerifyIn

router = APIRouter(tags=["recusals"])

_PATH = "/v1/recusal-requests"


@router.post(_PATH, status_code=201)
async def request_recusal(
    body: RecusalRequestIn,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*REQUESTERS)],
) -> RecusalRequestOut:
    """An inspected unit asks that somebody not deal with it. Until it is decided, checks answer `review`."""
    own = units_below(caller, await _tree(request))
    row = await service.request_recusal(
        uow,
        resources_of(request).keys,
        own,
        cadre_id=body.cadre_id,
        unit_code=body.unit_code,
        request_ref=body.request_ref,
        reason=body.reason,
    )
    answer_resource(response, uow, f"{_PATH}/{row.id}", row.version, created=True)
    return _out(row, caller, resources_of(request).keys)


@router.get(_PATH)
async def list_recusal_requests(
    request: Request,
    uow: UowDep,
    caller: Annotated[Principal, require(*READERS, *REQUESTERS)],
    status: Literal["requested", "verified", "upheld", "dismissed", "withdrawn"] | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[RecusalRequestOut]:
    """Requests by id; units see their own."""
    own, sees_all = await _reach(request, caller)
    rows = await service.list_requests(
        uow, units=None if sees_all else own, status=status, after=id_of_cursor(cursor), limit=limit
    )
    items = [_out(row, caller, resources_of(request).keys) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=len(rows) > limit) if items else None)


@router.get(f"{_PATH}/{{item_id}}")
async def get_recusal_request(
    item_id: UUID,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*READERS, *REQUESTERS)],
) -> RecusalRequestOut:
    """One request."""
    own, sees_all = await _reach(request, caller)
    row = await service.get_request(uow, item_id, own, sees_all=sees_all)
    set_etag(response, row.version)
    return _out(row, caller, resources_of(request).keys)


async def _act(
    request: Request, uow: Uow, caller: Principal, item_id: UUID, verb: str, body: Any, seen: int | None
) -> RecusalRequestOut:
    own, sees_all = await _reach(request, caller)
    row = await service.move_request(
        uow,
        item_id,
        verb,
        own_units=own,
        sees_all=sees_all,
        decides=_heads_an_inspection_office(caller, await _tree(request)),
        finding=body.finding if isinstance(body, VerifyIn) else None,
        seen=seen,
    )
    return _out(row, caller, resources_of(request).keys)


register_moves(
    router,
    MOVES,
    path=_PATH,
    noun="recusal_request",
    answers=RecusalRequestOut,
    bodies={"verify": VerifyIn, "uphold": DecideIn, "dismiss": DecideIn, "withdraw": DecideIn},
    act=_act,
)


async def _reach(request: Request, caller: Principal) -> tuple[frozenset[str], bool]:
    """The caller's own units, and whether the caller sees everybody's requests."""
    tree = await _tree(request)
    own = units_below(caller, tree) if caller.has_any(*REQUESTERS) else frozenset()
    return own, caller.has_any(*READERS) or _heads_an_inspection_office(caller, tree)


def _heads_an_inspection_office(caller: Principal, tree: UnitTree) -> bool:
    """Whether the caller leads an inspection office, or a unit above one."""
    own = units_below(caller, tree) if caller.has_any(*LEADERS) else frozenset()
    return any(unit.unit_type == "inspection_office" and unit.code in own for unit in tree)


async def _tree(request: Request) -> UnitTree:
    tree: UnitTree = await resources_of(request).directory.tree(fresh=True)
    return tree


def _out(row: RecusalRequestRow, caller: Principal, keys: KeyRing) -> RecusalRequestOut:
    is_office = caller.has_any(*OFFICE)
    return RecusalRequestOut(
        id=row.id,
        cadre_id=row.cadre_id,
        unit_code=row.unit_code,
        request_ref=row.request_ref,
        status=row.status,
        finding=row.finding if is_office or caller.has_any(*LEADERS) else None,
        reason=service.reason_of(keys, row) if is_office else None,
        requested_by=row.requested_by,
        decided_at=row.decided_at,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
