"""Outcome notices over HTTP."""

from fastapi import APIRouter

from clue_service.outcome_notices import domain, service
from clue_service.outcome_notices.schemas import BODIES, OutcomeNoticeOut
from clue_service.proceedings.move_routes import Offer, add_routes

router = APIRouter(tags=["outcome notices"])

add_routes(
    router,
    Offer(
        path="/v1/outcome-notices",
        noun=domain.ITEM,
        states=domain.NoticeState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=OutcomeNoticeOut,
        act=service.MACHINE.act,
        get=service.visible_notice,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_notices,
    ),
)
