"""Use cases of joint case teams: several bodies work one matter together, one lead office answers for it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, RoleRequired
from chassis.uow import Uow
from contracts.inspection import EVENTS, JointCaseTeamEvent, TeamMember

from inspection_service.cooperation_zones.service import units_of_zone
from inspection_service.involvements.policy import Viewer
from inspection_service.joint_case_teams import domain, repository
from inspection_service.joint_case_teams.domain import JointState
from inspection_service.joint_case_teams.errors import JointMemberRecused, JointTeamWaits, ProposerMayNotApprove
from inspection_service.joint_case_teams.models import JointCaseMember, JointCaseTeam
from inspection_service.joint_case_teams.schemas import (
    JointMemberOut,
    JointTeamOut,
    MoveJointTeamIn,
    ProposeJointTeamIn,
)
from inspection_service.rounds.errors import UnitRequired
from inspection_service.steps.service import record_step
from inspection_service.teams.domain import has_consent, homes_without_consent

STEP = "joint_case_team"
HOME_UNITS_SILENT = "home_units_silent"
"""Why a team is given up whose home units all let the time for an answer pass."""
_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, JointCaseTeamEvent)}


def _person(uow: Uow) -> str:
    return uow.actor.acting_for or uow.actor.sub


async def propose_joint_team(
    uow: Uow, tree: UnitTree, body: ProposeJointTeamIn, blocked: Collection[UUID]
) -> JointCaseTeam:
    """Propose a team. ``blocked`` are members the talent pool keeps from the units concerned.

    Raises UnitRequired, JointMemberRecused, and NotFound for an unknown zone.
    """
    lead = body.lead_office or uow.actor.unit
    if lead is None or lead not in tree:
        raise UnitRequired
    if blocked:
        raise JointMemberRecused(members={"members": sorted(str(one) for one in blocked)})
    zone = await units_of_zone(uow, tree, body.zone_code) if body.zone_code else []
    team = JointCaseTeam(
        lead_office=lead,
        commission=tree.commission(lead),
        target_units=body.target_units,
        partner_units=sorted({*body.partner_units, *zone} - {lead}),
        zone_code=body.zone_code,
        clue_ids=[str(one) for one in body.clue_ids],
        finding_ids=[str(one) for one in body.finding_ids],
        authority_ref=body.authority_ref,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        state=JointState.PROPOSED,
        proposed_by=_person(uow),
        proposed_at=uow.now,
        version=1,
    )
    uow.session.add(team)
    await uow.session.flush()
    uow.session.add_all(
        JointCaseMember(team_id=team.id, position=index, **member.model_dump(), is_recused=False)
        for index, member in enumerate(body.members)
    )
    await uow.session.flush()
    await record_step(uow, STEP, team.id, team.version, "propose", source=None, target=team.state)
    await _emit(uow, "inspection.joint_case_team.proposed.v1", team, len(body.members))
    await tell_members(uow, team)
    await uow.audit("propose", STEP, team.id, detail={"members": len(body.members)})
    return team


async def tell_members(uow: Uow, team: JointCaseTeam) -> None:
    """Let the talent pool watch the verdicts of a locked team's members as they are now."""
    members = await repository.list_joint_members(uow.session, [team.id])
    team.version += 1
    await uow.session.flush()
    seats = tuple(TeamMember(cadre_id=one.cadre_id, role=one.role) for one in members)
    await _emit(uow, "inspection.joint_case_team.members_changed.v1", team, len(members), seats=seats)


async def _emit(uow: Uow, event_type: str, team: JointCaseTeam, members: int, **more: Any) -> None:
    event = _BY_TYPE[event_type](
        joint_case_team_id=team.id,
        state=team.state,
        lead_office=team.lead_office,
        partner_units=tuple(team.partner_units),
        target_units=tuple(team.target_units),
        members=members,
        starts_on=team.starts_on,
        ends_on=team.ends_on,
        **more,
    )
    await uow.emit(event, aggregate_id=team.id, version=team.version, commission=team.commission)


async def visible_joint_team(uow: Uow, viewer: Viewer, team_id: UUID) -> JointCaseTeam:
    """The team; raises NotFound where the viewer may not meet it."""
    found = await repository.find_visible_joint_team(uow.session, viewer, team_id)
    if found is None:
        raise NotFound
    return found


