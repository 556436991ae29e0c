"""A home unit that refuses leads to a replacement proposal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import pool

_TEAM_REF = "team:"


async def on_refusal(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """Seats of a team were refused: somebody else is looked for."""
    try:
        team_id = UUID(event.request_ref.removeprefix(_TEAM_REF))
    except ValueError:
        return  # lent to somebody else than a team
    refused = sorted(str(seat.cadre_id) for seat in event.seats if seat.state == "refused")
    if refused and event.request_ref.startswith(_TEAM_REF):
        await uow.enqueue("propose-replacement", {"team_id": str(team_id), "cadre_ids": refused})


HANDLERS: Mapping[str, Handler] = {pool.SecondmentRefused.type: on_refusal}
