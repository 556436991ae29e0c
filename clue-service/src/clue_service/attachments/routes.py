"""Files over HTTP: the body is the file itself, headers say its digest and its name."""

from typing import Annotated, Any
from uuid import UUID

from chassis.service import resources_of
from chassis.web import Caller, RequiredIfMatch, UowDep, set_etag
from fastapi import APIRouter, Header, Request, Response

from clue_service.access.policy import Viewer
from clue_service.access.routes import ViewerDep
from clue_service.attachments import service
from clue_service.attachments.domain import Owner, digest_header, disposition_of
from clue_service.attachments.schemas import AttachmentList, AttachmentOut
from clue_service.attachments.service import Desk, Upload

router = APIRouter(tags=["attachments"])
PATH = "/v1/attachments"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Digest = Annotated[str | None, Header(description="`sha-256=:<base64>:` of the body (RFC 9530); required")]
Disposition = Annotated[str | None, Header(description="`attachment; filename*=UTF-8''<percent-encoded name>`")]


async def _take(
    request: Request, response: Response, caller: Any, viewer: Viewer, owner: Owner, headers: tuple[str | None, ...]
) -> AttachmentOut:
    desk = Desk(resources_of(request), caller, viewer, request.state.cause)
    # Held in memory and never on disk as it came; what is beyond the limit is refused while it comes.
    upload = Upload(await request.body(), *headers)
    file, is_new = await service.take_file(desk, owner, upload)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"{PATH}/{file.id}"
    set_etag(response, file.version)
    return service.describe_file(file)


@router.post("/v1/library-items/{item_id}/attachments", status_code=201, openapi_extra=_FILE)
async def attach_to_library_item(
    item_id: UUID,
    request: Request,
    response: Response,
    caller: Caller,
    viewer: ViewerDep,
    content_digest: Digest = None,
    content_disposition: Disposition = None,
) -> AttachmentOut:
    """Add a file to an entry of your unit; it is kept sealed and without metadata. The same bytes again: 200."""
    return await _take(request, response, caller, viewer, (item_id, None), (content_digest, content_disposition))


@router.post("/v1/clues/{clue_id}/attachments", status_code=201, openapi_extra=_FILE)
async def attach_to_clue(
    clue_id: UUID,
    request: Request,
    response: Response,
    caller: Caller,
    viewer: ViewerDep,
    content_digest: Digest = None,
    content_disposition: Disposition = None,
) -> AttachmentOut:
    """Add a file to a clue you see; it is kept sealed and without metadata, and goes with the clue."""
    return await _take(request, response, caller, viewer, (None, clue_id), (content_digest, content_disposition))


@router.get("/v1/library-items/{item_id}/attachments")
async def list_library_item_attachments(
    item_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> AttachmentList:
    """The files of an entry you may read."""
    return _listed(await service.list_files(uow, viewer, (item_id, None)))


@router.get("/v1/clues/{clue_id}/attachments")
async def list_clue_attachments(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> AttachmentList:
    """The files of a clue you see."""
    return _listed(await service.list_files(uow, viewer, (None, clue_id)))


def _listed(files: Any) -> AttachmentList:
    return AttachmentList(items=[service.describe_file(file) for file in files])


@router.get(f"{PATH}/{{attachment_id}}")
async def get_attachment(
    attachment_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> AttachmentOut:
    """A file without its bytes."""
    file = await service.read_file_card(uow, viewer, attachment_id)
    set_etag(response, file.version)
    return service.describe_file(file)


@router.get(
    f"{PATH}/{{attachment_id}}/content",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_attachment_content(
    attachment_id: UUID, request: Request, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> Response:
    """The file itself, to be saved. Each reading is written down."""
    file, content = await service.open_file(uow, viewer, resources_of(request).keys, attachment_id)
    headers = {
        "Content-Disposition": disposition_of(file.file_name),
        "Content-Digest": digest_header(file.digest),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=file.media_type, headers=headers)


@router.delete(f"{PATH}/{{attachment_id}}", status_code=204)
async def delete_attachment(
    attachment_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep, if_match: RequiredIfMatch
) -> None:
    """Delete a file of an entry of your unit. Files of clues go with the clue alone."""
    await service.delete_file(uow, viewer, attachment_id, if_match)
