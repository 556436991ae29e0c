"""Unsealings over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.routes import ViewerDep
from clue_service.unsealings import service
from clue_service.unsealings.schemas import RequestUnsealingIn, UnsealedReporterOut, UnsealingMoveIn, UnsealingOut

router = APIRouter(tags=["reporters' vault"])


@router.post("/v1/clues/{clue_id}/unsealings", status_code=201)
async def request_unsealing(
    clue_id: UUID,
    body: RequestUnsealingIn,
    request: Request,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
) -> UnsealingOut:
    """Ask to read who reported a clue. A leader of the commission decides; then you may read it once."""
    keys = resources_of(request).keys
    unsealing = await service.request_unsealing(uow, viewer, keys, clue_id, body)
    answer_resource(response, uow, f"/v1/unsealings/{unsealing.id}", unsealing.version, created=True)
    return service.describe(uow, viewer, keys, unsealing)


@router.get("/v1/unsealings")
async def list_unsealings(
    request: Request,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[UnsealingOut]:
    """Your requests, and for leaders those of their commission, newest first."""
    found = await service.list_unsealings(uow, viewer, before=id_of_cursor(cursor), limit=limit + 1)
    keys = resources_of(request).keys
    return Page(
        items=[service.describe(uow, viewer, keys, one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/v1/unsealings/{unsealing_id}")
async def get_unsealing(
    unsealing_id: UUID, request: Request, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> UnsealingOut:
    """One unsealing, without the identity."""
    unsealing = await service.visible_unsealing(uow, viewer, unsealing_id)
    await uow.audit("read", "unsealing", unsealing.id)
    set_etag(response, unsealing.version)
    return service.describe(uow, viewer, resources_of(request).keys, unsealing)


@router.post("/v1/unsealings/{unsealing_id}/approve")
async def approve_unsealing(
    unsealing_id: UUID,
    _body: UnsealingMoveIn,
    request: Request,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> UnsealingOut:
    """Agree, as a leader of the commission who did not ask: the asker may read once within 24 hours."""
    unsealing = await service.decide_unsealing(uow, viewer, unsealing_id, "approve", if_match)
    answer_resource(response, uow, f"/v1/unsealings/{unsealing.id}", unsealing.version)
    return service.describe(uow, viewer, resources_of(request).keys, unsealing)


@router.post("/v1/unsealings/{unsealing_id}/refuse")
async def refuse_unsealing(
    unsealing_id: UUID,
    _body: UnsealingMoveIn,
    request: Request,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> UnsealingOut:
    """Do not agree."""
    unsealing = await service.decide_unsealing(uow, viewer, unsealing_id, "refuse", if_match)
    answer_resource(response, uow, f"/v1/unsealings/{unsealing.id}", unsealing.version)
    return service.describe(uow, viewer, resources_of(request).keys, unsealing)


@router.post("/v1/unsealings/{unsealing_id}/open")
async def open_unsealing(
    unsealing_id: UUID,
    _body: UnsealingMoveIn,
    request: Request,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> UnsealedReporterOut:
    """Read who reported the clue: once, by whoever asked. A retry is answered without the identity."""
    unsealing, shown = await service.open_unsealing(uow, viewer, resources_of(request).keys, unsealing_id, if_match)
    answer_resource(response, uow, f"/v1/unsealings/{unsealing.id}", unsealing.version)
    response.headers["Cache-Control"] = "no-store"
    return shown
