"""Findings, and what is fed back to the inspected unit."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Reference, UnitCode


class FindingEvent(Event):
    """What a team found, by number only."""

    key: ClassVar[str] = "finding_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    finding_id: UUID
    team_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    severity: Code
    state: Code
    person_specific: bool = False


class FindingRecorded(FindingEvent):
    """Key finding_id. The team wrote a finding down."""

    type: ClassVar[str] = "inspection.finding.recorded.v1"


class FindingHandedOver(FindingEvent):
    """Key finding_id. The finding became a clue of ``receiving_unit``; exactly one for ever."""

    type: ClassVar[str] = "inspection.finding.handed_over.v1"
    receiving_unit: UnitCode | None = None
    clue_id: UUID | None = None
    clue_no: Reference | None = None


class FeedbackEvent(Event):
    """What a unit, or its head apart, was told of the result."""

    key: ClassVar[str] = "feedback_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    feedback_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    audience: Code
    state: Code


class FeedbackIssued(FeedbackEvent):
    """Key feedback_id. The unit can read it."""

    type: ClassVar[str] = "inspection.feedback.issued.v1"


class FeedbackAcknowledged(FeedbackEvent):
    """Key feedback_id. The unit has taken note."""

    type: ClassVar[str] = "inspection.feedback.acknowledged.v1"
