"""Whoever is refused, recalled, suspended or gone leads to a replacement proposal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import pool
from inspection_service.teams import rechecks

_TEAM_REF = "team:"
_ALL_RECALLED = "recalled"
"""State of a secondment of which everybody was called back: it is over."""


async def on_refusal(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """Seats of a team were refused: somebody else is looked for."""
    refused = sorted(str(seat.cadre_id) for seat in event.seats if seat.state == "refused")
    await _propose(uow, _team_of(event), refused, "home_unit_refused")


async def on_recall(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """Some were called back while the posting goes on. Where this service asked for it, a plan about them is there."""
    if event.state != _ALL_RECALLED:
        await _propose(uow, _team_of(event), sorted(map(str, event.freed)), "recalled")


async def on_standing(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A cadre cannot be lent for the time being, or is in the pool no more: for every team they sit in."""
    cause = "suspended" if envelope.type == pool.CadreSuspended.type else "left_the_pool"
    for team in await rechecks.teams_of_cadre(uow, event.cadre_id):
        await _propose(uow, team.id, [str(event.cadre_id)], cause)


def _team_of(event: Any) -> UUID | None:
    if not event.request_ref.startswith(_TEAM_REF):
        return None
    try:
        return UUID(event.request_ref.removeprefix(_TEAM_REF))
    except ValueError:
        return None  # lent to somebody else than a team


async def _propose(uow: Uow, team_id: UUID | None, cadre_ids: list[str], cause: str) -> None:
    if team_id is not None and cadre_ids:
        await uow.enqueue("propose-replacement", {"team_id": str(team_id), "cadre_ids": cadre_ids, "cause": cause})


HANDLERS: Mapping[str, Handler] = {
    pool.SecondmentRefused.type: on_refusal,
    pool.SecondmentRecalled.type: on_recall,
    pool.CadreSuspended.type: on_standing,
    pool.CadreExited.type: on_standing,
}
