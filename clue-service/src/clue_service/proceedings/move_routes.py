"""The routes every proceeding has: its list, one of it, and one route for each row of its table of moves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clues import service as clues
from clue_service.clues.approvals import learn_approver
from clue_service.clues.move_schemas import MoveIn
from clue_service.proceedings.domain import PartMove, PartMoves
from clue_service.proceedings.service import Deed, Desk

Row = TypeVar("Row")


@dataclass(frozen=True)
class Reading:
    """What a list is narrowed by."""

    state: str | None
    before: UUID | None
    limit: int
    clue_id: UUID | None = None


@dataclass(frozen=True)
class Offer(Generic[Row]):
    """What a feature gives for its routes."""

    path: str
    noun: str
    states: type[StrEnum]
    moves: PartMoves
    bodies: Mapping[str, type[MoveIn]]
    answer: type[BaseModel]
    act: Callable[[Deed, UUID], Awaitable[Row]]
    get: Callable[[Desk, UUID], Awaitable[Row]]
    list: Callable[[Desk, Reading], Awaitable[Sequence[Row]]]
    describe: Callable[[Desk, Sequence[Row]], Awaitable[Sequence[Any]]]
    plural: str = ""
    is_by_clue: bool = False
    """Whether the list can be narrowed to what rests on one clue."""


def desk_of(request: Request, uow: Any, viewer: Any, tree: Any) -> Desk:
    """The desk of a request."""
    return Desk(uow, viewer, tree, resources_of(request).keys)


async def _open_desk(request: Request, viewer: ViewerDep, tree: TreeDep, uow: UowDep) -> Desk:
    return desk_of(request, uow, viewer, tree)


DeskDep = Annotated[Desk, Depends(_open_desk)]
"""The desk of a request whose payload names no unit that would have to be fetched first."""


def _asked_clue(
    clue_id: Annotated[UUID | None, Query(description="Only what rests on this clue, which you must see")] = None,
) -> UUID | None:
    return clue_id


def _no_clue() -> None:
    return None


def add_routes(router: APIRouter, offer: Offer[Any]) -> None:
    """Register the list, the single item and all moves of a feature."""
    _add_reading(router, offer)
    for verb, body in offer.bodies.items():
        _add_move(router, offer, offer.moves.rows[verb], body)


def _add_reading(router: APIRouter, offer: Offer[Any]) -> None:
    async def list_items(
        _caller: Caller,
        desk: DeskDep,
        clue_id: Any,
        state: Any = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Any:
        if clue_id is not None:
            await clues.visible_clue(desk.uow, desk.viewer, clue_id)
        found = await offer.list(desk, Reading(state, id_of_cursor(cursor), limit + 1, clue_id))
        page = found[:limit]
        await desk.uow.audit("list", offer.noun, "-", detail={"items": [str(item.id) for item in page]})
        return Page(
            items=list(await offer.describe(desk, page)),
            next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
        )

    async def get_item(item_id: UUID, response: Response, _caller: Caller, desk: DeskDep) -> Any:
        item = await offer.get(desk, item_id)
        await desk.uow.audit("read", offer.noun, item.id)
        set_etag(response, item.version)
        return (await offer.describe(desk, [item]))[0]

    plural = offer.plural or f"{offer.noun}s"
    list_items.__annotations__["state"] = offer.states | None
    asked = _asked_clue if offer.is_by_clue else _no_clue
    list_items.__annotations__["clue_id"] = Annotated[UUID | None, Depends(asked)]
    page_of: Any = Page[offer.answer]  # type: ignore[name-defined] # the model is a value here
    router.add_api_route(
        offer.path,
        list_items,
        methods=["GET"],
        name=f"list_{plural}",
        response_model=page_of,
        description=f"Those you have a part in, newest first ({plural.replace('_', ' ')}).",
    )
    router.add_api_route(
        f"{offer.path}/{{item_id}}",
        get_item,
        methods=["GET"],
        name=f"get_{offer.noun}",
        response_model=offer.answer,
        description=f"One {offer.noun.replace('_', ' ')}, as far as your part in it reaches.",
    )


def _add_move(router: APIRouter, offer: Offer[Any], move: PartMove, payload: type[MoveIn]) -> None:
    needs_body = any(field.is_required() for field in payload.model_fields.values())
    absent: Any = ... if needs_body else None

    async def take_move(
        item_id: UUID,
        request: Request,
        response: Response,
        caller: Annotated[Principal, require(*sorted(move.roles))],
        viewer: ViewerDep,
        _tree: TreeDep,
        if_match: IfMatch,
        body: MoveIn | None = absent,
    ) -> Any:
        wanted = body or payload()
        directory = resources_of(request).directory
        tree = await directory.require(wanted.unit_pointers())
        await learn_approver(directory, wanted.approver_sub())
        async with open_uow(request, caller) as uow:
            desk = desk_of(request, uow, viewer, tree)
            item = await offer.act(Deed(desk, move.verb, wanted, if_match), item_id)
            answer_resource(response, uow, f"{offer.path}/{item.id}", item.version)
            return (await offer.describe(desk, [item]))[0]

    take_move.__annotations__["body"] = payload if needs_body else payload | None
    target = move.target or "as decided"
    router.add_api_route(
        f"{offer.path}/{{item_id}}/{move.verb}",
        take_move,
        methods=["POST"],
        name=f"{move.verb.replace('-', '_')}_{offer.noun}",
        response_model=offer.answer,
        description=f"From {', '.join(sorted(move.sources))} to {target}." + (f"\n\n{move.note}." if move.note else ""),
    )
