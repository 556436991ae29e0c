"""Routes of a state machine, registered from its one table: ``POST <path>/{item_id}/<verb>`` for every move."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol
from uuid import UUID

from chassis.identity import Principal
from chassis.moves import Move, MoveTable
from chassis.uow import Uow
from chassis.web import IfMatch, RequestModel, UowDep, answer_resource, require
from fastapi import APIRouter, Body, Depends, Request, Response


class Answered(Protocol):
    """What a move answers: a resource with a version."""

    version: int


Act = Callable[[Request, Uow, Principal, UUID, str, Any, int | None], Awaitable[Answered]]
"""Takes a move: request, unit of work, caller, item, verb, body, the version the caller has seen."""


def register_moves(
    router: APIRouter,
    moves: MoveTable,
    *,
    path: str,
    noun: str,
    answers: type[Answered],
    bodies: Mapping[str, type[RequestModel]],
    act: Act,
    before: Mapping[str, Callable[..., Any]] | None = None,
) -> None:
    """Register one route per move; roles and states are described from the table.

    Args:
        router: Where the routes go.
        moves: The state machine.
        path: The plural's path, such as ``/v1/support-requests``.
        noun: The singular, for operation names.
        answers: Model of the answer.
        bodies: Verb → model of the body; one whose fields are all optional may be left out.
        act: Does it.
        before: Verb → a dependency that runs before the transaction: what has to ask other services.
    """
    for move in moves:
        first = (before or {}).get(move.verb)
        _register(router, move, path, noun, answers, bodies[move.verb], act, [Depends(first)] if first else [])


def _register(
    router: APIRouter,
    move: Move,
    path: str,
    noun: str,
    answers: type[Answered],
    body_type: type[RequestModel],
    act: Act,
    before: Sequence[Any],
) -> None:
    needs_body = any(field.is_required() for field in body_type.model_fields.values())

    async def endpoint(
        item_id: UUID,
        request: Request,
        response: Response,
        uow: UowDep,
        seen: IfMatch,
        caller: Annotated[Principal, require(*move.roles)],
        body: Any,
    ) -> Answered:
        answer = await act(request, uow, caller, item_id, move.verb, body or body_type(), seen)
        answer_resource(response, uow, f"{path}/{item_id}", answer.version)
        return answer

    # FastAPI reads the body's type here: it differs by verb.
    endpoint.__annotations__["body"] = body_type if needs_body else Annotated[body_type | None, Body()]
    if not needs_body:
        endpoint.__defaults__ = (None,)
    router.add_api_route(
        f"{path}/{{item_id}}/{move.verb}",
        endpoint,
        methods=["POST"],
        name=f"{move.verb}_{noun}".replace("-", "_"),
        response_model=answers,
        dependencies=before,
        description=f"From {', '.join(sorted(move.sources))}. {move.note}".strip(),
    )