async def list_joint_teams(
    uow: Uow, viewer: Viewer, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[JointCaseTeam]:
    """Teams the viewer may meet, newest first."""
    return await repository.list_visible_joint_teams(uow.session, viewer, state=state, before=before, limit=limit)


async def member_ids(uow: Uow, team_id: UUID) -> list[UUID]:
    """The members of a team."""
    return [member.cadre_id for member in await repository.list_joint_members(uow.session, [team_id])]


async def team_to_reserve(uow: Uow, team_id: UUID) -> tuple[JointCaseTeam, list[JointCaseMember]] | None:
    """An approved team whose members are not asked for yet; None if that is done or the team was given up."""
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is None or team.state != JointState.APPROVED or team.secondment_id is not None:
        return None
    return team, list(await repository.list_joint_members(uow.session, [team_id]))


async def move_joint_team(uow: Uow, viewer: Viewer, team_id: UUID, verb: str, body: MoveJointTeamIn) -> JointCaseTeam:
    """Take a move of the table. Raises NotFound, RoleRequired, MoveRefused and what the move itself refuses."""
    await visible_joint_team(uow, viewer, team_id)
    move = domain.MOVES[verb]
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is None:
        raise NotFound
    domain.MOVES.take(verb, team.state)
    if not _answers_for(viewer, team):
        raise RoleRequired(members={"unit": team.lead_office})
    members = await repository.list_joint_members(uow.session, [team.id])
    if verb == "approve":
        if _person(uow) == team.proposed_by:
            raise ProposerMayNotApprove
        team.approved_by, team.approved_at = _person(uow), uow.now
        await uow.enqueue("reserve-joint-case-team", {"team_id": str(team.id)})
    if verb == "activate":
        _check_may_begin(team, members)
    team.reason = body.reason or team.reason
    team.grade = body.grade if verb == "evaluate" else team.grade
    await _move(uow, team, verb, len(members))
    return team


def _answers_for(viewer: Viewer, team: JointCaseTeam) -> bool:
    return team.lead_office in (viewer.works_at, *viewer.own_offices) or team.commission in viewer.commissions


def _check_may_begin(team: JointCaseTeam, members: Sequence[JointCaseMember]) -> None:
    recused = [str(member.cadre_id) for member in members if member.is_recused]
    if recused:
        raise JointMemberRecused(members={"members": sorted(recused)})
    if not has_consent(team.secondment_state):
        missing = homes_without_consent((member.home_unit or "", member.seat_state or "") for member in members)
        raise JointTeamWaits(members={"missing": missing, "secondment_state": team.secondment_state})


async def _move(uow: Uow, team: JointCaseTeam, verb: str, members: int) -> None:
    move = domain.MOVES.take(verb, team.state)
    source, team.state = team.state, str(move.target)
    team.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, team.id, team.version, verb, source=source, target=team.state)
    if move.event is not None:
        await _emit(uow, move.event, team, members)
    settle = domain.SETTLE_SECONDMENT.get(verb)
    if settle is not None and team.secondment_id is not None:
        payload = {"team_id": str(team.id), "verb": settle, "actor": _person(uow)}
        await uow.enqueue("settle-joint-case-team", payload)
    await uow.audit(verb, STEP, team.id)


async def refuse_reservation(uow: Uow, team_id: UUID, code: str) -> None:
    """The talent pool refused for good: the team is given up with the reason."""
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is not None and team.state == JointState.APPROVED and team.secondment_id is None:
        team.refusal_code = code
        await _move(uow, team, "give-up", 0)


async def end_silence(uow: Uow, team_id: UUID, given_back: Collection[UUID], *, holds_anybody: bool) -> None:
    """Seats of silent home units were given back: tell it once, or give up a team that holds nobody any more."""
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is None or team.state != JointState.APPROVED:
        return
    members = await repository.list_joint_members(uow.session, [team_id])
    untold = [one for one in members if one.cadre_id in given_back and one.given_back_at is None]
    for member in untold:
        member.given_back_at = uow.now
    if not holds_anybody:
        team.refusal_code = HOME_UNITS_SILENT
        await _move(uow, team, "give-up", len(members))
    elif untold:
        team.version += 1
        await uow.session.flush()
        await _emit(uow, "inspection.joint_case_team.seats_given_back.v1", team, len(members))
        await uow.audit("give_back_seats", STEP, team.id, detail={"members": len(untold)})


async def teams_of_cadre(uow: Uow, cadre_id: UUID) -> Sequence[UUID]:
    """Teams under way with a cadre on them."""
    return await repository.list_teams_of_cadre(uow.session, cadre_id)


async def recuse_joint_members(uow: Uow, team_id: UUID, cadre_ids: Collection[UUID]) -> None:
    """Verdicts have turned: these members meet the team nowhere from now on; its head is told once."""
    fresh = []
    for member in await repository.list_joint_members(uow.session, [team_id]):
        if member.cadre_id in cadre_ids and not member.is_recused:
            member.is_recused = True
            fresh.append(member.cadre_id)
            await uow.audit("recuse", STEP, team_id, detail={"cadre_id": str(member.cadre_id)})
    await uow.session.flush()
    if fresh:
        await tell_loss(uow, team_id, fresh)


async def tell_loss(uow: Uow, team_id: UUID, lost: Collection[UUID]) -> None:
    """Some members must be replaced: tell the lead office, and the team's head unless it is the head."""
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is None:
        return
    members = await repository.list_joint_members(uow.session, [team_id])
    head = tuple(m.cadre_id for m in members if m.role == "leader" and not m.is_recused and m.cadre_id not in lost)
    team.version += 1
    await uow.session.flush()
    await _emit(uow, "inspection.joint_case_team.member_lost.v1", team, len(members), head=head)


async def joint_team(uow: Uow, team_id: UUID) -> JointCaseTeam | None:
    """The team, for the service's own work."""
    return await repository.lock_joint_team(uow.session, team_id)


async def describe_joint_teams(uow: Uow, teams: Sequence[JointCaseTeam]) -> list[JointTeamOut]:
    """Teams as callers see them."""
    members: dict[UUID, list[JointMemberOut]] = {team.id: [] for team in teams}
    for member in await repository.list_joint_members(uow.session, members):
        members[member.team_id].append(JointMemberOut.model_validate(member))
    answers = []
    for team in teams:
        columns = {column.key: getattr(team, column.key) for column in JointCaseTeam.__table__.columns}
        shown = {name: columns[name] for name in JointTeamOut.model_fields if name in columns}
        allowed = domain.MOVES.allowed(team.state)
        answers.append(JointTeamOut(**shown, allowed_moves=allowed, members=members[team.id]))
    return answers
