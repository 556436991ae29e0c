"""Events of rounds."""

from collections.abc import Sequence

from chassis.uow import Uow
from contracts.inspection import EVENTS, RoundEvent

from inspection_service.rounds import domain
from inspection_service.rounds.models import Round, RoundTarget

_BY_TYPE: dict[str, type[RoundEvent]] = {event.type: event for event in EVENTS if issubclass(event, RoundEvent)}


async def emit_round(uow: Uow, event_type: str, found: Round, targets: Sequence[RoundTarget]) -> None:
    """Say that a round moved: codes and dates, never its title."""
    zone = uow.clock.zone
    report = domain.report_due_on(found.state, found.ends_on, found.report_due_days)
    feedback = domain.feedback_due_on(found.state, found.ends_on, found.feedback_due_days)
    event = _BY_TYPE[event_type](
        round_id=found.id,
        state=found.state,
        level=found.level,
        round_type=found.type,
        mode=found.mode,
        office_unit=found.office_unit,
        target_units=tuple(target.unit_code for target in targets),
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        report_due_at=domain.end_of_day(report, zone) if report else None,
        feedback_due_at=domain.end_of_day(feedback, zone) if feedback else None,
    )
    await uow.emit(event, aggregate_id=found.id, version=found.version, commission=found.commission)
