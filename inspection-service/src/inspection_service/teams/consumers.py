"""What teams learn from others: consent of home units, and briefings they wait for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import clue, notification, pool
from inspection_service.clients.pool import Seat, Secondment
from inspection_service.teams import rechecks, seats, service

_TEAM_REF = "team:"


async def on_secondment(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A secondment moved."""
    team_id = _team_of(event.request_ref)
    if team_id is None:
        return
    members = tuple(Seat.model_validate(seat.model_dump()) for seat in event.seats)
    told = Secondment(id=event.secondment_id, state=event.state, version=envelope.version, members=members)
    await seats.follow_secondment(uow, team_id, told)


async def on_briefing(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A briefing was issued or acknowledged."""
    if event.item_type != "team" or event.item_id is None:
        return
    team_id = _team_of(f"{_TEAM_REF}{event.item_id.removeprefix(_TEAM_REF)}")
    if team_id is not None:
        await service.follow_briefing(
            uow, event.briefing_id, team_id, open_count=event.open_count, version=envelope.version
        )


async def on_clue_of_units(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """A clue about some units came or changed: who inspects them, or comes from them, is checked again."""
    if event.subject_units and await rechecks.has_live_teams(uow):
        await uow.enqueue("recheck-recusals", {"unit_codes": sorted(event.subject_units)})


async def on_cadre(uow: Uow, _envelope: Envelope, event: Any) -> None:
    """Facts about a cadre changed: the teams the cadre serves on are checked again."""
    if await rechecks.has_live_teams(uow):
        await uow.enqueue("recheck-recusals", {"cadre_id": str(event.cadre_id)})


def _team_of(reference: str) -> UUID | None:
    try:
        return UUID(reference.removeprefix(_TEAM_REF)) if reference.startswith(_TEAM_REF) else None
    except ValueError:
        return None


HANDLERS: Mapping[str, Handler] = {
    pool.RecusalTurned.type: on_cadre,
    pool.CadreChanged.type: on_cadre,
    pool.CadreExited.type: on_cadre,
    pool.CadreSuspended.type: on_cadre,
    **{event.type: on_secondment for event in pool.EVENTS if issubclass(event, pool.SecondmentEvent)},
    **{event.type: on_briefing for event in notification.EVENTS if issubclass(event, notification.BriefingEvent)},
}

CLUE_HANDLERS: Mapping[str, Handler] = {
    event.type: on_clue_of_units
    for event in (clue.ClueRegistered, clue.ClueAccepted, clue.ClueReopened, clue.ClueSplit, clue.ClueTransferred)
}
"""Moves after which somebody may have become a subject, or be one again; the findings follow clues as well."""
