"""Ends of units over HTTP: one route per row of the table of moves."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from chassis.errors import NotFound
from chassis.identity import Principal
from chassis.moves import Move
from chassis.web import IfMatch, UowDep, answer_resource, require
from fastapi import APIRouter, Response

from personnel_pool_service.unit_moves import service
from personnel_pool_service.unit_moves.schemas import UnitMergeIn, UnitMoveIn
from personnel_pool_service.units.domain import MOVES
from personnel_pool_service.units.models import unit_document
from personnel_pool_service.units.schemas import UnitOut
from personnel_pool_service.vocabulary import CODE_PATTERN

router = APIRouter(tags=["units"])


def _register(move: Move) -> None:
    caller = Annotated[Principal, require(*move.roles)]

    async def merge(
        code: str,
        body: UnitMergeIn,
        response: Response,
        uow: UowDep,
        seen: IfMatch,
        _caller: caller,
    ) -> UnitOut:
        _require_code(code)
        row = await service.merge_unit(
            uow, code, body.into, reason=body.reason, effective_on=body.effective_on, seen_version=seen
        )
        answer_resource(response, uow, f"/v1/units/{code}", row.version)
        return UnitOut(**unit_document(row))

    async def end_or_restore(
        code: str,
        response: Response,
        uow: UowDep,
        seen: IfMatch,
        _caller: caller,
        body: UnitMoveIn | None = None,
    ) -> UnitOut:
        _require_code(code)
        given = body or UnitMoveIn()
        row = await service.move_unit(
            uow, code, move.verb, reason=given.reason, effective_on=given.effective_on, seen_version=seen
        )
        answer_resource(response, uow, f"/v1/units/{code}", row.version)
        return UnitOut(**unit_document(row))

    endpoint: Callable[..., Awaitable[UnitOut]] = merge if move.verb == "merge-into" else end_or_restore
    router.add_api_route(
        f"/v1/units/{{code}}/{move.verb}",
        endpoint,
        methods=["POST"],
        name=f"{move.verb.replace('-', '_')}_unit",
        description=f"From {', '.join(sorted(move.sources))} to {move.target}. {move.note}".strip(),
    )


for _move in MOVES:
    _register(_move)


def _require_code(code: str) -> None:
    if not re.fullmatch(CODE_PATTERN, code):
        raise NotFound
