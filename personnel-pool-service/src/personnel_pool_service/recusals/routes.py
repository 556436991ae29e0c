"""Recusal checks over HTTP."""

import json
from typing import Annotated, Any

from chassis.directory import UnitTree
from chassis.errors import FieldError, Text
from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import open_uow, require
from fastapi import APIRouter, Request, Response

from personnel_pool_service.clients.clue import cadres_with_open_clue
from personnel_pool_service.recusals import service
from personnel_pool_service.recusals.domain import Rank, Verdict
from personnel_pool_service.recusals.errors import ClueTargetUnsupported
from personnel_pool_service.recusals.schemas import RecusalCheckIn, TargetIn

router = APIRouter(tags=["recusals"])

_WORDS = {rank: rank.name.lower() for rank in Rank}
_ANSWER = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cadre_id", "target", "verdict", "code"],
                "properties": {
                    "cadre_id": {"type": "string", "format": "uuid"},
                    "target": {"type": "object", "properties": {"unit_code": {"type": "string"}}},
                    "verdict": {"enum": ["block", "review", "info", "clear"]},
                    "code": {"enum": ["home_unit", "personal_ground", "work_history", "region", None]},
                },
            },
        }
    },
}


@router.post(
    "/v1/recusal-checks",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": _ANSWER}}}},
)
async def check_recusal(
    body: RecusalCheckIn,
    request: Request,
    caller: Annotated[Principal, require("inspection_office", "pool_manager", "service")],
) -> Response:
    """Whether people may serve at targets. Kinship, ties and open clues share the code ``personal_ground``."""
    codes = _unit_codes(body.targets)
    resources = resources_of(request)
    tree: UnitTree = await resources.directory.tree(fresh=True)
    cadre_ids = list(dict.fromkeys(body.cadre_ids))
    async with open_uow(request, caller) as uow:
        facts = await service.gather_facts(uow, resources.keys, cadre_ids, codes)
        cause = uow.cause
    in_order = {cadre_id: facts[cadre_id] for cadre_id in cadre_ids}
    # Outside the transaction: clue-service may take its time.
    with_open_clue = await cadres_with_open_clue(resources.peers, in_order.values(), cause)
    verdicts = service.check(uow, tree, in_order, with_open_clue, codes, body.role)
    items = [_item(one) for one in verdicts if not (body.omit_clear and one.rank is Rank.CLEAR)]
    # Straight to JSON: a bulk answer has tens of thousands of items, and every one is made here.
    return Response(json.dumps({"items": items}), media_type="application/json")


def _unit_codes(targets: list[TargetIn]) -> list[str]:
    message = Text("请改用单位代码", "Use a unit code instead")
    by_clue = [index for index, target in enumerate(targets) if target.unit_code is None]
    if by_clue:
        raise ClueTargetUnsupported(
            errors=[FieldError(f"/targets/{index}/clue_id", "clue_target_unsupported", message) for index in by_clue]
        )
    return [target.unit_code for target in targets if target.unit_code is not None]


def _item(verdict: Verdict) -> dict[str, Any]:
    return {
        "cadre_id": str(verdict.cadre_id),
        "target": {"unit_code": verdict.unit_code},
        "verdict": _WORDS[verdict.rank],
        "code": verdict.code,
    }
