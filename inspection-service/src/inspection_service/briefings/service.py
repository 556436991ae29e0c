"""Use cases of briefings before entry: asking for them, answering, waiting for the last one."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, RoleRequired
from chassis.uow import Uow

from inspection_service.briefings import domain, repository
from inspection_service.briefings.domain import BriefingState
from inspection_service.briefings.errors import NothingSaid, TeamHasEntered
from inspection_service.briefings.events import emit_briefing
from inspection_service.briefings.models import BriefingRequest
from inspection_service.briefings.schemas import AcknowledgeBriefingIn, BriefingRequestOut
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import end_of_day
from inspection_service.steps.service import record_step
from inspection_service.teams import service as teams
from inspection_service.teams.domain import TeamState
from inspection_service.teams.models import Team

STEP = "briefing_request"
_PREPARING = frozenset({TeamState.PROPOSED, TeamState.SUBMITTED, TeamState.AUTHORISED})


async def ask_for_briefings(
    uow: Uow, viewer: Viewer, tree: UnitTree, team_id: UUID, from_units: Collection[str], due_on: date | None
) -> Sequence[BriefingRequest]:
    """Ask offices what they know of a team's unit; who was asked before is not asked twice.

    Raises NotFound and TeamHasEntered.
    """
    team = await teams.visible_team(uow, viewer, team_id)
    if team.state not in _PREPARING:
        raise TeamHasEntered(members={"state": team.state})
    return await _ask(uow, tree, team, from_units, due_on)


async def ask_if_required(uow: Uow, tree: UnitTree, team: Team) -> None:
    """A team was authorised: ask for its briefings, if its round wants that of every team."""
    if (await rounds.plan_of(uow, team.round_id)).round.briefings == "required":
        await _ask(uow, tree, team, (), None)


async def _ask(
    uow: Uow, tree: UnitTree, team: Team, from_units: Collection[str], due_on: date | None
) -> Sequence[BriefingRequest]:
    wanted = sorted(set(from_units)) or domain.offices_to_ask(tree, team.commission)
    known = {one.from_unit for one in await repository.list_requests_of_team(uow.session, team.id)}
    last_day = due_on or uow.clock.today() + timedelta(days=domain.DUE_DAYS)
    for unit in wanted:
        if unit in known:
            continue
        request = BriefingRequest(
            team_id=team.id,
            round_id=team.round_id,
            unit_code=team.unit_code,
            office_unit=team.office_unit,
            commission=team.commission,
            from_unit=unit,
            state=BriefingState.ASKED,
            due_at=end_of_day(last_day, uow.clock.zone),
            asked_by=uow.actor.acting_for or uow.actor.sub,
            asked_at=uow.now,
            version=1,
        )
        uow.session.add(request)
        await uow.session.flush()
        await _tell_team(uow, request)
        await record_step(uow, STEP, request.id, request.version, "ask", source=None, target=request.state)
        await emit_briefing(uow, "inspection.briefing_request.issued.v1", request)
        await uow.audit("ask", STEP, request.id, detail={"from_unit": unit})
    return await repository.list_requests_of_team(uow.session, team.id)


async def _tell_team(uow: Uow, request: BriefingRequest) -> None:
    """The team waits for this request among the briefings it waits for."""
    waits = int(request.state == BriefingState.ASKED)
    await teams.follow_briefing(uow, request.id, request.team_id, open_count=waits, version=request.version)


async def list_of_team(uow: Uow, viewer: Viewer, team_id: UUID) -> Sequence[BriefingRequest]:
    """The requests of a team; raises NotFound where the viewer may not meet its matter."""
    await teams.visible_team(uow, viewer, team_id)
    return await repository.list_requests_of_team(uow.session, team_id)


async def visible_request(uow: Uow, viewer: Viewer, request_id: UUID) -> BriefingRequest:
    """The request; raises NotFound for everybody but the asked office, the team and its inspection office."""
    found = await repository.find_visible_request(uow.session, viewer, request_id, asked=_answers(uow))
    if found is None:
        raise NotFound
    return found


async def list_requests(
    uow: Uow, viewer: Viewer, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[BriefingRequest]:
    """Requests the caller asked for or is asked, newest first."""
    return await repository.list_visible_requests(
        uow.session, viewer, asked=_answers(uow), state=state, before=before, limit=limit
    )


def _answers(uow: Uow) -> bool:
    return uow.actor.has_any(*domain.ANSWERERS)


async def acknowledge_briefing(
    uow: Uow, viewer: Viewer, request_id: UUID, body: AcknowledgeBriefingIn
) -> BriefingRequest:
    """The asked office answers. Raises NothingSaid, MoveRefused, RoleRequired for anybody else who may see it."""
    if body.contribution is None and not body.nothing_to_report:
        raise NothingSaid
    request = await _locked_for(uow, viewer, request_id, "acknowledge")
    if request.from_unit != viewer.unit:
        raise RoleRequired(members={"unit": request.from_unit})
    request.contribution = body.contribution
    request.nothing_to_report = body.nothing_to_report
    request.acknowledged_by = uow.actor.acting_for or uow.actor.sub
    request.acknowledged_at = uow.now
    await _move(uow, request, "acknowledge")
    await _follow(uow, request)
    return request


async def withdraw_briefing(uow: Uow, viewer: Viewer, request_id: UUID) -> BriefingRequest:
    """The inspection office does not wait any longer."""
    request = await _locked_for(uow, viewer, request_id, "withdraw")
    await _move(uow, request, "withdraw")
    await _follow(uow, request)
    return request


async def _follow(uow: Uow, request: BriefingRequest) -> None:
    """The round is briefed once nobody owes any of its teams an answer."""
    waiting = [
        one
        for target in (await rounds.plan_of(uow, request.round_id)).targets
        if target.team_id is not None
        for one in await repository.list_requests_of_team(uow.session, target.team_id)
        if one.state == BriefingState.ASKED
    ]
    if not waiting:
        await rounds.follow(uow, await rounds.locked_round(uow, request.round_id), "brief")


async def _locked_for(uow: Uow, viewer: Viewer, request_id: UUID, verb: str) -> BriefingRequest:
    seen = await visible_request(uow, viewer, request_id)
    roles = domain.MOVES[verb].roles
    if not uow.actor.has_any(*roles):
        raise RoleRequired(members={"roles": sorted(roles)})
    await rounds.locked_round(uow, seen.round_id)
    request = await repository.lock_request(uow.session, request_id)
    if request is None:
        raise NotFound
    domain.MOVES.take(verb, request.state)
    return request


async def _move(uow: Uow, request: BriefingRequest, verb: str) -> None:
    move = domain.MOVES.take(verb, request.state)
    source, request.state = request.state, str(move.target)
    request.version += 1
    await uow.session.flush()
    await _tell_team(uow, request)
    await record_step(uow, STEP, request.id, request.version, verb, source=source, target=request.state)
    if move.event is not None:
        await emit_briefing(uow, move.event, request)
    await uow.audit(verb, STEP, request.id)


async def contributions(uow: Uow, team_id: UUID) -> list[dict[str, str | None]]:
    """What the asked offices have told about a team's unit, for its dossier; by office."""
    found = await repository.list_requests_of_team(uow.session, team_id)
    return [
        {"from_unit": one.from_unit, "contribution": one.contribution}
        for one in found
        if one.state == BriefingState.ACKNOWLEDGED
    ]


def describe_request(request: BriefingRequest) -> BriefingRequestOut:
    """A request as callers see it."""
    columns = {column.key: getattr(request, column.key) for column in BriefingRequest.__table__.columns}
    shown = {name: columns[name] for name in BriefingRequestOut.model_fields if name in columns}
    return BriefingRequestOut(**shown, allowed_moves=domain.MOVES.allowed(request.state))
