"""Principals over HTTP."""

import re
from typing import Annotated

from chassis.errors import NotFound, RoleRequired, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from contracts.envelope import Code, UnitCode
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.principals import service
from personnel_pool_service.principals.schemas import PrincipalIn, PrincipalItem, PrincipalOut

router = APIRouter(tags=["principals"])

_SUB = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")


@router.put("/v1/principals/{sub}", responses={201: {"model": PrincipalOut}})
async def upsert_principal(
    sub: str,
    body: PrincipalIn,
    request: Request,
    response: Response,
    uow: UowDep,
    if_match: IfMatch,
    caller: Annotated[Principal, require("platform_admin", "service")],
) -> PrincipalOut:
    """Say who an account is: unit, roles, clearance. Repeating it changes nothing."""
    if not _SUB.fullmatch(sub):
        raise invalid_field("/sub", "malformed", "账号标识格式不正确", "The subject identifier is malformed")
    if body.sub not in (None, sub):
        raise invalid_field("/sub", "differs_from_path", "与地址中的标识不一致", "Differs from the one in the address")
    keys = resources_of(request).keys
    facts, created = await service.upsert_principal(uow, keys, body.to_draft(sub), seen_version=if_match)
    answer_resource(response, uow, f"/v1/principals/{sub}", facts.version, created=created)
    return _shown(PrincipalOut.model_validate(facts), caller)


@router.get("/v1/principals")
async def list_principals(
    uow: UowDep,
    _caller: Annotated[Principal, require("platform_admin", "service")],
    unit: Annotated[UnitCode | None, Query()] = None,
    role: Annotated[Code | None, Query()] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[PrincipalItem]:
    """Principals by sub, without names: from here a service builds its copy."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await service.list_principals(uow, unit=unit, role=role, after=after, limit=limit)
    items = [PrincipalItem.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].sub) if len(rows) > limit else None)


@router.get("/v1/principals/{sub}")
async def get_principal(sub: str, request: Request, response: Response, uow: UowDep, caller: Caller) -> PrincipalOut:
    """One principal, for the platform's administrators, for services and for the person."""
    if caller.sub != sub and not caller.has_any("platform_admin", "service"):
        raise RoleRequired(members={"roles": ["platform_admin", "service"]})
    if not _SUB.fullmatch(sub):
        raise NotFound
    facts = await service.get_principal(uow, resources_of(request).keys, sub)
    set_etag(response, facts.version)
    return _shown(PrincipalOut.model_validate(facts), caller)


def _shown(out: PrincipalOut, caller: Principal) -> PrincipalOut:
    if caller.is_service or caller.sub == out.sub:
        return out
    return out.model_copy(update={"name": None, "contact": None})
