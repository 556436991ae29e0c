"""Rectification over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.uow import Uow
from chassis.web import Caller, IfMatch, RequestModel, UowDep, answer_resource, check_version, require, set_etag
from fastapi import APIRouter, Body, Query, Response

from inspection_service.evidence_references.schemas import EvidenceListOut
from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.rectifications import domain, moves, service
from inspection_service.rectifications.domain import Side
from inspection_service.rectifications.schemas import (
    AssignItemIn,
    ItemOut,
    MarkFalselyReportedIn,
    MoveItemIn,
    NewDateIn,
    PlanIn,
    SubmitIn,
    VerifyIn,
)
from inspection_service.rectifications.service import Seen
from inspection_service.rounds.schemas import UnitCode
from inspection_service.steps.schemas import StepsOut

router = APIRouter(tags=["rectification"])


@router.post("/v1/findings/{finding_id}/rectifications", status_code=201)
async def assign_item(
    finding_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(domain.OFFICE))],
    tree: TreeDep,
    uow: UowDep,
    body: AssignItemIn,
) -> ItemOut:
    """Give the unit something to put right; before the feedback, only what it puts right at once."""
    item = await service.assign_item(uow, await viewer_of(uow, tree), finding_id, body)
    answer_resource(response, uow, f"/v1/rectifications/{item.id}", item.version, created=True)
    return service.describe_item(Seen(item, Side.OFFICE), uow.now)


@router.get("/v1/rectifications")
async def list_items(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    round_id: Annotated[UUID | None, Query()] = None,
    unit_code: Annotated[UnitCode | None, Query()] = None,
    state: Annotated[domain.ItemState | None, Query()] = None,
    overdue: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ItemOut]:
    """Items of rounds you run, of your own unit, or of units you watch; newest first."""
    found = await service.list_items(
        uow,
        await viewer_of(uow, tree),
        tree,
        round_id=round_id,
        unit_code=unit_code,
        state=state,
        overdue=overdue,
        before=id_of_cursor(cursor),
        limit=limit + 1,
    )
    page = found[:limit]
    return Page(
        items=[service.describe_item(seen, uow.now) for seen in page],
        next_cursor=encode_cursor(str(page[-1].item.id)) if len(found) > limit else None,
    )


@router.get("/v1/rectifications/{item_id}")
async def get_item(item_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep) -> ItemOut:
    """One item."""
    seen = await service.seen_item(uow, await viewer_of(uow, tree), tree, item_id)
    set_etag(response, seen.item.version)
    return service.describe_item(seen, uow.now)


@router.get("/v1/rectifications/{item_id}/evidence")
async def list_item_evidence(item_id: UUID, _caller: Caller, tree: TreeDep, uow: UowDep) -> EvidenceListOut:
    """The evidence of the unit's report and of the check."""
    return EvidenceListOut(items=await service.item_evidence(uow, await viewer_of(uow, tree), tree, item_id))


@router.get("/v1/rectifications/{item_id}/steps")
async def list_item_steps(item_id: UUID, _caller: Caller, tree: TreeDep, uow: UowDep) -> StepsOut:
    """How an item came to where it is."""
    return StepsOut(items=await service.item_steps(uow, await viewer_of(uow, tree), tree, item_id))


async def _new_date(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: Any, verb: str) -> Seen:
    return await moves.give_new_date(uow, viewer, tree, item_id, body, verb)


Action = Callable[[Uow, Viewer, UnitTree, UUID, Any, str], Awaitable[Seen]]


def _payload_only(action: Callable[[Uow, Viewer, UnitTree, UUID, Any], Awaitable[Seen]]) -> Action:
    async def act(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, body: Any, _verb: str) -> Seen:
        return await action(uow, viewer, tree, item_id, body)

    return act


async def _sign_off(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, _body: Any, _verb: str) -> Seen:
    return await moves.sign_off(uow, viewer, tree, item_id)


async def _go_on(uow: Uow, viewer: Viewer, tree: UnitTree, item_id: UUID, _body: Any, verb: str) -> Seen:
    return await moves.go_on(uow, viewer, tree, item_id, verb)


_ACTIONS: dict[str, tuple[type[RequestModel], Action]] = {
    "plan": (PlanIn, _payload_only(moves.plan)),
    "start": (MoveItemIn, _go_on),
    "submit": (SubmitIn, _payload_only(moves.submit)),
    "verify": (VerifyIn, _payload_only(moves.verify)),
    "return": (NewDateIn, _new_date),
    "sign-off": (MoveItemIn, _sign_off),
    "postpone": (NewDateIn, _new_date),
    "resume": (MoveItemIn, _go_on),
    "extend": (NewDateIn, _new_date),
    "mark-falsely-reported": (MarkFalselyReportedIn, _payload_only(moves.mark_falsely_reported)),
    "reopen": (NewDateIn, _new_date),
}


def _add_move(verb: str, payload: type[RequestModel], action: Action) -> None:
    move = domain.MOVES[verb]
    optional = not any(field.is_required() for field in payload.model_fields.values())

    async def move_item(
        item_id: UUID,
        response: Response,
        _caller: Annotated[Principal, require(*sorted(move.roles))],
        tree: TreeDep,
        uow: UowDep,
        if_match: IfMatch,
        body: Any,
    ) -> ItemOut:
        viewer = await viewer_of(uow, tree)
        check_version(if_match, (await service.seen_item(uow, viewer, tree, item_id)).item.version)
        seen = await action(uow, viewer, tree, item_id, payload() if body is None else body, verb)
        answer_resource(response, uow, f"/v1/rectifications/{item_id}", seen.item.version)
        return service.describe_item(seen, uow.now)

    # The payload's type is known only here; FastAPI reads it from the annotation and the default.
    move_item.__annotations__["body"] = payload | None if optional else payload
    move_item.__defaults__ = (Body(None),) if optional else (Body(),)
    move_item.__doc__ = f"Move an item: {move.note}."
    name = f"{verb.replace('-', '_')}_item"
    router.add_api_route(f"/v1/rectifications/{{item_id}}/{verb}", move_item, methods=["POST"], name=name)


for _verb, (_payload, _action) in _ACTIONS.items():
    _add_move(_verb, _payload, _action)
