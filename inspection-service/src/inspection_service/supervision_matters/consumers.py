"""What supervision matters learn from clue-service: how far the consultation of a difficulty is."""

from collections.abc import Mapping
from typing import Any

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.deliberation import EVENTS, ConsultationEvent
from contracts.envelope import Envelope

from inspection_service.clients.clue import ConvenedConsultation
from inspection_service.supervision_matters import referrals


async def on_consultation(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A consultation moved; most are about something else."""
    told = ConvenedConsultation(id=event.consultation_id, state=event.state, version=envelope.version)
    await referrals.follow_consultation(uow, told)


HANDLERS: Mapping[str, Handler] = {
    event.type: on_consultation for event in EVENTS if issubclass(event, ConsultationEvent)
}
