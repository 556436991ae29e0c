"""Secondments over HTTP. The routes of the moves come from the one table in ``domain``."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import InvalidCursor
from chassis.identity import Principal
from chassis.moves import Move
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import Caller, IfMatch, RequestModel, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Body, Depends, Query, Request, Response

from personnel_pool_service.secondments import consent, postings, service
from personnel_pool_service.secondments.clearance import clear_group, clear_replacements
from personnel_pool_service.secondments.domain import LENDERS, MOVES
from personnel_pool_service.secondments.errors import RefusalNeedsReason
from personnel_pool_service.secondments.limits import limits_of
from personnel_pool_service.secondments.policy import Reach, reach_of
from personnel_pool_service.secondments.postings import Posting
from personnel_pool_service.secondments.schemas import (
    ApproveIn,
    EvaluateIn,
    ExtendIn,
    NothingIn,
    RecallIn,
    Reference,
    RefuseIn,
    ReplaceIn,
    SecondmentIn,
    SecondmentOut,
    Status,
    out_of,
)
from personnel_pool_service.secondments.service import Limits
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.vocabulary import UnitCode

router = APIRouter(tags=["secondments"])

_EVALUATION_READERS = ("pool_manager", "org_department", "service")


@dataclass(frozen=True)
class _Moving:
    """What a move's function is handed besides its body."""

    uow: Uow
    tree: UnitTree
    limits: Limits
    posting: Posting
    reach: Reach
    own: PoolSettings


async def _approve(moving: _Moving, body: ApproveIn) -> None:
    await consent.approve(moving.uow, moving.tree, moving.posting, moving.reach, body.cadre_ids)


async def _refuse(moving: _Moving, body: RefuseIn) -> None:
    if moving.own.refusal_needs_reason and body.reason is None:
        raise RefusalNeedsReason
    await consent.refuse(moving.uow, moving.tree, moving.posting, moving.reach, body.reason, body.cadre_ids)


async def _recall(moving: _Moving, body: RecallIn) -> None:
    await consent.recall(moving.uow, moving.tree, moving.posting, moving.reach, body.reason, body.cadre_ids)


async def _replace(moving: _Moving, body: ReplaceIn) -> None:
    await service.replace_members(moving.uow, moving.tree, moving.limits, moving.posting, body.to_replacements())


async def _activate(moving: _Moving, _body: NothingIn) -> None:
    await service.activate(moving.uow, moving.tree, moving.posting)


async def _extend(moving: _Moving, body: ExtendIn) -> None:
    await service.extend(moving.uow, moving.tree, moving.limits, moving.posting, body.last)


async def _end(moving: _Moving, _body: NothingIn) -> None:
    await service.end(moving.uow, moving.tree, moving.posting)


async def _evaluate(moving: _Moving, body: EvaluateIn) -> None:
    await service.evaluate(moving.uow, moving.tree, moving.posting, body.to_evaluations())


# Verb → its body and what it does; a body whose fields are all optional may be left out.
_DOING: Mapping[str, tuple[type[RequestModel], Callable[[_Moving, Any], Awaitable[None]]]] = {
    "approve": (ApproveIn, _approve),
    "refuse": (RefuseIn, _refuse),
    "replace": (ReplaceIn, _replace),
    "activate": (NothingIn, _activate),
    "recall": (RecallIn, _recall),
    "extend": (ExtendIn, _extend),
    "end": (NothingIn, _end),
    "evaluate": (EvaluateIn, _evaluate),
}


@router.post("/v1/secondments", status_code=201, dependencies=[Depends(clear_group)])
async def request_secondment(
    body: SecondmentIn,
    request: Request,
    response: Response,
    uow: UowDep,
    caller: Annotated[Principal, require(*LENDERS)],
) -> SecondmentOut:
    """Lend a group: all reserved at once, or nobody. The home units are asked next."""
    tree = await _tree(request)
    posting = await service.request_secondment(
        uow,
        tree,
        _limits(request),
        purpose=body.purpose,
        request_ref=body.request_ref,
        period=body.period.to_domain(),
        members=body.to_members(),
    )
    answer_resource(response, uow, f"/v1/secondments/{posting.row.id}", posting.row.version, created=True)
    return out_of(posting, reach_of(caller, tree))


@router.get("/v1/secondments")
async def list_secondments(
    request: Request,
    uow: UowDep,
    caller: Caller,
    request_ref: Annotated[Reference | None, Query()] = None,
    status: Status | None = None,
    home_unit: Annotated[UnitCode | None, Query()] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[SecondmentOut]:
    """Secondments by id; home units see those of their own people."""
    reach = reach_of(caller, await _tree(request))
    found, more = await postings.list_postings(
        uow,
        reach,
        request_ref=request_ref,
        status=status.value if status else None,
        home_unit=home_unit,
        after=_after(cursor),
        limit=limit,
    )
    next_cursor = encode_cursor(str(found[-1].row.id)) if more else None
    return Page(items=[out_of(posting, reach) for posting in found], next_cursor=next_cursor)


@router.get("/v1/secondments/{secondment_id}")
async def get_secondment(
    secondment_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller
) -> SecondmentOut:
    """One secondment; home units see their own people's seats only."""
    reach = reach_of(caller, await _tree(request))
    posting = await postings.get_posting(uow, secondment_id, reach)
    set_etag(response, posting.row.version)
    readable = caller.has_any(*_EVALUATION_READERS)
    return out_of(posting, reach, await postings.evaluations_of(uow, posting) if readable else None)


def _register(move: Move) -> None:
    body_type, do = _DOING[move.verb]
    needs_body = any(field.is_required() for field in body_type.model_fields.values())

    async def endpoint(
        secondment_id: UUID,
        request: Request,
        response: Response,
        uow: UowDep,
        seen: IfMatch,
        caller: Annotated[Principal, require(*move.roles)],
        body: Any,
    ) -> SecondmentOut:
        tree = await _tree(request)
        reach = reach_of(caller, tree)
        posting = await postings.lock_posting(uow, secondment_id, reach, seen)
        await do(_Moving(uow, tree, _limits(request), posting, reach, resources_of(request).own), body or body_type())
        answer_resource(response, uow, f"/v1/secondments/{secondment_id}", posting.row.version)
        return out_of(posting, reach)

    # FastAPI reads the body's type here: it differs by verb.
    endpoint.__annotations__["body"] = body_type if needs_body else Annotated[body_type | None, Body()]
    if not needs_body:
        endpoint.__defaults__ = (None,)
    router.add_api_route(
        f"/v1/secondments/{{secondment_id}}/{move.verb}",
        endpoint,
        methods=["POST"],
        name=f"{move.verb}_secondment",
        dependencies=[Depends(clear_replacements)] if move.verb == "replace" else [],
        description=f"From {', '.join(sorted(move.sources))}. {move.note}".strip(),
    )


for _move in MOVES:
    _register(_move)


async def _tree(request: Request) -> UnitTree:
    tree: UnitTree = await resources_of(request).directory.tree(fresh=True)
    return tree


def _limits(request: Request) -> Limits:
    return limits_of(resources_of(request).own)


def _after(cursor: str | None) -> UUID | None:
    if not cursor:
        return None
    try:
        return UUID(decode_cursor(cursor, str)[0])
    except ValueError as error:
        raise InvalidCursor from error
