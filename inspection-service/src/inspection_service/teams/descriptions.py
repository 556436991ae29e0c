"""Teams as callers see them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from chassis.uow import Uow

from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.service import recused_members, recused_targets
from inspection_service.rounds import service as rounds
from inspection_service.teams import domain, repository
from inspection_service.teams.domain import TeamState
from inspection_service.teams.models import RoundAuthorization, Team
from inspection_service.teams.schemas import (
    AuthorizationOut,
    EntryNoticeOut,
    MemberOut,
    NoticeMemberOut,
    TeamOut,
)


async def describe_teams(uow: Uow, teams: Sequence[Team]) -> list[TeamOut]:
    """Teams as callers see them."""
    ids = [team.id for team in teams]
    members: dict[UUID, list[MemberOut]] = defaultdict(list)
    matters = {team.id: (team.round_id, team.unit_code) for team in teams}
    recused = await recused_members(uow, matters.values())
    for member in await repository.list_members(uow.session, ids):
        shown = MemberOut.model_validate(member)
        shown.is_recused = (*matters[member.team_id], member.cadre_id) in recused
        members[member.team_id].append(shown)
    given = {row.team_id: row for row in await repository.list_authorizations(uow.session, ids)}
    waiting = await repository.count_open_briefings(uow.session, ids)
    over = await rounds.closed_among(uow, {team.round_id for team in teams})
    return [
        _describe(team, members[team.id], given.get(team.id), waiting.get(team.id, 0), is_over=team.round_id in over)
        for team in teams
    ]


def _describe(
    team: Team, members: list[MemberOut], given: RoundAuthorization | None, waiting: int, *, is_over: bool
) -> TeamOut:
    columns = {column.key: getattr(team, column.key) for column in Team.__table__.columns}
    authorization = None
    if given is not None:
        row = {column.key: getattr(given, column.key) for column in RoundAuthorization.__table__.columns}
        is_valid = not is_over and team.state in (TeamState.AUTHORISED, TeamState.ENTERED)
        authorization = AuthorizationOut.model_validate({**row, "is_valid": is_valid})
    return TeamOut(
        **{name: columns[name] for name in TeamOut.model_fields if name in columns},
        allowed_moves=domain.MOVES.allowed(team.state),
        members=members,
        authorization=authorization,
        open_briefings=waiting,
    )


async def describe_notices(uow: Uow, viewer: Viewer) -> list[EntryNoticeOut]:
    """The teams announced to the viewer's own unit, for those who speak for it: so that they can object to a member."""
    if viewer.works_at is None:
        return []
    teams = await repository.list_announced_teams(uow.session, viewer.works_at)
    members: dict[UUID, list[NoticeMemberOut]] = defaultdict(list)
    for member in await repository.list_members(uow.session, [team.id for team in teams]):
        members[member.team_id].append(NoticeMemberOut.model_validate(member))
    notices = []
    for team in teams:
        found = (await rounds.plan_of(uow, team.round_id)).round
        if team.unit_code in await recused_targets(uow, viewer, team.round_id):
            continue
        notices.append(
            EntryNoticeOut(
                team_id=team.id,
                unit_code=team.unit_code,
                round_type=found.type,
                theme=found.theme,
                office_unit=team.office_unit,
                state=team.state,
                starts_on=team.starts_on,
                ends_on=team.ends_on,
                members=members[team.id],
            )
        )
    return notices
