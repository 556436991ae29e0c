"""What findings learn from clue-service: the clue's number, then its progress."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.consumer import Handler
from chassis.uow import Uow
from contracts.envelope import Envelope

from contracts import clue
from inspection_service.clients.clue import ClueRecord
from inspection_service.findings import service

_FINDING_REF = "finding:"


async def on_clue(uow: Uow, envelope: Envelope, event: Any) -> None:
    """A clue moved; if it came of a finding, the finding follows."""
    reference = event.origin_ref or ""
    if not reference.startswith(_FINDING_REF):
        return
    try:
        finding_id = UUID(reference.removeprefix(_FINDING_REF))
    except ValueError:
        return
    told = ClueRecord(
        id=event.clue_id,
        clue_no=event.clue_no,
        status=event.status,
        closure=event.closure,
        version=envelope.version,
        outcome=getattr(event, "outcome", None),
        four_forms=getattr(event, "four_forms", None),
    )
    await service.follow_clue(uow, finding_id, told)


HANDLERS: Mapping[str, Handler] = {event.type: on_clue for event in clue.EVENTS if issubclass(event, clue.ClueEvent)}
