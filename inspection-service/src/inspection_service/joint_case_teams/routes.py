"""Joint case teams over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.joint_case_teams import domain, service
from inspection_service.joint_case_teams.errors import JointMemberRecused
from inspection_service.joint_case_teams.schemas import JointTeamOut, MoveJointTeamIn, ProposeJointTeamIn
from inspection_service.resources import own_of

router = APIRouter(tags=["joint case teams"])


@router.post("/v1/joint-case-teams", status_code=201)
async def propose_joint_team(
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(domain.PROPOSERS))],
    _known: TreeDep,
    body: ProposeJointTeamIn,
) -> JointTeamOut:
    """Propose that several bodies work a matter together. Members who must step aside are refused at once."""
    codes: dict[str, str | None] = {"/lead_office": body.lead_office}
    codes |= {f"/target_units/{index}": code for index, code in enumerate(body.target_units)}
    codes |= {f"/partner_units/{index}": code for index, code in enumerate(body.partner_units)}
    resources = resources_of(request)
    tree = await resources.directory.require(codes)
    verdicts = await own_of(resources).pool.check_recusals(body.target_units, [one.cadre_id for one in body.members])
    blocked = {verdict.cadre_id for verdict in verdicts if verdict.verdict == "block"}
    async with open_uow(request, caller) as uow:
        team = await service.propose_joint_team(uow, tree, body, blocked)
        answer_resource(response, uow, f"/v1/joint-case-teams/{team.id}", team.version, created=True)
        return (await service.describe_joint_teams(uow, [team]))[0]


@router.get("/v1/joint-case-teams")
async def list_joint_teams(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    state: Annotated[domain.JointState | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[JointTeamOut]:
    """Teams you lead, take part in or oversee; newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_joint_teams(uow, viewer, state=state, before=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    return Page(
        items=await service.describe_joint_teams(uow, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/joint-case-teams/{team_id}")
async def get_joint_team(
    team_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep
) -> JointTeamOut:
    """One team."""
    team = await service.visible_joint_team(uow, await viewer_of(uow, tree), team_id)
    set_etag(response, team.version)
    return (await service.describe_joint_teams(uow, [team]))[0]


def _add_move(verb: str) -> None:
    move = domain.MOVES[verb]

    async def move_joint_team(
        team_id: UUID,
        request: Request,
        response: Response,
        caller: Annotated[Principal, require(*sorted(move.roles))],
        tree: TreeDep,
        if_match: IfMatch,
        body: Annotated[MoveJointTeamIn | None, Body()] = None,
    ) -> JointTeamOut:
        resources = resources_of(request)
        async with open_uow(request, caller) as uow:
            viewer = await viewer_of(uow, tree)
            seen = await service.visible_joint_team(uow, viewer, team_id)
            check_version(if_match, seen.version)
            members = await service.member_ids(uow, team_id)
        if verb == "activate":
            verdicts = await own_of(resources).pool.check_recusals(seen.target_units, members, cause=uow.cause)
            blocked = {verdict.cadre_id for verdict in verdicts if verdict.verdict == "block"}
            if blocked:
                async with resources.transactions(caller, uow.cause) as recusal:
                    await service.recuse_joint_members(recusal, team_id, blocked)
                raise JointMemberRecused(members={"members": sorted(str(one) for one in blocked)})
        async with open_uow(request, caller) as uow:
            viewer = await viewer_of(uow, tree)
            team = await service.move_joint_team(uow, viewer, team_id, verb, body or MoveJointTeamIn())
            answer_resource(response, uow, f"/v1/joint-case-teams/{team_id}", team.version)
            return (await service.describe_joint_teams(uow, [team]))[0]

    move_joint_team.__doc__ = f"Move a joint case team: {move.note}."
    name = f"{verb.replace('-', '_')}_joint_team"
    router.add_api_route(f"/v1/joint-case-teams/{{team_id}}/{verb}", move_joint_team, methods=["POST"], name=name)


for _move in domain.MOVES:
    _add_move(_move.verb)
