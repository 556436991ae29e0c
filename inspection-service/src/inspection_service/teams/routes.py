"""Teams over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from chassis.http import PeerFailed
from chassis.identity import Principal
from chassis.logging import get_logger
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.briefings import service as briefings
from inspection_service.clients.pool import Secondment
from inspection_service.involvements.policy import WORKER_ROLES, Viewer
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.resources import own_of
from inspection_service.rounds.service import visible_round
from inspection_service.teams import domain, rechecks, service
from inspection_service.teams.descriptions import describe_notices, describe_teams
from inspection_service.teams.errors import MemberRecused
from inspection_service.teams.models import Team
from inspection_service.teams.schemas import AuthoriseTeamIn, EnterTeamIn, EntryNoticesOut, MoveTeamIn, TeamOut

router = APIRouter(tags=["teams"])
log = get_logger(__name__)


def _roles(verb: str) -> object:
    return require(*sorted(domain.MOVES[verb].roles))


@router.get("/v1/teams")
async def list_teams(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    round_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[domain.TeamState | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TeamOut]:
    """Teams you may see, newest first."""
    return await _page(uow, await viewer_of(uow, tree), round_id, state, limit, cursor)


@router.get("/v1/rounds/{round_id}/teams")
async def list_round_teams(
    round_id: UUID,
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TeamOut]:
    """Teams of a round, newest first."""
    viewer = await viewer_of(uow, tree)
    await visible_round(uow, viewer, round_id)
    return await _page(uow, viewer, round_id, None, limit, cursor)


async def _page(
    uow: Uow, viewer: Viewer, round_id: UUID | None, state: str | None, limit: int, cursor: str | None
) -> Page[TeamOut]:
    found = await service.list_teams(
        uow, viewer, round_id=round_id, state=state, before=id_of_cursor(cursor), limit=limit + 1
    )
    page = found[:limit]
    return Page(
        items=await describe_teams(uow, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/entry-notices")
async def list_entry_notices(
    _caller: Annotated[Principal, require(*sorted(WORKER_ROLES))], tree: TreeDep, uow: UowDep
) -> EntryNoticesOut:
    """The teams that come to your unit, so that it can object to a member."""
    return EntryNoticesOut(items=await describe_notices(uow, await viewer_of(uow, tree)))


@router.get("/v1/teams/{team_id}")
async def get_team(team_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep) -> TeamOut:
    """One team."""
    team = await service.visible_team(uow, await viewer_of(uow, tree), team_id)
    set_etag(response, team.version)
    return (await describe_teams(uow, [team]))[0]


async def _answer(response: Response, uow: Uow, team: Team) -> TeamOut:
    answer_resource(response, uow, f"/v1/teams/{team.id}", team.version)
    return (await describe_teams(uow, [team]))[0]


async def _present_secondment(request: Request, uow: Uow, team: Team) -> Secondment | None:
    """The secondment as the pool tells it now; None if it cannot be asked: then the copy fed by events decides."""
    try:
        return await own_of(resources_of(request)).pool.get_secondment(team.secondment_id, cause=uow.cause)
    except PeerFailed as error:
        log.warning("secondment_not_read", exc_info=error)
        return None


@router.post("/v1/teams/{team_id}/authorise")
async def authorise_team(
    team_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, _roles("authorise")],
    tree: TreeDep,
    if_match: IfMatch,
    body: Annotated[AuthoriseTeamIn | None, Body()] = None,
) -> TeamOut:
    """Authorise a team for its round, once every home unit has approved the secondment."""
    async with open_uow(request, caller) as uow:
        team = await service.movable_team(uow, await viewer_of(uow, tree), team_id, "authorise")
        check_version(if_match, team.version)
    present = await _present_secondment(request, uow, team)
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        team = await service.authorise_team(uow, viewer, team_id, present, tasks=body.tasks if body else None)
        await briefings.ask_if_required(uow, tree, team)
        return await _answer(response, uow, team)


@router.post("/v1/teams/{team_id}/enter")
async def enter_team(
    team_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, _roles("enter")],
    tree: TreeDep,
    if_match: IfMatch,
    body: Annotated[EnterTeamIn | None, Body()] = None,
) -> TeamOut:
    """Enter the unit, with members whose home units have all agreed.

    Recusal is checked again; a member who must step aside loses the matter at once.
    """
    async with open_uow(request, caller) as uow:
        team = await service.movable_team(uow, await viewer_of(uow, tree), team_id, "enter")
        check_version(if_match, team.version)
        cadre_ids = await service.member_ids(uow, team_id)
    verdicts = await own_of(resources_of(request)).pool.check_recusals([team.unit_code], cadre_ids, cause=uow.cause)
    blocked = sorted({verdict.cadre_id for verdict in verdicts if verdict.verdict == "block"})
    if blocked:
        async with resources_of(request).transactions(caller, uow.cause) as recusal:
            await rechecks.recuse_members(recusal, team, blocked)
        raise MemberRecused(members={"members": [str(cadre_id) for cadre_id in blocked]})
    present = await _present_secondment(request, uow, team)
    reason = body.override_reason if body else None
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        return await _answer(response, uow, await service.enter_team(uow, viewer, team_id, present, reason))


Action = Callable[[Uow, Viewer, UUID, str | None], Awaitable[Team]]


async def _submit(uow: Uow, viewer: Viewer, team_id: UUID, _reason: str | None) -> Team:
    return await service.submit_team(uow, viewer, team_id)


async def _close(uow: Uow, viewer: Viewer, team_id: UUID, _reason: str | None) -> Team:
    return await service.close_team(uow, viewer, team_id)


async def _refuse(uow: Uow, viewer: Viewer, team_id: UUID, reason: str | None) -> Team:
    return await service.give_up_team(uow, viewer, team_id, "refuse", reason)


async def _replace(uow: Uow, viewer: Viewer, team_id: UUID, reason: str | None) -> Team:
    return await service.give_up_team(uow, viewer, team_id, "replace", reason)


def _add_move(verb: str, action: Action) -> None:
    async def move_team(
        team_id: UUID,
        response: Response,
        _caller: Annotated[Principal, _roles(verb)],
        tree: TreeDep,
        uow: UowDep,
        if_match: IfMatch,
        body: Annotated[MoveTeamIn | None, Body()] = None,
    ) -> TeamOut:
        viewer = await viewer_of(uow, tree)
        check_version(if_match, (await service.visible_team(uow, viewer, team_id)).version)
        return await _answer(response, uow, await action(uow, viewer, team_id, body.reason if body else None))

    move_team.__doc__ = f"Move a team: {domain.MOVES[verb].note}."
    router.add_api_route(f"/v1/teams/{{team_id}}/{verb}", move_team, methods=["POST"], name=f"{verb}_team")


for _verb, _action in (("submit", _submit), ("close", _close), ("refuse", _refuse), ("replace", _replace)):
    _add_move(_verb, _action)
