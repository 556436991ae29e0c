"""Use cases of teams: reading them, and the moves of their table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.errors import NotFound, RoleRequired
from chassis.moves import Move
from chassis.uow import Uow

from inspection_service.clients.pool import Secondment
from inspection_service.involvements import service as involvements
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.rounds.models import Round
from inspection_service.steps.service import record_step
from inspection_service.teams import domain, repository
from inspection_service.teams.domain import TeamState
from inspection_service.teams.errors import BriefingsOpen, ProposerMayNotAuthorise
from inspection_service.teams.events import emit_team
from inspection_service.teams.models import RoundAuthorization, Team, TeamMember
from inspection_service.teams.seats import answer_due_at, members_agreed_to

STEP = "team"
"""How teams are named in the journal of steps."""


@dataclass(frozen=True)
class SeatPlan:
    """One seat of a team to be."""

    cadre_id: UUID
    role: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class TeamPlan:
    """A team to be; its id is settled before its members are reserved."""

    team_id: UUID
    unit_code: str
    seats: tuple[SeatPlan, ...]


async def propose_team(
    uow: Uow,
    found: Round,
    plan: TeamPlan,
    secondment: Secondment,
    *,
    run_id: UUID,
    proposed_by: str,
    reason: str | None,
) -> Team:
    """Write a team whose members are reserved. The round is locked by the caller."""
    target = next(t for t in (await rounds.plan_of(uow, found.id)).targets if t.unit_code == plan.unit_code)
    team = Team(
        id=plan.team_id,
        round_id=found.id,
        unit_code=plan.unit_code,
        run_id=run_id,
        state=TeamState.PROPOSED,
        office_unit=found.office_unit,
        commission=target.commission,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        secondment_id=secondment.id,
        secondment_state=secondment.state,
        secondment_version=secondment.version,
        proposed_by=proposed_by,
        proposal_reason=reason,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(team)
    await uow.session.flush()
    told = {seat.cadre_id: seat for seat in secondment.members}
    members = [
        TeamMember(
            team_id=team.id,
            cadre_id=seat.cadre_id,
            role=seat.role,
            home_unit=told[seat.cadre_id].home_unit if seat.cadre_id in told else None,
            seat_state=told[seat.cadre_id].state if seat.cadre_id in told else secondment.state,
            reasons=list(seat.reasons),
            position=position,
            answer_due_at=answer_due_at(uow),
        )
        for position, seat in enumerate(plan.seats)
    ]
    uow.session.add_all(members)
    await uow.session.flush()
    await rounds.man_target(uow, found.id, plan.unit_code, team.id)
    await involvements.admit_members(uow, found.id, plan.unit_code, [seat.cadre_id for seat in plan.seats])
    await record_step(uow, STEP, team.id, team.version, "propose", source=None, target=team.state)
    await emit_team(uow, "inspection.team.proposed.v1", team, members)
    await uow.audit("propose", "team", team.id, detail={"run_id": str(run_id), "overridden": reason is not None})
    return team


async def visible_team(uow: Uow, viewer: Viewer, team_id: UUID) -> Team:
    """The team; raises NotFound where the viewer may not meet its matter."""
    found = await repository.find_visible_team(uow.session, viewer, team_id)
    if found is None:
        raise NotFound
    return found


async def list_teams(
    uow: Uow, viewer: Viewer, *, round_id: UUID | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[Team]:
    """Teams the viewer may meet, newest first."""
    return await repository.list_visible_teams(
        uow.session, viewer, round_id=round_id, state=state, before=before, limit=limit
    )


async def teams_by_id(uow: Uow, team_ids: Iterable[UUID]) -> Sequence[Team]:
    """Some teams, for a caller who has just made them."""
    return await repository.list_teams_by_id(uow.session, team_ids)


async def member_ids(uow: Uow, team_id: UUID) -> list[UUID]:
    """The cadres of a team."""
    return [member.cadre_id for member in await repository.list_members(uow.session, [team_id])]


async def members_to_name(uow: Uow, team: Team) -> list[TeamMember]:
    """The members an event names: whoever is recused is told of the matter no more."""
    matter = (team.round_id, team.unit_code)
    recused = await involvements.recused_members(uow, [matter])
    members = await repository.list_members(uow.session, [team.id])
    return [member for member in members if (*matter, member.cadre_id) not in recused]


async def movable_team(uow: Uow, viewer: Viewer, team_id: UUID, verb: str) -> Team:
    """The team as it is, if the caller could make this move now: asked before other services are."""
    team = await visible_team(uow, viewer, team_id)
    _check_role(uow, verb)
    domain.MOVES.take(verb, team.state)
    if verb == "authorise":
        _check_is_not_proposer(uow, team)
    return team


async def submit_team(uow: Uow, viewer: Viewer, team_id: UUID) -> Team:
    """Ask for the round's authorisation."""
    team, _found, move = await _locked_for(uow, viewer, team_id, "submit")
    team.submitted_by = uow.actor.acting_for or uow.actor.sub
    await _move(uow, team, move)
    return team


async def authorise_team(
    uow: Uow, viewer: Viewer, team_id: UUID, present: Secondment | None, *, tasks: str | None = None
) -> Team:
    """Authorise a team for this round only.

    ``present`` is the secondment as the pool tells it now; None if the pool could not be asked, then the copy decides.
    Raises SecondmentNotApproved and ProposerMayNotAuthorise.
    """
    team, found, move = await _locked_for(uow, viewer, team_id, "authorise")
    _check_is_not_proposer(uow, team)
    members = await members_agreed_to(uow, team, present)
    uow.session.add(
        RoundAuthorization(
            team_id=team.id,
            round_id=found.id,
            leader_cadre_id=next((m.cadre_id for m in members if m.role == "leader"), None),
            deputy_cadre_ids=[str(m.cadre_id) for m in members if m.role == "deputy_leader"],
            authorised_by=uow.actor.acting_for or uow.actor.sub,
            authorised_at=uow.now,
            valid_from=found.starts_on,
            valid_to=found.ends_on,
            tasks=tasks or found.theme,
        )
    )
    await _move(uow, team, move)
    await rounds.follow(uow, found, "authorise")
    return team


