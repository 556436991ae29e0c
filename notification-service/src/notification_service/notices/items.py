"""What a notice is about, as its event names it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import Event


@dataclass(frozen=True)
class Item:
    """What a notice is about: type, id, number where it has one, and the date something is owed by."""

    type: str
    id: str
    number: str | None
    due_at: datetime | None


_ITEM_TYPES = {"matter": "supervision_matter", "transfer": "clue_transfer"}
_DUE = ("due_at", "ack_due", "receipt_due", "result_due", "reply_due", "expires_at")
_PATHS = {
    "clue": "/v1/clues/",
    "clue_transfer": "/v1/clue-transfers/",
    "overlap_alert": "/v1/overlap-alerts/",
    "consultation": "/v1/consultations/",
    "outcome_notice": "/v1/outcome-notices/",
    "reporter_notice": "/v1/reporter-notices/",
    "clue_clock": "/v1/clue-clocks/",
    "periodic_duty": "/v1/periodic-duties/",
    "supervised_handling": "/v1/supervised-handlings/",
    "consultation_action": "/v1/consultation-actions/",
    "advice": "/v1/advice/",
    "jurisdiction_objection": "/v1/jurisdiction-objections/",
    "clarification": "/v1/clarifications/",
    "accusation_finding": "/v1/accusation-findings/",
    "clue_deletion": "/v1/clue-deletions/",
    "clue_export": "/v1/clue-exports/",
    "interference_record": "/v1/interference-records/",
    "protection_request": "/v1/protection-requests/",
    "library_request": "/v1/library-requests/",
    "secondment": "/v1/secondments/",
    "round": "/v1/rounds/",
    "team": "/v1/teams/",
    "replacement_plan": "/v1/replacement-plans/",
    "briefing_request": "/v1/briefing-requests/",
    "briefing": "/v1/briefings/",
    "bulletin": "/v1/bulletins/",
    "dossier": "/v1/dossiers/",
    "feedback": "/v1/feedbacks/",
    "joint_case_team": "/v1/joint-case-teams/",
    "coordination_report": "/v1/coordination-reports/",
    "finding": "/v1/findings/",
    "rectification": "/v1/rectifications/",
    "supervision_matter": "/v1/supervision-matters/",
    "webhook": "/v1/webhooks/",
    "preference": "/v1/preferences",
}


def item_of(event: Event) -> Item:
    """What an event is about."""
    due_at = next((value for name in _DUE if (value := getattr(event, name, None))), None)
    aggregate = event.aggregate()
    return Item(
        type=_ITEM_TYPES.get(aggregate, aggregate),
        id=str(getattr(event, event.key)),
        number=getattr(event, "clue_no", None),
        due_at=due_at,
    )


ACKNOWLEDGED_THEMSELVES = frozenset({"overlap_alert", "outcome_notice", "clue_transfer", "briefing"})
"""Items that have an acknowledgement or receipt of their own: notices of them ask for that, not for another."""


def asks_acknowledgement(kind: str, item_type: str) -> bool:
    """Whether a notice is to be acknowledged by somebody of the unit it concerns, or its leaders hear of it."""
    return kind == "deadline_red" and item_type not in ACKNOWLEDGED_THEMSELVES


def link_of(item_type: str, item_id: str) -> str:
    """Where the item is read, by those who may."""
    path = _PATHS[item_type]
    return f"{path}{item_id}" if path.endswith("/") else path
