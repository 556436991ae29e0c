"""Teams whose verdicts are relied on, and clues that may turn them."""

from collections.abc import Mapping
from typing import Any

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import clue, inspection
from personnel_pool_service.recusal_watches import service

_JOINT = (inspection.JointCaseTeamMembersChanged, inspection.JointCaseTeamWoundUp, inspection.JointCaseTeamGivenUp)
_OVER = frozenset({event.type for event in (inspection.TeamRefused, inspection.TeamClosed, *_JOINT[1:])})


async def on_team(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A team was proposed, changed or dissolved: its members are watched at its target until it is over."""
    ref = f"team:{event.team_id}"
    if not await service.is_news(uow, ref, envelope.version):
        return
    roles = {} if envelope.type in _OVER else {member.cadre_id: member.role for member in event.members}
    await service.watch(uow, ref, [event.target_unit], roles)


async def on_joint_team(uow: Uow, envelope: Envelope, event: Any) -> None:
    """The members of a joint case team have changed, or it is over: they are watched at each of its units."""
    ref = f"joint-case-team:{event.joint_case_team_id}"
    if not await service.is_news(uow, ref, envelope.version):
        return
    roles = {} if envelope.type in _OVER else {member.cadre_id: member.role for member in event.seats}
    await service.watch(uow, ref, event.target_units, roles)


async def on_clue(uow: Uow, _envelope: Envelope, _event: Any) -> None:
    """Something happened to some clue."""
    await service.count_clue_event(uow)


HANDLERS: Mapping[str, Handler] = {
    **{event.type: on_team for event in inspection.EVENTS if issubclass(event, inspection.TeamEvent)},
    **dict.fromkeys((event.type for event in _JOINT), on_joint_team),
    **{event.type: on_clue for event in clue.EVENTS if issubclass(event, clue.ClueEvent)},
}
