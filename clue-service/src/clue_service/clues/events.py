"""Events of clues: codes, units and dates, never what a clue says."""

from typing import Any
from uuid import UUID

from chassis.uow import Uow
from contracts.clue import EVENTS, ClueEvent

from clue_service.clues.models import Clue

_BY_TYPE: dict[str, type[ClueEvent]] = {event.type: event for event in EVENTS if issubclass(event, ClueEvent)}


def clue_event(event_type: str, clue: Clue, matter_id: UUID | None, **more: Any) -> ClueEvent:
    """What became of a clue, as it is said."""
    return _BY_TYPE[event_type].model_validate(
        {
            "clue_id": clue.id,
            "clue_no": clue.clue_no,
            "status": clue.status,
            "closure": clue.closure,
            "commission": clue.commission,
            "receiving_unit": clue.receiving_unit,
            "lead_unit": clue.lead_unit,
            "co_units": tuple(clue.co_units),
            "subject_units": tuple(clue.subject_units),
            "matter_id": matter_id,
            "source_code": clue.source_code,
            "origin_ref": clue.origin_ref,
            "overlap_policy": clue.overlap_policy,
            "due_at": clue.running_due_at,
            **more,
        }
    )


async def emit_clue(uow: Uow, event_type: str, clue: Clue, matter_id: UUID | None, **more: Any) -> None:
    """Say what became of a clue, at the clue's present version."""
    event = clue_event(event_type, clue, matter_id, **more)
    await uow.emit(event, aggregate_id=clue.id, version=clue.version, commission=clue.commission)
