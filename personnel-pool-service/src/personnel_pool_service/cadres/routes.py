"""Cadres over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.errors import InvalidCursor, invalid_field
from chassis.identity import Principal
from chassis.moves import Move
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, RequiredIfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres import service
from personnel_pool_service.cadres.domain import MOVES, Criteria
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.cadres.schemas import (
    CadreChange,
    CadreIn,
    CadreItem,
    CadreMoveIn,
    CadreOut,
    item_of,
    out_of,
)
from personnel_pool_service.vocabulary import Day, PoolKind, Tag, UnitCode

router = APIRouter(tags=["cadres"])

Manager = Annotated[Principal, require("pool_manager")]


@router.post("/v1/cadres", status_code=201)
async def enter_cadre(body: CadreIn, request: Request, response: Response, uow: UowDep, _caller: Manager) -> CadreOut:
    """Take a cadre into the pool: active and lendable at once. Relatives are sealed and never returned."""
    relatives = [relative.to_domain() for relative in body.relatives]
    view = await service.enter_cadre(uow, resources_of(request).keys, body.to_draft(), relatives, body.extras())
    answer_resource(response, uow, f"/v1/cadres/{view.row.id}", view.row.version, created=True)
    return out_of(view)


@router.get("/v1/cadres")
async def list_cadres(
    request: Request,
    uow: UowDep,
    caller: Caller,
    tag: Annotated[Tag | None, Query()] = None,
    pool_kind: PoolKind | None = None,
    home_unit: Annotated[UnitCode | None, Query()] = None,
    available_from: Day | None = None,
    available_to: Day | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[CadreItem]:
    """Cadres of the pool, by id. With a period, only those who are active and free in all of it."""
    homes = readable_homes(caller, await resources_of(request).directory.tree(fresh=True))
    period = _period(available_from, available_to)
    criteria = Criteria(
        tags=(tag,) if tag else (),
        pool_kinds=(pool_kind.value,) if pool_kind else (),
        home_units=(home_unit,) if home_unit else (),
        period=period,
        is_available=period is not None,
    )
    criteria = await service.in_codes(uow, criteria)
    views, more = await service.list_cadres(uow, criteria, homes, after=_after(cursor), limit=limit)
    return _page([item_of(view) for view in views], more=more)


@router.get("/v1/cadres/{cadre_id}")
async def get_cadre(cadre_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller) -> CadreOut:
    """One cadre."""
    homes = readable_homes(caller, await resources_of(request).directory.tree(fresh=True))
    view = await service.get_cadre(uow, cadre_id, homes)
    set_etag(response, view.row.version)
    return out_of(view)


@router.put("/v1/cadres/{cadre_id}")
async def replace_cadre(
    cadre_id: UUID,
    body: CadreIn,
    request: Request,
    response: Response,
    uow: UowDep,
    seen: IfMatch,
    _caller: Manager,
) -> CadreOut:
    """Replace all of a cadre's facts; an identity number that is left out stays."""
    keys = resources_of(request).keys
    view = await service.change_cadre(uow, keys, cadre_id, body.to_changes(), seen_version=seen)
    set_etag(response, view.row.version)
    return out_of(view)


@router.patch("/v1/cadres/{cadre_id}")
async def change_cadre(
    cadre_id: UUID,
    body: CadreChange,
    request: Request,
    response: Response,
    uow: UowDep,
    seen: RequiredIfMatch,
    _caller: Manager,
) -> CadreOut:
    """Change some of a cadre's facts."""
    keys = resources_of(request).keys
    view = await service.change_cadre(uow, keys, cadre_id, body.to_changes(), seen_version=seen)
    set_etag(response, view.row.version)
    return out_of(view)


def _register(move: Move) -> None:
    async def endpoint(
        cadre_id: UUID,
        response: Response,
        uow: UowDep,
        seen: IfMatch,
        _caller: Annotated[Principal, require(*move.roles)],
        body: CadreMoveIn | None = None,
    ) -> CadreOut:
        reason = body.reason if body else None
        view = await service.move_cadre(uow, cadre_id, move.verb, reason=reason, seen_version=seen)
        answer_resource(response, uow, f"/v1/cadres/{cadre_id}", view.row.version)
        return out_of(view)

    registered: Callable[..., Awaitable[CadreOut]] = endpoint
    router.add_api_route(
        f"/v1/cadres/{{cadre_id}}/{move.verb}",
        registered,
        methods=["POST"],
        name=f"{move.verb}_cadre",
        description=f"From {', '.join(sorted(move.sources))} to {move.target}. {move.note}".strip(),
    )


for _move in MOVES:
    if _move.roles:
        _register(_move)


def _period(first: date | None, last: date | None) -> Period | None:
    if first is None and last is None:
        return None
    if first is None or last is None:
        pointer = "/available_from" if first is None else "/available_to"
        raise invalid_field(
            pointer, "missing", "期间须同时给出起止日期", "A period needs both its first and its last day"
        )
    if last < first:
        raise invalid_field(
            "/available_to", "ends_before_start", "结束日期早于开始日期", "The period ends before it begins"
        )
    return Period(first, last)


def _after(cursor: str | None) -> UUID | None:
    if not cursor:
        return None
    try:
        return UUID(decode_cursor(cursor, str)[0])
    except ValueError as error:
        raise InvalidCursor from error


def _page(items: list[CadreItem], *, more: bool) -> Page[CadreItem]:
    return Page(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)
