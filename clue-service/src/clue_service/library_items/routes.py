"""Entries of the library over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, RequiredIfMatch, UowDep, answer_resource, open_uow, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.library_items import describing, service
from clue_service.library_items.domain import Kind
from clue_service.library_items.policy import Ground
from clue_service.library_items.schemas import (
    ChangeLibraryItemIn,
    EnterLibraryItemIn,
    ErasedOut,
    LibraryCard,
    LibraryItemOut,
    LibraryReadingOut,
    WithdrawLibraryItemIn,
)

router = APIRouter(tags=["information library"])
PATH = "/v1/library-items"
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.post(PATH, status_code=201)
async def enter_library_item(
    body: EnterLibraryItemIn, request: Request, response: Response, caller: Caller, viewer: ViewerDep
) -> LibraryItemOut:
    """Put an entry into the library for your unit."""
    tree = await resources_of(request).directory.require({"/unit_code": body.unit_code})
    async with open_uow(request, caller) as uow:
        item = await service.enter_item(uow, viewer, tree, body)
        answer_resource(response, uow, f"{PATH}/{item.id}", item.version, created=True)
        return await describing.describe_item(uow, viewer, tree, item, Ground.OWNER)


@router.get(PATH)
async def list_library_items(
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    kind: Kind | None = None,
    unit_code: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LibraryCard]:
    """Entries you may read, and cards of those you may ask for, newest first."""
    found = await service.list_items(
        uow, viewer, kind=kind, unit_code=unit_code, before=id_of_cursor(cursor), limit=limit + 1
    )
    return Page(
        items=await describing.cards_of(uow, viewer, tree, found[:limit]),
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get(f"{PATH}/{{item_id}}")
async def get_library_item(
    item_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> LibraryItemOut:
    """One entry; its card where you may only ask for it. Reading the text is written down for its owner."""
    item, ground = await service.met_item(uow, viewer, item_id)
    if ground is None:
        await uow.audit("read_card", "library_item", item.id)
    else:
        await service.note_reading(uow, viewer, item, ground)
    set_etag(response, item.version)
    return await describing.describe_item(uow, viewer, tree, item, ground)


@router.patch(f"{PATH}/{{item_id}}")
async def change_library_item(
    item_id: UUID,
    body: ChangeLibraryItemIn,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: RequiredIfMatch,
) -> LibraryItemOut:
    """Change an entry of your unit. Kind, unit and clues stay as they are: figures rest on them."""
    item = await service.change_item(uow, viewer, item_id, body, if_match)
    answer_resource(response, uow, f"{PATH}/{item.id}", item.version)
    return await describing.describe_item(uow, viewer, tree, item, Ground.OWNER)


@router.post(f"{PATH}/{{item_id}}/withdraw")
async def withdraw_library_item(
    item_id: UUID,
    body: WithdrawLibraryItemIn,
    response: Response,
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> LibraryItemOut:
    """Take an entry of your unit back; from now on nobody else finds or reads it."""
    item = await service.withdraw_item(uow, viewer, item_id, body, if_match)
    answer_resource(response, uow, f"{PATH}/{item.id}", item.version)
    return await describing.describe_item(uow, viewer, tree, item, Ground.OWNER)


@router.delete(f"{PATH}/{{item_id}}")
async def erase_library_item(
    item_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep, if_match: RequiredIfMatch
) -> ErasedOut:
    """Erase a withdrawn entry with its files: by a leader who did not withdraw it."""
    item = await service.erase_item(uow, viewer, item_id, if_match)
    set_etag(response, item.version)
    return ErasedOut(id=item.id, state="erased", version=item.version)


@router.get(f"{PATH}/{{item_id}}/readings")
async def list_library_readings(
    item_id: UUID,
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LibraryReadingOut]:
    """Who read an entry or its files, when and on which ground, newest first; for those who look after it."""
    found = await service.list_readings(uow, viewer, item_id, before=id_of_cursor(cursor), limit=limit + 1)
    return Page(
        items=[LibraryReadingOut.model_validate(one) for one in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )
