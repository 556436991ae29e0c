"""Inspection rounds."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class RoundEvent(Event):
    """A batch of inspections. The plan of a round is shown to units only when it is theirs to know."""

    key: ClassVar[str] = "round_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    round_id: UUID
    state: Code
    level: Code
    round_type: Code
    mode: Code
    office_unit: UnitCode
    target_units: tuple[UnitCode, ...] = ()
    starts_on: date
    ends_on: date
    report_due_at: Instant | None = None
    """End of the clock for the teams' report, while it runs."""
    feedback_due_at: Instant | None = None
    """End of the clock for the feedback to the units, while it runs."""


class RoundPlanned(RoundEvent):
    """Key round_id. A round was drawn up."""

    type: ClassVar[str] = "inspection.round.planned.v1"


class RoundAuthorised(RoundEvent):
    """Key round_id. The dispatching Party body authorised it; briefings are asked for."""

    type: ClassVar[str] = "inspection.round.authorised.v1"


class RoundEntered(RoundEvent):
    """Key round_id. The first team entered its unit."""

    type: ClassVar[str] = "inspection.round.entered.v1"


class RoundReported(RoundEvent):
    """Key round_id. The teams have reported; the dispatching Party body is to decide."""

    type: ClassVar[str] = "inspection.round.reported.v1"


class RoundDecided(RoundEvent):
    """Key round_id. The dispatching Party body has decided; feedback is due."""

    type: ClassVar[str] = "inspection.round.decided.v1"


class RoundFedBack(RoundEvent):
    """Key round_id. The results were fed back; rectification begins."""

    type: ClassVar[str] = "inspection.round.fed_back.v1"


class RoundClosed(RoundEvent):
    """Key round_id. The round is over."""

    type: ClassVar[str] = "inspection.round.closed.v1"
