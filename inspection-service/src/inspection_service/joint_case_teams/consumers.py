"""What joint case teams learn from the talent pool: consent of home units, turned verdicts, who is lent no more."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import pool
from inspection_service.joint_case_teams import service

_REF = "joint-case-team:"


async def on_secondment(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """A secondment moved."""
    if not event.request_ref.startswith(_REF):
        return
    try:
        team_id = UUID(event.request_ref.removeprefix(_REF))
    except ValueError:
        return
    payload = {"team_id": str(team_id), "secondment_id": str(event.secondment_id)}
    await uow.enqueue("follow-joint-secondment", payload)


async def on_turned(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """A verdict about a cadre turned."""
    if await service.teams_of_cadre(uow, event.cadre_id):
        await uow.enqueue("recheck-joint-recusals", {"cadre_id": str(event.cadre_id)})


async def on_standing(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A cadre is suspended or has left the pool: somebody else is needed, and the verdicts are asked for again."""
    for team_id in await service.teams_of_cadre(uow, event.cadre_id):
        await service.tell_loss(uow, team_id, [event.cadre_id])
    await on_turned(uow, envelope, event)


HANDLERS: Mapping[str, Handler] = {
    **{event.type: on_secondment for event in pool.EVENTS if issubclass(event, pool.SecondmentEvent)},
    pool.RecusalTurned.type: on_turned,
    pool.CadreChanged.type: on_turned,
    pool.CadreExited.type: on_standing,
    pool.CadreSuspended.type: on_standing,
}
