"""The rows of the table about formal proceedings: consultations, advice and what follows from them."""

from typing import Any

from contracts import deliberation, following_up, four_eyes, safeguards, settling
from notification_service.notices.addresses import Relation, Telling, To
from notification_service.notices.roles import ACTORS, LEADERS, PRINCIPALS, SUPERVISORS, WORKERS


def _all_signed(event: Any) -> bool:
    return bool(event.state == "minutes_signed")


_CONVENER = To(Relation.PARTY, "convener_unit", ACTORS)
_PARTICIPANTS = To(Relation.PARTY, "participant_units", ACTORS)
_INVITED = To(Relation.PARTY, "invited", ACTORS)
_CONVENERS_LEADERS = To(Relation.LEADERSHIP, "convener_unit", LEADERS)
_ISSUER = To(Relation.PARTY, "issuing_unit", ACTORS)
_ISSUERS_LEADERS = To(Relation.LEADERSHIP, "issuing_unit", LEADERS)
_ADDRESSEE = To(Relation.UNIT, "addressed_unit", WORKERS)
_ORDERER = To(Relation.PARTY, "ordering_unit", ACTORS)
_OBJECTOR = To(Relation.CASE_OFFICE, "raised_by", SUPERVISORS)
_SENDER = To(Relation.CASE_OFFICE, "sender", SUPERVISORS)
_CLARIFIER = To(Relation.PARTY, "handling_unit", ACTORS)
_FINDING_OFFICE = To(Relation.CASE_OFFICE, "commission", SUPERVISORS)
_REQUESTER = To(Relation.PERSON, "requester", unit_field="requester_unit")
_RECORDER = To(Relation.PERSON, "recorder", unit_field="recorder_unit")
_CHARGED = To(Relation.PARTY, "charged_unit", ACTORS)
_TARGET = To(Relation.PARTY, "target_unit", ACTORS)

