"""Requests for entries of the library over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.errors import NotFound
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.uow import Uow
from chassis.web import Caller, IfMatch, UowDep, answer_resource, set_etag
from fastapi import APIRouter, Depends, Query, Response

from clue_service.access.policy import Viewer
from clue_service.access.routes import ViewerDep
from clue_service.library_requests import service
from clue_service.library_requests.domain import RequestState
from clue_service.library_requests.models import LibraryRequest
from clue_service.library_requests.schemas import (
    AskForLibraryItemIn,
    GrantLibraryRequestIn,
    LibraryRequestOut,
    RefuseLibraryRequestIn,
    WithdrawLibraryRequestIn,
)

router = APIRouter(tags=["information library"])
PATH = "/v1/library-requests"


async def _one(uow: Uow, viewer: Viewer, request: LibraryRequest) -> LibraryRequestOut:
    described = await service.describe(uow, viewer, [request])
    if not described:
        raise NotFound
    return described[0]


@dataclass(frozen=True)
class Moving:
    """A request about to be moved: by whom, at which version, and where the answer's headers go."""

    request_id: UUID
    response: Response
    caller: Caller
    viewer: ViewerDep
    uow: UowDep
    if_match: IfMatch

    async def take(
        self, verb: str, *, reason: str | None = None, expires_at: datetime | None = None
    ) -> LibraryRequestOut:
        """Take the move and answer the request as it is then."""
        request = await service.move_request(
            self.uow, self.viewer, self.request_id, verb, self.if_match, reason=reason, expires_at=expires_at
        )
        answer_resource(self.response, self.uow, f"{PATH}/{request.id}", request.version)
        return await _one(self.uow, self.viewer, request)


MovingDep = Annotated[Moving, Depends()]


@router.post(PATH, status_code=201)
async def ask_for_library_item(
    body: AskForLibraryItemIn, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> LibraryRequestOut:
    """Ask to read an entry, for a purpose, until a day."""
    request = await service.ask_for_item(uow, viewer, body)
    answer_resource(response, uow, f"{PATH}/{request.id}", request.version, created=True)
    return await _one(uow, viewer, request)


@router.get(PATH)
async def list_library_requests(
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    direction: Literal["made", "received"] = "made",
    state: RequestState | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[LibraryRequestOut]:
    """Requests you made, or those you may decide on, newest first."""
    found = await service.list_requests(
        uow, viewer, is_received=direction == "received", state=state, before=id_of_cursor(cursor), limit=limit + 1
    )
    return Page(
        items=await service.describe(uow, viewer, found[:limit]),
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get(f"{PATH}/{{request_id}}")
async def get_library_request(
    request_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, uow: UowDep
) -> LibraryRequestOut:
    """One request."""
    request, _ = await service.met_request(uow, viewer, request_id)
    await uow.audit("read", "library_request", request.id)
    set_etag(response, request.version)
    return await _one(uow, viewer, request)


@router.post(f"{PATH}/{{request_id}}/grant")
async def grant_library_request(body: GrantLibraryRequestIn, moving: MovingDep) -> LibraryRequestOut:
    """Open the entry to who asked; by those who look after it, never by who asked."""
    return await moving.take("grant", expires_at=body.expires_at)


@router.post(f"{PATH}/{{request_id}}/refuse")
async def refuse_library_request(body: RefuseLibraryRequestIn, moving: MovingDep) -> LibraryRequestOut:
    """Refuse access, with the reason."""
    return await moving.take("refuse", reason=body.reason)


@router.post(f"{PATH}/{{request_id}}/revoke")
async def revoke_library_request(body: RefuseLibraryRequestIn, moving: MovingDep) -> LibraryRequestOut:
    """End access before its time, with the reason."""
    return await moving.take("revoke", reason=body.reason)


@router.post(f"{PATH}/{{request_id}}/withdraw")
async def withdraw_library_request(_body: WithdrawLibraryRequestIn, moving: MovingDep) -> LibraryRequestOut:
    """Take your own request back."""
    return await moving.take("withdraw")
