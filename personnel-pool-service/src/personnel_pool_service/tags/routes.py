"""The tag vocabulary over HTTP."""

import re
from typing import Annotated

from chassis.errors import NotFound, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Response

from personnel_pool_service.tags import service
from personnel_pool_service.tags.domain import TagKind
from personnel_pool_service.tags.schemas import TagIn, TagOut, UnlistedTagOut

router = APIRouter(tags=["tags"])
_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,47}")

Keeper = Annotated[Principal, require("pool_manager", "platform_admin")]


@router.put("/v1/tags/{code}", responses={201: {"model": TagOut}})
async def upsert_tag(
    code: str, body: TagIn, response: Response, uow: UowDep, if_match: IfMatch, _caller: Keeper
) -> TagOut:
    """Create or replace a tag. Cadres keep their tags as written; searching any spelling finds them."""
    if not _CODE.fullmatch(code):
        raise invalid_field("/code", "malformed", "标签代码格式不正确", "The tag's code is malformed")
    row, created = await service.upsert_tag(uow, body.to_draft(code), seen_version=if_match)
    answer_resource(response, uow, f"/v1/tags/{code}", row.version, created=created)
    return TagOut.model_validate(row)


@router.get("/v1/tags")
async def list_tags(
    uow: UowDep,
    _caller: Caller,
    kind: TagKind | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[TagOut]:
    """The vocabulary, by code."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await service.list_tags(uow, kind=kind, after=after, limit=limit)
    items = [TagOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].code) if len(rows) > limit else None)


@router.get("/v1/tags/{code}")
async def get_tag(code: str, response: Response, uow: UowDep, _caller: Caller) -> TagOut:
    """One tag."""
    if not _CODE.fullmatch(code):
        raise NotFound
    row = await service.get_tag(uow, code)
    set_etag(response, row.version)
    return TagOut.model_validate(row)


@router.get("/v1/unlisted-tags")
async def list_unlisted_tags(
    uow: UowDep, _caller: Keeper, limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
) -> Page[UnlistedTagOut]:
    """Texts cadres bear as tags that the vocabulary does not list, most used first: synonyms to be added."""
    return Page(items=[UnlistedTagOut.model_validate(row) for row in await service.list_unlisted(uow, limit)])
