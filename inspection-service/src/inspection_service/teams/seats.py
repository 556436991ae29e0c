"""The seats of a team as the talent pool tells them, and how long a home unit has to answer for its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.uow import Uow

from inspection_service.clients.pool import Secondment
from inspection_service.involvements import service as involvements
from inspection_service.rounds.domain import end_of_day
from inspection_service.settings import inspection_settings
from inspection_service.teams import repository
from inspection_service.teams.models import Team


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
    for member in await repository.list_members(uow.session, [team.id]):
        member.seat_state = states.get(member.cadre_id, member.seat_state)
    await uow.session.flush()
    await involvements.send_home(uow, team.round_id, team.unit_code, told.gone)


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
