"""Pool entries over HTTP; the moves are registered from their table."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import Caller, RequestModel, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cadres import standing
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.clients.clue import cadres_with_open_clue
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.move_routes import register_moves
from personnel_pool_service.pool_entries import checks, service
from personnel_pool_service.pool_entries.domain import MOVES, NOMINATORS, EntryFilter
from personnel_pool_service.pool_entries.models import EntryRow
from personnel_pool_service.pool_entries.schemas import (
    EntryMoveIn,
    EntryOnOut,
    EntryOut,
    EntryStateOut,
    ExitIn,
    NominationIn,
    ReviewIn,
)
from personnel_pool_service.pool_entries.service import Step
from personnel_pool_service.vocabulary import Day, PoolKind

router = APIRouter(tags=["pool entries"])
_PATH = "/v1/pool-entries"


@router.post(_PATH, status_code=201)
async def nominate_for_pool(
    body: NominationIn,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*sorted(NOMINATORS))],
) -> EntryOut:
    """Nominate somebody for a pool. A home unit nominates its own people."""
    homes = await _homes(request, caller)
    cadre_id = body.cadre_id
    if body.cadre is not None:
        relatives = [relative.to_domain() for relative in body.cadre.relatives]
        keys = resources_of(request).keys
        draft = body.cadre.to_draft()
        cadre_id = await standing.nominate_cadre(uow, keys, draft, relatives, body.cadre.extras(), homes)
    assert cadre_id is not None  # the model asks for one of the two
    row = await service.nominate(uow, cadre_id, body.pool_kind.value, body.reason, homes)
    answer_resource(response, uow, f"{_PATH}/{row.id}", row.version, created=True)
    return _out(*await service.get_entry(uow, row.id, homes))


@router.get(_PATH)
async def list_pool_entries(
    request: Request,
    uow: UowDep,
    caller: Caller,
    pool_kind: PoolKind | None = None,
    status: str | None = None,
    cadre_id: UUID | None = None,
    review_due_by: Annotated[
        date | None, Query(description="In force, with a review due on that day or before")
    ] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[EntryOut]:
    """Places in pools, by id."""
    wanted = EntryFilter(pool_kind, status, cadre_id, review_due_by)
    homes = await _homes(request, caller)
    rows = await service.list_entries(uow, wanted, homes, after=id_of_cursor(cursor), limit=limit)
    items = [_out(row, home) for row, home in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=len(rows) > limit) if items else None)


@router.get("/v1/pool-entry-states")
async def list_pool_entries_on(
    request: Request,
    uow: UowDep,
    caller: Caller,
    as_of: Annotated[Day, Query(description="What entries were at the end of that day")],
    cadre_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[EntryOnOut]:
    """What places in pools were on a day."""
    homes = await _homes(request, caller)
    found = await service.entries_on(uow, as_of, homes, cadre_id=cadre_id, after=id_of_cursor(cursor), limit=limit)
    items = [EntryOnOut.model_validate(one) for one in found[:limit]]
    more = len(found) > limit
    return Page(items=items, next_cursor=cursor_of_id(items[-1].entry_id, more=more) if items else None)


@router.get(f"{_PATH}/{{entry_id}}")
async def get_pool_entry(entry_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller) -> EntryOut:
    """One place in a pool."""
    row, home = await service.get_entry(uow, entry_id, await _homes(request, caller))
    set_etag(response, row.version)
    return _out(row, home)


@router.get(f"{_PATH}/{{entry_id}}/history")
async def list_pool_entry_history(entry_id: UUID, request: Request, uow: UowDep, caller: Caller) -> Page[EntryStateOut]:
    """All that a place in a pool has been, in order."""
    rows = await service.list_past(uow, entry_id, await _homes(request, caller))
    return Page(items=[EntryStateOut.model_validate(row) for row in rows])


async def _act(
    request: Request, uow: Uow, caller: Principal, entry_id: UUID, verb: str, body: RequestModel, seen: int | None
) -> EntryOut:
    assert isinstance(body, EntryMoveIn)  # every body of the table is one
    homes = await _homes(request, caller)
    step = body.to_step()
    if verb == "check":
        step = Step(reason=step.reason, is_plain=await _is_plain(request, caller, entry_id, homes))
    row = await service.take_move(uow, entry_id, verb, step, homes, seen_version=seen)
    return _out(*await service.get_entry(uow, row.id, homes))


async def _is_plain(request: Request, caller: Principal, entry_id: UUID, homes: Any) -> bool:
    """Asked before the move's own first query: clue-service may take its time."""
    resources = resources_of(request)
    async with resources.transactions(caller, request.state.cause) as uow:
        plain, facts = await checks.qualification(uow, resources.keys, entry_id, homes)
        cause = uow.cause
    with_open_clue = await cadres_with_open_clue(resources.peers, [facts], cause)
    return plain and not with_open_clue


async def _homes(request: Request, caller: Principal) -> frozenset[str] | None:
    return readable_homes(caller, await resources_of(request).directory.tree(fresh=True))


def _out(row: EntryRow, home: str) -> EntryOut:
    facts = {name: getattr(row, name) for name in EntryOut.model_fields if name not in ("home_unit", "allowed_moves")}
    return EntryOut(**facts, home_unit=home, allowed_moves=MOVES.allowed(row.status))


_BODIES: dict[str, type[EntryMoveIn]] = {"propose-review": ReviewIn, "propose-exit": ExitIn, "remove": ExitIn}
register_moves(
    router,
    MOVES,
    path=_PATH,
    noun="pool_entry",
    answers=EntryOut,
    bodies={move.verb: _BODIES.get(move.verb, EntryMoveIn) for move in MOVES},
    act=_act,
)
