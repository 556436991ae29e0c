"""The organisation directory over HTTP."""

import re
from typing import Annotated

from chassis.errors import NotFound, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Response

from personnel_pool_service.units import relations, service
from personnel_pool_service.units.domain import UnitFilter
from personnel_pool_service.units.models import UnitVersionRow, unit_document
from personnel_pool_service.units.schemas import UnitIn, UnitOut, UnitRelationsOut, UnitVersionOut
from personnel_pool_service.vocabulary import CODE_PATTERN, Day, Sub, SupervisionType, UnitCode, UnitStatus, UnitType

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
    """Create or replace a unit. Repeating it changes nothing; a name given up stays known as a former name."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise invalid_field("/code", "malformed", "单位代码格式不正确", "The unit code is malformed")
    row, created = await service.upsert_unit(
        uow, body.to_draft(code), seen_version=if_match, valid_from=body.effective_on
    )
    answer_resource(response, uow, f"/v1/units/{code}", row.version, created=created)
    return UnitOut(**unit_document(row))


@router.get("/v1/units")
async def list_units(
    uow: UowDep,
    _caller: Caller,
    unit_type: UnitType | None = None,
    parent_code: Annotated[UnitCode | None, Query()] = None,
    status: UnitStatus | None = None,
    linked_office: Annotated[UnitCode | None, Query()] = None,
    host_unit: Annotated[UnitCode | None, Query()] = None,
    cadre_authority: Annotated[UnitCode | None, Query()] = None,
    in_charge: Annotated[Sub | None, Query()] = None,
    supervision_type: SupervisionType | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[UnitOut]:
    """The directory, by code; merged and dissolved units are in it, with their status."""
    wanted = UnitFilter(
        unit_type=unit_type,
        parent_code=parent_code,
        status=status,
        linked_office=linked_office,
        host_unit=host_unit,
        cadre_authority=cadre_authority,
        in_charge=in_charge,
        supervision_type=supervision_type,
    )
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await service.list_units(uow, wanted, after=after, limit=limit)
    items = [UnitOut(**unit_document(row)) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].code) if len(rows) > limit else None)


@router.get("/v1/units/{code}")
async def get_unit(
    code: str,
    response: Response,
    uow: UowDep,
    _caller: Caller,
    as_of: Annotated[Day | None, Query(description="What the unit was at the end of that day")] = None,
) -> UnitOut:
    """One unit, now or as it was."""
    _require_code(code)
    if as_of is not None:
        document = await service.get_unit_on(uow, code, as_of)
        set_etag(response, document["version"])
        return UnitOut(**document)
    row = await service.get_unit(uow, code)
    set_etag(response, row.version)
    return UnitOut(**unit_document(row))


@router.get("/v1/units/{code}/history")
async def list_unit_history(
    code: str,
    uow: UowDep,
    _caller: Caller,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[UnitVersionOut]:
    """What a unit has been, latest first."""
    _require_code(code)
    below = decode_cursor(cursor, int)[0] if cursor else None
    rows = await service.list_history(uow, code, below=below, limit=limit)
    items = [_version_out(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].version) if len(rows) > limit else None)


@router.get("/v1/units/{code}/relations")
async def get_unit_relations(code: str, uow: UowDep, _caller: Caller) -> UnitRelationsOut:
    """Where a unit stands: above and below it, its commission, linked office, resident groups, cadre authority."""
    _require_code(code)
    return UnitRelationsOut.model_validate(await relations.relations_of(uow, code))


def _require_code(code: str) -> None:
    if not re.fullmatch(CODE_PATTERN, code):
        raise NotFound


def _version_out(row: UnitVersionRow) -> UnitVersionOut:
    return UnitVersionOut(
        version=row.version,
        valid_from=row.valid_from,
        changes=row.changes,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        unit=UnitOut(**row.document),
    )
