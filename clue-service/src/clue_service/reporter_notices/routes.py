"""Notices to reporters over HTTP."""

from fastapi import APIRouter

from clue_service.proceedings.move_routes import Offer, add_routes
from clue_service.reporter_notices import domain, service
from clue_service.reporter_notices.schemas import BODIES, ReporterNoticeOut

router = APIRouter(tags=["notices to reporters"])

add_routes(
    router,
    Offer(
        path="/v1/reporter-notices",
        noun=domain.ITEM,
        states=domain.NoticeState,
        moves=domain.MOVES,
        bodies=BODIES,
        answer=ReporterNoticeOut,
        act=service.MACHINE.act,
        get=service.visible_notice,
        list=service.LEDGER.list,
        is_by_clue=True,
        describe=service.describe_notices,
    ),
)
