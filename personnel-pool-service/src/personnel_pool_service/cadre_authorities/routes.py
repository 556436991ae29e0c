"""Who manages whom, over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Request, Response

from personnel_pool_service.cadre_authorities import service
from personnel_pool_service.cadre_authorities.domain import Holder
from personnel_pool_service.cadre_authorities.models import AuthorityRow
from personnel_pool_service.cadre_authorities.schemas import (
    AuthorityAnswer,
    AuthorityOut,
    AuthorityQueryIn,
    AuthorityRuleOut,
    AuthorityRulesIn,
    AuthorityRulesOut,
    HolderIn,
)
from personnel_pool_service.supervised_persons.routes import Reader
from personnel_pool_service.vocabulary import UnitCode

router = APIRouter(tags=["cadre authority"])
_PATH = "/v1/units/{code}/cadre-authority"


@router.put(_PATH, responses={201: {"model": AuthorityRulesOut}})
async def write_cadre_authority(
    code: UnitCode,
    body: AuthorityRulesIn,
    response: Response,
    uow: UowDep,
    if_match: IfMatch,
    _caller: Annotated[Principal, require("pool_manager", "org_department", "platform_admin")],
) -> AuthorityRulesOut:
    """Say which committee manages the holders of which posts of a unit and of the units below it."""
    row, created = await service.write_rules(
        uow, code, [rule.to_domain() for rule in body.rules], seen_version=if_match
    )
    answer_resource(response, uow, f"/v1/units/{code}/cadre-authority", row.version, created=created)
    return _out(code, row)


@router.get(_PATH)
async def get_cadre_authority(code: UnitCode, response: Response, uow: UowDep, _caller: Caller) -> AuthorityRulesOut:
    """A unit's own rules."""
    row = await service.get_rules(uow, code)
    if row is not None:
        set_etag(response, row.version)
    return _out(code, row)


@router.post("/v1/cadre-authority-queries")
async def query_cadre_authority(
    body: AuthorityQueryIn, request: Request, uow: UowDep, _caller: Reader
) -> AuthorityAnswer:
    """Who manages the holders of posts, whose commission is competent by it, and what says so."""
    tree = await resources_of(request).directory.tree(fresh=True)
    found = await service.tell(uow, tree, [_asked(one) for one in body.items])
    return AuthorityAnswer(items=[AuthorityOut.model_validate(one) for one in found])


def _asked(one: HolderIn) -> Holder | str:
    if one.unit_code is None:
        return str(one.person_code)
    return Holder(one.unit_code, one.post, one.rank.value if one.rank else None, one.top_leader)


def _out(code: str, row: AuthorityRow | None) -> AuthorityRulesOut:
    if row is None:
        return AuthorityRulesOut(unit_code=code, rules=[], version=0)
    rules = [AuthorityRuleOut.model_validate(rule) for rule in service.rules_of(row)]
    return AuthorityRulesOut(unit_code=code, rules=rules, version=row.version)
