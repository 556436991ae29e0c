"""The seats of a team as the talent pool tells them, and how long a home unit has to answer for its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.uow import Uow

from inspection_service.clients.pool import Secondment
from inspection_service.involvements import service as involvements
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import end_of_day
from inspection_service.settings import inspection_settings
from inspection_service.teams import repository
from inspection_service.teams.domain import CONSENTED, LIVE, TeamState, has_consent, homes_without_consent
from inspection_service.teams.errors import SecondmentNotApproved
from inspection_service.teams.models import Team, TeamMember


def answer_due_at(uow: Uow) -> datetime:
    """The last moment at which a home unit that is asked now may answer."""
    return end_of_day(uow.clock.today() + timedelta(days=inspection_settings().consent_days), uow.clock.zone)


async def store_secondment(uow: Uow, team: Team, told: Secondment) -> None:
    """Write what the pool tells of a locked team's seats and send home who holds none; older news is left out."""
    if told.version < team.secondment_version:
        return
    team.secondment_state = told.state
    team.secondment_version = told.version
    states = {seat.cadre_id: seat.state for seat in told.members}
    agreed = []
    for member in await repository.list_members(uow.session, [team.id]):
        state = states.get(member.cadre_id, member.seat_state)
        if state in CONSENTED and member.seat_state not in CONSENTED:
            agreed.append(member.cadre_id)
        member.seat_state = state
    await uow.session.flush()
    await admit(uow, team, agreed)
    await involvements.send_home(uow, team.round_id, team.unit_code, told.gone)


async def members_agreed_to(uow: Uow, team: Team, present: Secondment | None) -> Sequence[TeamMember]:
    """The members, once every home unit has agreed to lend them. Raises SecondmentNotApproved."""
    if present is not None:
        await store_secondment(uow, team, present)
    members = await repository.list_members(uow.session, [team.id])
    if not has_consent(team.secondment_state):
        missing = homes_without_consent((m.home_unit or "", m.seat_state) for m in members)
        raise SecondmentNotApproved(members={"missing": missing, "secondment_state": team.secondment_state})
    return members


async def admit(uow: Uow, team: Team, cadre_ids: Collection[UUID]) -> None:
    """Let members meet the team's matter. Who joins a team at its unit is checked as at entry first, once agreed to."""
    if team.state == TeamState.ENTERED:
        members = await repository.list_members(uow.session, [team.id])
        agreed = [str(m.cadre_id) for m in members if m.cadre_id in cadre_ids and m.seat_state in CONSENTED]
        if agreed:
            await uow.enqueue("admit-newcomers", {"team_id": str(team.id), "cadre_ids": agreed})
    elif team.state in LIVE:
        await involvements.admit_members(uow, team.round_id, team.unit_code, cadre_ids)


async def admit_newcomers(uow: Uow, team_id: UUID, cadre_ids: Collection[UUID]) -> None:
    """Those of some members whose home units have agreed join the team at its unit; safe to repeat."""
    team = await repository.lock_team(uow.session, team_id)
    if team is None or team.state != TeamState.ENTERED:
        return
    members = await repository.list_members(uow.session, [team_id])
    agreed = [(m.cadre_id, m.role) for m in members if m.cadre_id in cadre_ids and m.seat_state in CONSENTED]
    await involvements.admit_members(uow, team.round_id, team.unit_code, [cadre_id for cadre_id, _ in agreed])
    await rounds.record_participation(uow, team.round_id, team.unit_code, agreed)


async def follow_secondment(uow: Uow, team_id: UUID, told: Secondment) -> None:
    """Keep the copy of a secondment's state; older news is left out, an unknown team is not ours (yet)."""
    team = await repository.lock_team(uow.session, team_id)
    if team is not None and team.secondment_id == told.id and told.version > team.secondment_version:
        await store_secondment(uow, team, told)


async def take_unanswered(uow: Uow) -> Mapping[UUID, Sequence[UUID]]:
    """Team → members whose home units let the time for an answer pass. Each is handed out once.

    The caller records in the same transaction what is to be done about them.
    """
    found: dict[UUID, list[UUID]] = {}
    for member in await repository.lock_unanswered(uow.session, uow.now):
        member.answer_due_at = None
        found.setdefault(member.team_id, []).append(member.cadre_id)
    await uow.session.flush()
    return found
