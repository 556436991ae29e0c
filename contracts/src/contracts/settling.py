"""Events of clue-service about settling whose matter a clue is, and what is set right after it ended."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class JurisdictionObjectionEvent(Event):
    """A commission holds that it is not competent for what it was handed. Names no clue, only the transfer."""

    key: ClassVar[str] = "objection_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    objection_id: UUID
    transfer_id: UUID
    state: Code
    route: Code
    """``common_superior`` or ``joint_meeting``."""
    raised_by: UnitCode
    """The commission that objects."""
    sender: UnitCode
    superior: UnitCode | None = None
    due_at: Instant | None = None
    """By when the sender answers or the superior decides, while one of them owes it."""


class JurisdictionObjectionRaised(JurisdictionObjectionEvent):
    """Key objection_id. The sender answers by ``due_at``."""

    type: ClassVar[str] = "clue.jurisdiction_objection.raised.v1"


class JurisdictionObjectionAccepted(JurisdictionObjectionEvent):
    """Key objection_id. The sender agrees and has its clue again."""

    type: ClassVar[str] = "clue.jurisdiction_objection.accepted.v1"


class JurisdictionObjectionSubmitted(JurisdictionObjectionEvent):
    """Key objection_id. The sender disagrees, or its time is up: the common superior decides, or a joint meeting."""

    type: ClassVar[str] = "clue.jurisdiction_objection.submitted.v1"


class JurisdictionObjectionEscalated(JurisdictionObjectionEvent):
    """Key objection_id. It was not decided in time."""

    type: ClassVar[str] = "clue.jurisdiction_objection.escalated.v1"


class JurisdictionObjectionMeetingRecorded(JurisdictionObjectionEvent):
    """Key objection_id. One side recorded what a joint meeting came to; the other confirms it."""

    type: ClassVar[str] = "clue.jurisdiction_objection.meeting_recorded.v1"


class JurisdictionObjectionDecided(JurisdictionObjectionEvent):
    """Key objection_id. ``competent_unit`` handles the clue."""

    type: ClassVar[str] = "clue.jurisdiction_objection.decided.v1"
    competent_unit: UnitCode


class JurisdictionObjectionWithdrawn(JurisdictionObjectionEvent):
    """Key objection_id. The commission takes the clue after all."""

    type: ClassVar[str] = "clue.jurisdiction_objection.withdrawn.v1"


class ClarificationEvent(Event):
    """A clue was untrue and did harm; that is set right. Names neither the clue nor a person."""

    key: ClassVar[str] = "clarification_id"
    egress: ClassVar[Egress] = Egress.NEVER

    clarification_id: UUID
    state: Code
    commission: UnitCode
    handling_unit: UnitCode
    due_at: Instant | None = None
    """By when the next step is due."""


class ClarificationAssessed(ClarificationEvent):
    """Key clarification_id. A principal leader is asked to approve it."""

    type: ClassVar[str] = "clue.clarification.assessed.v1"


class ClarificationApproved(ClarificationEvent):
    """Key clarification_id. It is carried out next."""

    type: ClassVar[str] = "clue.clarification.approved.v1"


class ClarificationRejected(ClarificationEvent):
    """Key clarification_id. It was not approved."""

    type: ClassVar[str] = "clue.clarification.rejected.v1"


class ClarificationStepTaken(ClarificationEvent):
    """Key clarification_id. One of several forms was carried out; others are still due."""

    type: ClassVar[str] = "clue.clarification.step_taken.v1"


class ClarificationCarriedOut(ClarificationEvent):
    """Key clarification_id. All forms were carried out; a visit shows later whether it helped."""

    type: ClassVar[str] = "clue.clarification.carried_out.v1"


class ClarificationRevisited(ClarificationEvent):
    """Key clarification_id. The person was visited again."""

    type: ClassVar[str] = "clue.clarification.revisited.v1"


class ClarificationEnded(ClarificationEvent):
    """Key clarification_id. It was closed or withdrawn: nothing is due any more."""

    type: ClassVar[str] = "clue.clarification.ended.v1"


class AccusationFindingEvent(Event):
    """Whether a report was a false accusation. Names neither the clue nor a person."""

    key: ClassVar[str] = "finding_id"
    egress: ClassVar[Egress] = Egress.NEVER

    finding_id: UUID
    state: Code
    commission: UnitCode
    approving_commission: UnitCode


class AccusationFindingProposed(AccusationFindingEvent):
    """Key finding_id. The commission's principal leader reviews it."""

    type: ClassVar[str] = "clue.accusation_finding.proposed.v1"


class AccusationFindingEndorsed(AccusationFindingEvent):
    """Key finding_id. It goes to a commission of a city or above, which alone may find so."""

    type: ClassVar[str] = "clue.accusation_finding.endorsed.v1"


class AccusationFindingMade(AccusationFindingEvent):
    """Key finding_id. A false accusation or a mistaken report, as ``state`` says."""

    type: ClassVar[str] = "clue.accusation_finding.made.v1"


class AccusationFindingRejected(AccusationFindingEvent):
    """Key finding_id. Neither was found."""

    type: ClassVar[str] = "clue.accusation_finding.rejected.v1"


class AccusationFindingHandled(AccusationFindingEvent):
    """Key finding_id. What follows from it was done."""

    type: ClassVar[str] = "clue.accusation_finding.handled.v1"


class AccusationFindingWithdrawn(AccusationFindingEvent):
    """Key finding_id. It was taken back before it was decided."""

    type: ClassVar[str] = "clue.accusation_finding.withdrawn.v1"


EVENTS: tuple[type[Event], ...] = (
    JurisdictionObjectionRaised,
    JurisdictionObjectionAccepted,
    JurisdictionObjectionSubmitted,
    JurisdictionObjectionEscalated,
    JurisdictionObjectionMeetingRecorded,
    JurisdictionObjectionDecided,
    JurisdictionObjectionWithdrawn,
    ClarificationAssessed,
    ClarificationApproved,
    ClarificationRejected,
    ClarificationStepTaken,
    ClarificationCarriedOut,
    ClarificationRevisited,
    ClarificationEnded,
    AccusationFindingProposed,
    AccusationFindingEndorsed,
    AccusationFindingMade,
    AccusationFindingRejected,
    AccusationFindingHandled,
    AccusationFindingWithdrawn,
)
