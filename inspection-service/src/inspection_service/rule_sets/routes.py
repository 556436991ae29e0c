"""Rule sets over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.web import IfMatch, RequiredIfMatch, UowDep, answer_resource, check_version, require, set_etag
from fastapi import APIRouter, Body, Query, Response

from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.rule_sets import domain, service
from inspection_service.rule_sets.schemas import DraftRuleSetIn, EditRuleSetIn, Name, NothingIn, RuleSetOut

router = APIRouter(tags=["rule sets"])
_READERS = sorted(OFFICE_ROLES | LEADER_ROLES | {"inspector", "service"})


@router.post("/v1/rule-sets", status_code=201)
async def draft_rule_set(
    body: DraftRuleSetIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
) -> RuleSetOut:
    """Draw up the next version of a profile, or of the weights, for your office."""
    drafted = await service.draft_rule_set(uow, await viewer_of(uow, tree), body)
    answer_resource(response, uow, f"/v1/rule-sets/{drafted.id}", drafted.version, created=True)
    return service.describe_rule_set(drafted)


@router.get("/v1/rule-sets")
async def list_rule_sets(
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    name: Annotated[Name | None, Query()] = None,
    status: Annotated[domain.RuleSetStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RuleSetOut]:
    """All versions, newest first; on the last page also what is built in."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_rule_sets(
        uow, viewer, name=name, status=status, before=id_of_cursor(cursor), limit=limit + 1
    )
    written = [one for one in found if one.office_unit is not None]
    if len(written) > limit:
        return Page(items=written[:limit], next_cursor=encode_cursor(str(written[limit - 1].id)))
    return Page(items=found)


@router.get("/v1/rule-sets/{rule_set_id}")
async def get_rule_set(
    rule_set_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> RuleSetOut:
    """One version."""
    found = await service.visible_rule_set(uow, await viewer_of(uow, tree), rule_set_id)
    set_etag(response, found.version)
    return found


@router.patch("/v1/rule-sets/{rule_set_id}")
async def edit_rule_set(
    rule_set_id: UUID,
    body: EditRuleSetIn,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(OFFICE_ROLES))],
    tree: TreeDep,
    uow: UowDep,
    if_match: RequiredIfMatch,
) -> RuleSetOut:
    """Change a draft. A version that is or was in force stays as it is: runs refer to it."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_rule_set(uow, viewer, rule_set_id)).version)
    edited = await service.edit_rule_set(uow, viewer, rule_set_id, body)
    set_etag(response, edited.version)
    return service.describe_rule_set(edited)


def _add_move(verb: str, note: str, roles: frozenset[str]) -> None:
    async def move_rule_set(
        rule_set_id: UUID,
        response: Response,
        _caller: Annotated[Principal, require(*sorted(roles))],
        tree: TreeDep,
        uow: UowDep,
        if_match: IfMatch,
        _body: Annotated[NothingIn | None, Body()] = None,
    ) -> RuleSetOut:
        viewer = await viewer_of(uow, tree)
        check_version(if_match, (await service.visible_rule_set(uow, viewer, rule_set_id)).version)
        moved = await service.move_rule_set(uow, viewer, rule_set_id, verb)
        answer_resource(response, uow, f"/v1/rule-sets/{rule_set_id}", moved.version)
        return service.describe_rule_set(moved)

    move_rule_set.__doc__ = f"Move a rule set: {note}."
    name = f"{verb.replace('-', '_')}_rule_set"
    router.add_api_route(f"/v1/rule-sets/{{rule_set_id}}/{verb}", move_rule_set, methods=["POST"], name=name)


for _move in domain.MOVES:
    _add_move(_move.verb, _move.note, _move.roles)
