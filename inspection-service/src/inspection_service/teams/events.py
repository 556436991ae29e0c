"""Events of teams."""

from collections.abc import Sequence

from chassis.uow import Uow
from contracts.inspection import EVENTS, TeamEvent
from contracts.inspection import TeamMember as MemberOfEvent

from inspection_service.teams.models import Team, TeamMember

_BY_TYPE: dict[str, type[TeamEvent]] = {event.type: event for event in EVENTS if issubclass(event, TeamEvent)}


async def emit_team(uow: Uow, event_type: str, team: Team, members: Sequence[TeamMember]) -> None:
    """Say that a team moved: ids, roles and dates, never why."""
    extra = {"briefings_overridden": True} if event_type == "inspection.team.entered.v1" and team.entry_reason else {}
    event = _BY_TYPE[event_type](
        team_id=team.id,
        round_id=team.round_id,
        state=team.state,
        office_unit=team.office_unit,
        target_unit=team.unit_code,
        members=tuple(MemberOfEvent(cadre_id=member.cadre_id, role=member.role) for member in members),
        starts_on=team.starts_on,
        ends_on=team.ends_on,
        **extra,
    )
    await uow.emit(event, aggregate_id=team.id, version=team.version, commission=team.commission)
