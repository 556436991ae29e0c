"""Teams whose verdicts are relied on, and clues that may turn them."""

from collections.abc import Mapping
from typing import Any

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import clue, inspection
from personnel_pool_service.recusal_watches import service

_OVER = frozenset({inspection.TeamRefused.type, inspection.TeamClosed.type})


async def on_team(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A team was proposed, changed or dissolved: its members are watched at its target until it is over."""
    ref = f"team:{event.team_id}"
    if not await service.is_news(uow, ref, envelope.version):
        return
    roles = {} if envelope.type in _OVER else {member.cadre_id: member.role for member in event.members}
    await service.watch(uow, ref, event.target_unit, roles)


async def on_clue(uow: Uow, _envelope: Envelope, _event: Any) -> None:
    """Something happened to some clue."""
    await service.count_clue_event(uow)


HANDLERS: Mapping[str, Handler] = {
    **{event.type: on_team for event in inspection.EVENTS if issubclass(event, inspection.TeamEvent)},
    **{event.type: on_clue for event in clue.EVENTS if issubclass(event, clue.ClueEvent)},
}
