"""The seats of a joint case team as the talent pool tells them, and which home units let their time pass."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from inspection_service.clients.pool import Seat, Secondment
from inspection_service.joint_case_teams import domain, repository, service
from inspection_service.joint_case_teams.domain import JointState
from inspection_service.joint_case_teams.models import JointCaseMember, JointCaseTeam
from inspection_service.teams.seats import answer_due_at


async def follow_reservation(uow: Uow, tree: UnitTree, team_id: UUID, told: Secondment) -> None:
    """Keep what the talent pool tells of the members, by answer or by event; older news is left out.

    Whom the pool has put into a freed seat is a member from then on, and who left it is none.
    """
    team = await repository.lock_joint_team(uow.session, team_id)
    if team is None or (team.secondment_version is not None and told.version < team.secondment_version):
        return
    is_first = team.secondment_id is None
    team.secondment_id, team.secondment_state, team.secondment_version = told.id, told.state, told.version
    seats = {seat.cadre_id: seat for seat in told.members}
    members = {one.cadre_id: one for one in await repository.list_joint_members(uow.session, [team.id])}
    for cadre_id, member in members.items():
        seat = seats.get(cadre_id)
        if seat is None:
            await uow.session.delete(member)
            continue
        member.home_unit, member.seat_state = seat.home_unit, seat.state
        member.source = domain.source_of(tree, seat.home_unit, team.commission)
        member.answer_due_at = answer_due_at(uow) if is_first else member.answer_due_at
    place = max((one.position for one in members.values()), default=0)
    for seat in (seat for cadre_id, seat in seats.items() if cadre_id not in members):
        place += 1
        await _admit(uow, tree, team, seat, place)
    team.version += 1
    await uow.session.flush()
    if seats.keys() != members.keys():
        await service.tell_members(uow, team)
    if is_first and team.state == JointState.GIVEN_UP:  # given up while the pool was being asked: give back
        await uow.enqueue(
            "settle-joint-case-team", {"team_id": str(team.id), "verb": "recall", "actor": team.proposed_by}
        )


async def _admit(uow: Uow, tree: UnitTree, team: JointCaseTeam, seat: Seat, position: int) -> None:
    """Somebody the pool has put into a freed seat: the home unit has its own time, and recusal is looked at."""
    uow.session.add(
        JointCaseMember(
            team_id=team.id,
            cadre_id=seat.cadre_id,
            role=seat.role,
            position=position,
            home_unit=seat.home_unit,
            source=domain.source_of(tree, seat.home_unit, team.commission),
            seat_state=seat.state,
            is_recused=False,
            answer_due_at=answer_due_at(uow),
        )
    )
    await uow.enqueue("recheck-joint-recusals", {"cadre_id": str(seat.cadre_id)})


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