ROWS: tuple[Telling, ...] = (
    Telling(deliberation.ConsultationSubmitted, "consultation_submitted", (_CONVENERS_LEADERS,)),
    Telling(deliberation.ConsultationApproved, "consultation_approved", (_CONVENER,)),
    Telling(deliberation.ConsultationRejected, "consultation_rejected", (_CONVENER,)),
    Telling(deliberation.ConsultationScheduled, "consultation_scheduled", (_CONVENER, _INVITED)),
    Telling(deliberation.ConsultationInvited, "consultation_invited", (_INVITED,)),
    Telling(
        deliberation.ConsultationOpinionsOpened,
        "consultation_opinions_opened",
        (_CONVENER, _PARTICIPANTS),
        tells_actor=True,
    ),
    Telling(deliberation.ConsultationHeld, "consultation_held", (_PARTICIPANTS,)),
    Telling(
        deliberation.ConsultationMinutesSigned,
        "consultation_minutes_signed",
        (To(Relation.PARTY, "convener_unit", ACTORS, when=_all_signed),),
    ),
    Telling(deliberation.ConsultationConclusionProposed, "consultation_conclusion_proposed", (_CONVENERS_LEADERS,)),
    Telling(deliberation.ConsultationConclusionRejected, "consultation_conclusion_rejected", (_CONVENER,)),
    Telling(deliberation.ConsultationConcluded, "consultation_concluded", (_CONVENER, _PARTICIPANTS)),
    Telling(deliberation.ConsultationCancelled, "consultation_cancelled", (_CONVENER, _PARTICIPANTS)),
    Telling(
        deliberation.ConsultationActionAssigned,
        "consultation_action_assigned",
        (To(Relation.PARTY, "owner_unit", ACTORS),),
    ),
    Telling(deliberation.ConsultationActionSettled, "consultation_action_settled", (_CONVENER,)),
    Telling(deliberation.AdviceDrafted, "advice_drafted", (_ISSUERS_LEADERS,)),
    Telling(deliberation.AdviceApproved, "advice_approved", (_ISSUER,)),
    Telling(deliberation.AdviceRejected, "advice_rejected", (_ISSUER,)),
    Telling(
        deliberation.AdviceServed,
        "advice_served",
        (_ADDRESSEE, To(Relation.OUTCOME, "addressed_unit", WORKERS)),
    ),
    Telling(deliberation.AdviceReplied, "advice_replied", (_ISSUER,)),
    Telling(deliberation.AdviceReturned, "advice_returned", (_ADDRESSEE,)),
    Telling(deliberation.AdviceExtended, "advice_extended", (_ADDRESSEE,)),
    Telling(deliberation.AdviceClosed, "advice_closed", (_ADDRESSEE, To(Relation.OUTCOME, "addressed_unit", WORKERS))),
    Telling(
        following_up.SupervisedHandlingProposed,
        "supervised_handling_proposed",
        (To(Relation.LEADERSHIP, "ordering_unit", LEADERS),),
    ),
    Telling(following_up.SupervisedHandlingApproved, "supervised_handling_approved", (_ORDERER,)),
    Telling(following_up.SupervisedHandlingRejected, "supervised_handling_rejected", (_ORDERER,)),
    Telling(following_up.SupervisedHandlingIssued, "supervised_handling_issued", (_TARGET,)),
    Telling(following_up.SupervisedHandlingPressed, "supervised_handling_pressed", (_TARGET,)),
    Telling(following_up.SupervisedHandlingExtended, "supervised_handling_extended", (_TARGET,)),
    Telling(following_up.SupervisedHandlingReported, "supervised_handling_reported", (_ORDERER,)),
    Telling(following_up.SupervisedHandlingReturned, "supervised_handling_returned", (_TARGET,)),
    Telling(
        following_up.SupervisedHandlingEscalated,
        "supervised_handling_escalated",
        (To(Relation.PARTY, "escalated_to", ACTORS), _TARGET),
    ),
    Telling(following_up.SupervisedHandlingClosed, "supervised_handling_closed", (_TARGET,)),
    # A result is told by itself, and advice when it is served: here only what nobody took note of.
    Telling(
        following_up.OutcomeNoticeEscalated,
        "outcome_notice_escalated",
        (
            To(Relation.LEADERSHIP, "unit", LEADERS),
            To(Relation.CASE_OFFICE, "handling_unit", SUPERVISORS, unit_field="unit"),
        ),
    ),
    Telling(settling.JurisdictionObjectionRaised, "jurisdiction_objection_raised", (_SENDER,)),
    Telling(settling.JurisdictionObjectionAccepted, "jurisdiction_objection_accepted", (_OBJECTOR,)),
    Telling(
        settling.JurisdictionObjectionSubmitted,
        "jurisdiction_objection_submitted",
        (To(Relation.LEADERSHIP, "superior", LEADERS), _OBJECTOR, _SENDER),
    ),
    Telling(
        settling.JurisdictionObjectionEscalated,
        "jurisdiction_objection_escalated",
        (To(Relation.OVERSIGHT, "superior", LEADERS), _OBJECTOR, _SENDER),
    ),
    Telling(
        settling.JurisdictionObjectionMeetingRecorded, "jurisdiction_objection_meeting_recorded", (_OBJECTOR, _SENDER)
    ),
    Telling(settling.JurisdictionObjectionDecided, "jurisdiction_objection_decided", (_OBJECTOR, _SENDER)),
    Telling(settling.JurisdictionObjectionWithdrawn, "jurisdiction_objection_withdrawn", (_SENDER,)),
    Telling(
        settling.ClarificationAssessed, "clarification_assessed", (To(Relation.LEADERSHIP, "commission", LEADERS),)
    ),
    Telling(settling.ClarificationApproved, "clarification_approved", (_CLARIFIER,)),
    Telling(settling.ClarificationRejected, "clarification_rejected", (_CLARIFIER,)),
    Telling(
        settling.AccusationFindingProposed,
        "accusation_finding_proposed",
        (To(Relation.LEADERSHIP, "commission", LEADERS),),
    ),
    Telling(
        settling.AccusationFindingEndorsed,
        "accusation_finding_endorsed",
        (To(Relation.LEADERSHIP, "approving_commission", LEADERS),),
    ),
    Telling(settling.AccusationFindingMade, "accusation_finding_made", (_FINDING_OFFICE,)),
    Telling(settling.AccusationFindingRejected, "accusation_finding_rejected", (_FINDING_OFFICE,)),
    Telling(
        four_eyes.ClueDeletionRequested,
        "clue_deletion_requested",
        (To(Relation.LEADERSHIP, "commission", PRINCIPALS),),
    ),
    Telling(four_eyes.ClueDeletionApproved, "clue_deletion_approved", (_REQUESTER,)),
    Telling(four_eyes.ClueDeletionRefused, "clue_deletion_refused", (_REQUESTER,)),
    Telling(
        four_eyes.ClueExportRequested,
        "clue_export_requested",
        (To(Relation.LEADERSHIP, "commission", LEADERS),),
    ),
    Telling(four_eyes.ClueExportApproved, "clue_export_approved", (_REQUESTER,)),
    Telling(four_eyes.ClueExportRefused, "clue_export_refused", (_REQUESTER,)),
    Telling(
        safeguards.InterferenceRecorded,
        "interference_recorded",
        (To(Relation.LEADERSHIP, "reviewing_commission", LEADERS),),
    ),
    Telling(safeguards.InterferenceConfirmed, "interference_confirmed", (_RECORDER,)),
    Telling(safeguards.InterferenceDismissed, "interference_dismissed", (_RECORDER,)),
    Telling(safeguards.ProtectionRequested, "protection_requested", (To(Relation.LEADERSHIP, "commission", LEADERS),)),
    Telling(safeguards.ProtectionGranted, "protection_granted", (_CHARGED, _REQUESTER)),
    Telling(safeguards.ProtectionRefused, "protection_refused", (_REQUESTER,)),
    Telling(safeguards.ProtectionCameIntoForce, "protection_came_into_force", (_REQUESTER,)),
    Telling(safeguards.ProtectionEnded, "protection_ended", (_CHARGED, _REQUESTER)),
)
