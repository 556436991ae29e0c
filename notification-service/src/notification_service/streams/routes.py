"""The live stream over HTTP."""

from typing import Annotated, Any

from chassis.identity import SYSTEM
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.web import Caller, UowDep, authenticated
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from notification_service.notices.schemas import NothingIn
from notification_service.streams import service
from notification_service.streams.schemas import TicketOut

router = APIRouter(tags=["notifications"])

_EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
}


@router.post("/v1/stream-tickets", status_code=201)
async def issue_stream_ticket(
    response: Response, _caller: Caller, uow: UowDep, _body: NothingIn | None = None
) -> TicketOut:
    """A ticket that opens your stream once, within a minute."""
    ticket, expires_at = await service.issue_ticket(uow)
    response.headers["Cache-Control"] = "no-store"
    return TicketOut(ticket=ticket, expires_at=expires_at)


@router.get("/v1/notifications/stream", response_class=StreamingResponse, responses=_EVENT_STREAM)
async def stream_notifications(
    request: Request,
    ticket: Annotated[str | None, Query(max_length=100, description="instead of a token")] = None,
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
    after: Annotated[
        str | None, Query(max_length=64, description="as Last-Event-ID, for clients without headers")
    ] = None,
) -> StreamingResponse:
    """Your notices as they arrive: server-sent events named ``notice``, each with one notice as JSON.

    Starts with ``ready``, whose id is the present position: open the stream, then read the list, and nothing is
    missed. After a break send the last id as ``Last-Event-ID``. ``reset`` means the position is unknown here: read the
    list anew.
    """
    resources = resources_of(request)
    cause = request.state.cause
    if ticket is not None and request.headers.get("authorization") is None:
        async with resources.transactions(SYSTEM, cause) as uow:
            sub = await service.redeem_ticket(uow, ticket)
    else:
        sub = (await authenticated(request)).sub
    async with resources.transactions(SYSTEM, cause) as uow:
        present = await service.open_position(uow)
    language = language_of(request.headers)
    return StreamingResponse(
        service.stream_notices(resources, sub, language, last_event_id or after, present),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
