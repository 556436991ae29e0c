"""The moves over HTTP: one route for each row of the table."""

from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import IfMatch, answer_resource, open_uow, require
from fastapi import APIRouter, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clues import describing, domain, moving
from clue_service.clues.approvals import learn_approver
from clue_service.clues.domain import ClueMove
from clue_service.clues.move_schemas import PAYLOADS, MoveIn
from clue_service.clues.schemas import ClueOut

router = APIRouter(tags=["moves of a clue"])


def _add_move(row: ClueMove) -> None:
    payload = PAYLOADS[row.verb]
    needs_body = any(field.is_required() for field in payload.model_fields.values())
    absent: Any = ... if needs_body else None

    async def move_clue(
        clue_id: UUID,
        request: Request,
        response: Response,
        caller: Annotated[Principal, require(*sorted(row.roles))],
        viewer: ViewerDep,
        _tree: TreeDep,
        if_match: IfMatch,
        body: MoveIn | None = absent,
    ) -> ClueOut:
        wanted = body or payload()
        resources = resources_of(request)
        tree = await resources.directory.require(wanted.unit_pointers())
        await learn_approver(resources.directory, wanted.approver_sub())
        async with open_uow(request, caller) as uow:
            clue = await moving.move_clue(uow, viewer, tree, resources.own, clue_id, row.verb, wanted, if_match)
            answer_resource(response, uow, f"/v1/clues/{clue.id}", clue.version)
            return await describing.describe_clue(uow, viewer, tree, clue)

    move_clue.__annotations__["body"] = payload if needs_body else payload | None
    target = row.target or "as decided"
    move_clue.__doc__ = f"From {', '.join(sorted(row.sources))} to {target}." + (
        f"\n\nGuard: {row.guard}." if row.guard else ""
    )
    name = f"{row.verb.replace('-', '_')}_clue"
    router.add_api_route(f"/v1/clues/{{clue_id}}/{row.verb}", move_clue, methods=["POST"], name=name)


for _row in domain.MOVE_ROWS:
    _add_move(_row)
