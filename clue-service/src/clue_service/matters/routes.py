"""Matters over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.policy import LEADERS
from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.matters import handling, reading
from clue_service.matters.schemas import AssignLeadIn, MatterChangeOut, MatterOut, MergeIn, SplitIn, UndoChangeIn

router = APIRouter(prefix="/v1/matters", tags=["matters"])
Supervisor = Annotated[Principal, require("case_supervisor")]


@router.get("/{matter_id}")
async def get_matter(
    matter_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> MatterOut:
    """A matter with those of its clues that you may see."""
    seen = await reading.visible_matter(uow, viewer, tree, matter_id)
    await uow.audit("read", "matter", matter_id)
    set_etag(response, seen.matter.version)
    return await reading.describe(uow, viewer, seen)


@router.get("/{matter_id}/history")
async def get_matter_history(
    matter_id: UUID,
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[MatterChangeOut]:
    """Every joining, merge, split, lead and taking back, newest first."""
    before = id_of_cursor(cursor)
    items, following = await reading.history(uow, viewer, tree, matter_id, before=before, limit=limit)
    return Page(items=items, next_cursor=encode_cursor(str(following)) if following else None)


@router.post("/{matter_id}/merge")
async def merge_matters(
    matter_id: UUID,
    body: MergeIn,
    request: Request,
    response: Response,
    caller: Supervisor,
    viewer: ViewerDep,
    if_match: IfMatch,
) -> MatterOut:
    """Two matters of your commission are one; answers the one that goes on, which is the earlier."""
    tree = await resources_of(request).directory.require({"/lead_unit": body.lead_unit})
    async with open_uow(request, caller) as uow:
        survivor = await handling.merge(uow, viewer, tree, matter_id, body, if_match)
        seen = await reading.visible_matter(uow, viewer, tree, survivor)
        answer_resource(response, uow, f"/v1/matters/{survivor}", seen.matter.version)
        return await reading.describe(uow, viewer, seen)


@router.post("/{matter_id}/split")
async def split_matter(
    matter_id: UUID,
    body: SplitIn,
    response: Response,
    _caller: Supervisor,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> MatterOut:
    """Some of its clues report another matter; both sides hang together as before."""
    await handling.split(uow, viewer, tree, matter_id, body, if_match)
    seen = await reading.visible_matter(uow, viewer, tree, matter_id)
    answer_resource(response, uow, f"/v1/matters/{matter_id}", seen.matter.version)
    return await reading.describe(uow, viewer, seen)


@router.post("/{matter_id}/undo")
async def undo_matter(
    matter_id: UUID,
    body: UndoChangeIn,
    response: Response,
    _caller: Supervisor,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> MatterOut:
    """Take a merge or split back: all is as before it, and what people did since is listed."""
    await handling.undo(uow, viewer, tree, matter_id, body, if_match)
    seen = await reading.visible_matter(uow, viewer, tree, matter_id)
    answer_resource(response, uow, f"/v1/matters/{matter_id}", seen.matter.version)
    return await reading.describe(uow, viewer, seen)


@router.post("/{matter_id}/assign-lead")
async def assign_lead(
    matter_id: UUID,
    body: AssignLeadIn,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(LEADERS))],
    viewer: ViewerDep,
    if_match: IfMatch,
) -> MatterOut:
    """Name who leads, whoever led: as a leader of the commission, or of the lowest common superior of several."""
    tree = await resources_of(request).directory.require({"/lead_unit": body.lead_unit})
    async with open_uow(request, caller) as uow:
        await handling.assign_lead(uow, viewer, tree, matter_id, body, if_match)
        seen = await reading.visible_matter(uow, viewer, tree, matter_id)
        answer_resource(response, uow, f"/v1/matters/{matter_id}", seen.matter.version)
        return await reading.describe(uow, viewer, seen)
