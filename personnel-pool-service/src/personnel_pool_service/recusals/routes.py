"""Recusal checks over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import require
from fastapi import APIRouter, Request, Response

from personnel_pool_service.cadres.policy import reads_all
from personnel_pool_service.recusals import checking
from personnel_pool_service.recusals.answers import to_json
from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.grounds import CODES
from personnel_pool_service.recusals.schemas import RecusalCheckIn
from personnel_pool_service.recusals.service import unknown_cadres

router = APIRouter(tags=["recusals"])

CHECKERS = ("inspection_office", "pool_manager", "service")

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
                    "target": {
                        "type": "object",
                        "properties": {
                            "unit_code": {"type": "string"},
                            "clue_id": {"type": "string", "format": "uuid"},
                        },
                    },
                    "verdict": {"enum": ["block", "review", "info", "clear"]},
                    "code": {"enum": [*CODES, None]},
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
    body: RecusalCheckIn, request: Request, caller: Annotated[Principal, require(*CHECKERS)]
) -> Response:
    """Whether people may deal with units or clues. Kinship, ties and open clues share the code ``personal_ground``."""
    question = Question(
        cadre_ids=tuple(dict.fromkeys(body.cadre_ids)),
        units={f"/targets/{index}/unit_code": one.unit_code for index, one in enumerate(body.targets) if one.unit_code},
        clues={f"/targets/{index}/clue_id": one.clue_id for index, one in enumerate(body.targets) if one.clue_id},
        role=body.role,
    )
    if not reads_all(caller, await resources_of(request).directory.tree(fresh=True)):
        raise unknown_cadres(range(len(body.cadre_ids)))
    weights = await checking.weigh(resources_of(request), caller, request.state.cause, question)
    return Response(to_json(weights, question, omit_clear=body.omit_clear), media_type="application/json")
