"""Events over HTTP, live."""

from typing import Annotated, Any

from chassis.errors import invalid_field
from chassis.identity import SYSTEM
from chassis.service import resources_of
from chassis.web import authenticated
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from notification_service.event_streams import service
from notification_service.outward_events.domain import unknown_patterns

router = APIRouter(tags=["events"])

_EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
}
_MOST_TYPES = 100


@router.get("/v1/events", response_class=StreamingResponse, responses=_EVENT_STREAM)
async def stream_events(
    request: Request,
    types: Annotated[
        str | None,
        Query(max_length=4_000, description="comma-separated types or beginnings such as `clue.clue.*`; all if absent"),
    ] = None,
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
    after: Annotated[
        str | None, Query(max_length=64, description="as Last-Event-ID, for clients without headers")
    ] = None,
) -> StreamingResponse:
    """Events as they happen: server-sent events named by type, each with one CloudEvent as JSON.

    You hear only of what you could read yourself, asked for each event when it is sent. Starts with `ready`, whose id
    is the present position. After a break send the last id as `Last-Event-ID`: nothing is lost, nothing comes twice.
    `position` only moves the position on. `reset` means the position is unknown or no longer kept: read anew what you
    follow.
    """
    reader = await authenticated(request)
    patterns = [one.strip() for one in types.split(",") if one.strip()] if types else ["*"]
    if len(patterns) > _MOST_TYPES or unknown_patterns(patterns):
        raise invalid_field(
            "/types",
            "unknown_event_type",
            "事件类型不存在或不对外",
            "A type is unknown or never leaves the platform",
        )
    resources = resources_of(request)
    async with resources.transactions(SYSTEM, request.state.cause) as uow:
        present, oldest = await service.open_position(uow)
    return StreamingResponse(
        service.stream_events(resources, reader, patterns, last_event_id or after, present, oldest),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
