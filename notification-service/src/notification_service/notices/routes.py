"""One's own inbox over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.problems import language_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, set_etag
from fastapi import APIRouter, Query, Request, Response

from notification_service.notices import service
from notification_service.notices.schemas import NothingIn, NoticeOut, ReadAllOut, notice_out, version_of

router = APIRouter(tags=["notifications"])


@router.get("/v1/notifications")
async def list_notifications(
    request: Request,
    _caller: Caller,
    uow: UowDep,
    unread: Annotated[bool, Query(description="only what is not read yet")] = False,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[NoticeOut]:
    """Your notices, newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    held = await service.list_notices(uow, unread=unread, kind=kind, before=before, limit=limit)
    page = held[:limit]
    language = language_of(request.headers)
    return Page(
        items=[notice_out(one, language) for one in page],
        next_cursor=encode_cursor(page[-1].delivery.seq) if len(held) > limit else None,
    )


@router.get("/v1/notifications/{notification_id}")
async def get_notification(
    notification_id: UUID, request: Request, response: Response, _caller: Caller, uow: UowDep
) -> NoticeOut:
    """One of your notices."""
    held = await service.get_notice(uow, notification_id)
    set_etag(response, version_of(held))
    return notice_out(held, language_of(request.headers))


@router.post("/v1/notifications/read-all")
async def read_all_notifications(_caller: Caller, uow: UowDep, _body: NothingIn | None = None) -> ReadAllOut:
    """Mark all your notices as read."""
    return ReadAllOut(read=await service.read_all(uow))


@router.post("/v1/notifications/{notification_id}/read")
async def read_notification(
    notification_id: UUID,
    request: Request,
    response: Response,
    _caller: Caller,
    uow: UowDep,
    if_match: IfMatch,
    _body: NothingIn | None = None,
) -> NoticeOut:
    """Mark one of your notices as read. Reading it again changes nothing."""
    if if_match is not None:
        check_version(if_match, version_of(await service.get_notice(uow, notification_id)))
    held = await service.read_notice(uow, notification_id)
    answer_resource(response, uow, f"/v1/notifications/{held.delivery.id}", version_of(held))
    return notice_out(held, language_of(request.headers))


@router.post("/v1/notifications/{notification_id}/acknowledge")
async def acknowledge_notification(
    notification_id: UUID,
    request: Request,
    response: Response,
    _caller: Caller,
    uow: UowDep,
    if_match: IfMatch,
    _body: NothingIn | None = None,
) -> NoticeOut:
    """Take note of what is overdue, for the unit that owes it: its leaders are not told then. Reads the notice, too.

    Asked for where `asks_acknowledgement` is true. Doing it again changes nothing.
    """
    if if_match is not None:
        check_version(if_match, version_of(await service.get_notice(uow, notification_id)))
    held = await service.acknowledge_notice(uow, notification_id)
    answer_resource(response, uow, f"/v1/notifications/{held.delivery.id}", version_of(held))
    return notice_out(held, language_of(request.headers))
