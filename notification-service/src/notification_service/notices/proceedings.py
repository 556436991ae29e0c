"""The rows of the table about formal proceedings: consultations, advice and what follows from them."""

from typing import Any

from contracts import deliberation
from notification_service.notices.addresses import Relation, Telling, To
from notification_service.notices.roles import ACTORS, LEADERS, WORKERS


def _all_signed(event: Any) -> bool:
    return bool(event.state == "minutes_signed")


_CONVENER = To(Relation.PARTY, "convener_unit", ACTORS)
_PARTICIPANTS = To(Relation.PARTY, "participant_units", ACTORS)
_INVITED = To(Relation.PARTY, "invited", ACTORS)
_CONVENERS_LEADERS = To(Relation.LEADERSHIP, "convener_unit", LEADERS)

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
    Telling(
        deliberation.AdviceServed,
        "advice_served",
        (To(Relation.UNIT, "addressed_unit", WORKERS), To(Relation.OUTCOME, "addressed_unit", WORKERS)),
    ),
    Telling(deliberation.AdviceReplied, "advice_replied", (To(Relation.UNIT, "issuing_unit", WORKERS),)),
)
