"""Shares over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clues.approvals import learn_approver
from clue_service.shares import service
from clue_service.shares.schemas import GrantShareIn, ReadingOut, RevokeShareIn, SharedClueOut, ShareOut

router = APIRouter(tags=["shares"])
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.post("/v1/clues/{clue_id}/shares", status_code=201)
async def grant_share(
    clue_id: UUID, body: GrantShareIn, request: Request, response: Response, caller: Caller, viewer: ViewerDep
) -> ShareOut:
    """Show parts of a clue to one person, for one purpose, until a day; by the commission's office or leaders."""
    await learn_approver(resources_of(request).directory, body.approver_sub())
    async with open_uow(request, caller) as uow:
        share = await service.grant_share(uow, viewer, clue_id, body)
        answer_resource(response, uow, f"/v1/shares/{share.id}", share.version, created=True)
        return (await service.describe(uow, viewer, [share]))[0]


@router.get("/v1/shares")
async def list_shares(
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    direction: Literal["received", "given"] = "received",
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ShareOut]:
    """Shares you received, or those of your commission's clues, newest first."""
    found = await service.list_shares(
        uow, viewer, is_received=direction == "received", before=id_of_cursor(cursor), limit=limit + 1
    )
    return Page(
        items=await service.describe(uow, viewer, found[:limit]),
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/v1/shares/{share_id}")
async def get_share(share_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> ShareOut:
    """One share, without what it shows."""
    share = await service.visible_share(uow, viewer, share_id)
    await uow.audit("read", "share", share.id)
    set_etag(response, share.version)
    return (await service.describe(uow, viewer, [share]))[0]


@router.post("/v1/shares/{share_id}/revoke")
async def revoke_share(
    share_id: UUID,
    _body: RevokeShareIn,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    if_match: IfMatch,
) -> ShareOut:
    """End a share before its time."""
    share = await service.revoke_share(uow, viewer, share_id, if_match)
    answer_resource(response, uow, f"/v1/shares/{share.id}", share.version)
    return (await service.describe(uow, viewer, [share]))[0]


@router.get("/v1/shares/{share_id}/readings")
async def list_share_readings(
    share_id: UUID,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReadingOut]:
    """Who read the share and when, for those who gave it."""
    found = await service.list_readings(uow, viewer, share_id, before=id_of_cursor(cursor), limit=limit + 1)
    return Page(
        items=[ReadingOut.model_validate(one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/v1/shares/{share_id}/clue")
async def get_shared_clue(
    share_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> SharedClueOut:
    """The clue by the parts of this share. Each reading is told to those who gave the share."""
    share = await service.visible_share(uow, viewer, share_id)
    clue, shown = await service.read_shared_clue(uow, viewer, tree, share.clue_id, share.id)
    set_etag(response, clue.version)
    return shown
