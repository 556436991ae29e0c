"""Token revocations over HTTP: for people, and for the door."""

import hashlib
from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, UowDep, answer_resource, require
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from personnel_pool_service.token_revocations import service
from personnel_pool_service.token_revocations.schemas import RevokeTokenIn, TokenRevocationOut

router = APIRouter(tags=["tokens"])
door = APIRouter(include_in_schema=False)
"""Beside ``/v1``, so that no door lets it through: what is told here opens nothing, and no gateway has a token."""

_PATH = "/v1/token-revocations"


@router.post(_PATH, status_code=201, responses={200: {"model": TokenRevocationOut}})
async def revoke_token(
    body: RevokeTokenIn, request: Request, response: Response, uow: UowDep, _caller: Caller
) -> TokenRevocationOut:
    """Have a token refused from now on: your own when you leave, or any that you were sent by mistake.

    Administrators revoke by id. Gateways refuse it within a second, end its open streams, and forget it when it would
    have expired. Repeating it changes nothing.
    """
    if body.token is not None:
        row, created = await service.revoke_token(uow, resources_of(request).authenticator, body.token)
    else:
        assert body.jti is not None  # as the schema says
        row, created = await service.revoke_id(uow, body.jti, body.expires_at)
    response.status_code = 200  # unless it is new
    answer_resource(response, uow, f"{_PATH}/{row.id}", 1, created=created)
    return TokenRevocationOut.model_validate(row)


@router.get(_PATH)
async def list_token_revocations(
    uow: UowDep,
    _caller: Annotated[Principal, require(*service.ADMINISTRATORS)],
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[TokenRevocationOut]:
    """Revocations of tokens that have not expired, oldest first."""
    rows = await service.list_standing(uow, id_of_cursor(cursor), limit)
    items = [TokenRevocationOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(rows) > limit else None)


@router.get(f"{_PATH}/{{revocation_id}}")
async def get_token_revocation(
    revocation_id: UUID, response: Response, uow: UowDep, _caller: Caller
) -> TokenRevocationOut:
    """One revocation, for whoever made it and for the administrators."""
    row = await service.get_revocation(uow, revocation_id)
    answer_resource(response, uow, f"{_PATH}/{row.id}", 1)
    return TokenRevocationOut.model_validate(row)


@door.get("/revoked-tokens")
async def list_revoked_tokens(request: Request) -> Response:
    """The ids of revoked tokens that have not expired, all of them; 304 while they are what ``If-None-Match`` names."""
    ids = await service.list_ids(resources_of(request))
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    etag = f'"{digest[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse({"jtis": ids}, headers={"ETag": etag})