async def enter_team(
    uow: Uow, viewer: Viewer, team_id: UUID, present: Secondment | None, override_reason: str | None
) -> Team:
    """The team goes to its unit; its members' recusal has just been checked again.

    ``present`` as in ``authorise_team``. Raises SecondmentNotApproved while the home unit of somebody exchanged since
    has not agreed, and BriefingsOpen unless a reason is given.
    """
    team, found, move = await _locked_for(uow, viewer, team_id, "enter")
    members = await members_agreed_to(uow, team, present)
    waiting = await repository.list_open_briefings(uow.session, team.id)
    if waiting:
        if override_reason is None:
            raise BriefingsOpen(members={"briefings": [str(one) for one in waiting]})
        team.entry_reason = override_reason
    team.entered_at = uow.now
    await _move(uow, team, move)
    took_part = [(member.cadre_id, member.role) for member in members]
    await rounds.record_participation(uow, found.id, team.unit_code, took_part)
    await rounds.follow(uow, found, "enter")
    return team


async def close_team(uow: Uow, viewer: Viewer, team_id: UUID) -> Team:
    """Dissolve a team; its members go home."""
    team, found, move = await _locked_for(uow, viewer, team_id, "close")
    team.closed_at = uow.now
    await rounds.finish_target(uow, found.id, team.unit_code)
    await _move(uow, team, move)
    return team


async def give_up_team(uow: Uow, viewer: Viewer, team_id: UUID, verb: str, reason: str | None) -> Team:
    """Refuse or replace a team: its members are given back and its target waits for a new run."""
    team, _found, move = await _locked_for(uow, viewer, team_id, verb)
    await _give_up(uow, team, move, reason)
    return team


async def lapse_team(uow: Uow, team_id: UUID) -> bool:
    """No home unit has answered in time and nobody is held any more: the target waits for a new run. Repeatable.

    False where the team is authorised or at its unit: there its seats wait for others.
    """
    for seen in await repository.list_teams_by_id(uow.session, [team_id]):
        await rounds.locked_round(uow, seen.round_id)
        team = await repository.lock_team(uow.session, team_id)
        lapse = domain.CONSEQUENCES["lapse"]
        if team is not None and team.state in lapse.sources:
            await _give_up(uow, team, lapse, None)
            return True
    return False


async def _give_up(uow: Uow, team: Team, move: Move, reason: str | None) -> None:
    team.reason = reason
    await rounds.man_target(uow, team.round_id, team.unit_code, None)
    await involvements.dismiss_members(uow, team.round_id, team.unit_code)
    await _move(uow, team, move)


async def entered_team(uow: Uow, viewer: Viewer, team_id: UUID) -> tuple[Team, Round]:
    """A team that is at its unit, with its round, both locked; raises MoveRefused in any other state."""
    team = await visible_team(uow, viewer, team_id)
    found = await rounds.locked_round(uow, team.round_id)
    locked = await repository.lock_team(uow.session, team_id)
    assert locked is not None
    domain.FINDING_MOVES.take("record-finding", locked.state)
    return locked, found


async def _locked_for(uow: Uow, viewer: Viewer, team_id: UUID, verb: str) -> tuple[Team, Round, Move]:
    """The team and its round, locked in that order everywhere (round first), if the caller may make the move."""
    seen = await visible_team(uow, viewer, team_id)
    _check_role(uow, verb)
    found = await rounds.locked_open_round(uow, seen.round_id)
    team = await repository.lock_team(uow.session, team_id)
    if team is None:
        raise NotFound
    return team, found, domain.MOVES.take(verb, team.state)


def _check_role(uow: Uow, verb: str) -> None:
    roles = domain.MOVES[verb].roles
    if not uow.actor.has_any(*roles):
        raise RoleRequired(members={"roles": sorted(roles)})


def _check_is_not_proposer(uow: Uow, team: Team) -> None:
    if (uow.actor.acting_for or uow.actor.sub) in (team.proposed_by, team.submitted_by):
        raise ProposerMayNotAuthorise


async def _move(uow: Uow, team: Team, move: Move) -> None:
    source, team.state = team.state, str(move.target)
    team.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, team.id, team.version, move.verb, source=source, target=team.state)
    if move.verb in domain.ENDS_AUTHORISATION:
        for given in await repository.list_authorizations(uow.session, [team.id]):
            given.ended_on = uow.clock.today()
    if move.event is not None:
        await emit_team(uow, move.event, team, await members_to_name(uow, team))
    settle = domain.SETTLE_SECONDMENT.get(move.verb)
    if settle is not None:
        actor = uow.actor.acting_for or uow.actor.sub
        await uow.enqueue("settle-secondment", {"team_id": str(team.id), "verb": settle, "actor": actor})
    await uow.audit(move.verb, "team", team.id, detail={"overridden": bool(move.verb == "enter" and team.entry_reason)})


async def follow_briefing(uow: Uow, briefing_id: UUID, team_id: UUID, *, open_count: int, version: int) -> None:
    """Keep how far a briefing about a team is: entry waits for it."""
    await repository.store_briefing(uow.session, briefing_id, team_id, open_count=open_count, version=version)
