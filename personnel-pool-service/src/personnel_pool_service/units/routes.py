"""The organisation directory over HTTP."""

import re
from typing import Annotated

from chassis.errors import NotFound, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Response

from personnel_pool_service.units import service
from personnel_pool_service.units.schemas import UnitIn, UnitOut
from personnel_pool_service.vocabulary import CODE_PATTERN, UnitCode, UnitType

router = APIRouter(tags=["units"])


@router.put("/v1/units/{code}", responses={201: {"model": UnitOut}})
async def upsert_unit(
    code: str,
    body: UnitIn,
    response: Response,
    uow: UowDep,
    if_match: IfMatch,
    _caller: Annotated[Principal, require("pool_manager", "platform_admin", "service")],
) -> UnitOut:
    """Create or replace a unit. Repeating it changes nothing."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise invalid_field("/code", "malformed", "单位代码格式不正确", "The unit code is malformed")
    row, created = await service.upsert_unit(uow, body.to_draft(code), seen_version=if_match)
    answer_resource(response, uow, f"/v1/units/{code}", row.version, created=created)
    return UnitOut.model_validate(row)


@router.get("/v1/units")
async def list_units(
    uow: UowDep,
    _caller: Caller,
    unit_type: UnitType | None = None,
    parent_code: Annotated[UnitCode | None, Query()] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[UnitOut]:
    """The directory, by code."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await service.list_units(uow, unit_type=unit_type, parent_code=parent_code, after=after, limit=limit)
    items = [UnitOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].code) if len(rows) > limit else None)


@router.get("/v1/units/{code}")
async def get_unit(code: str, response: Response, uow: UowDep, _caller: Caller) -> UnitOut:
    """One unit."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise NotFound
    row = await service.get_unit(uow, code)
    set_etag(response, row.version)
    return UnitOut.model_validate(row)
