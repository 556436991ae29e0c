"""Which events may leave the platform, and the address by which it is asked who may know of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contracts.envelope import Egress, Envelope, Event
from contracts.registry import BY_TYPE

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "clue.clue": "/v1/clues/{}/access",
        "clue.transfer": "/v1/clue-transfers/{}",
        "clue.candidate": "/v1/candidates/{}",
        "clue.matter": "/v1/matters/{}",
        "clue.overlap_alert": "/v1/overlap-alerts/{}",
        "clue.consultation": "/v1/consultations/{}",
        "clue.consultation_action": "/v1/consultation-actions/{}",
        "clue.advice": "/v1/advice/{}",
        "clue.supervised_handling": "/v1/supervised-handlings/{}",
        "clue.outcome_notice": "/v1/outcome-notices/{}",
        "clue.clue_clock": "/v1/clue-clocks/{}",
        "clue.periodic_duty": "/v1/periodic-duties/{}",
        "clue.jurisdiction_objection": "/v1/jurisdiction-objections/{}",
        "pool.unit": "/v1/units/{}",
        "pool.cadre": "/v1/cadres/{}",
        "pool.secondment": "/v1/secondments/{}",
        "pool.support_request": "/v1/support-requests/{}",
        "pool.directed_support": "/v1/directed-supports/{}",
        "inspection.round": "/v1/rounds/{}",
        "inspection.team": "/v1/teams/{}",
        "inspection.finding": "/v1/findings/{}",
        "inspection.feedback": "/v1/feedbacks/{}",
        "inspection.rectification": "/v1/rectifications/{}",
        "inspection.dossier": "/v1/dossiers/{}",
        "inspection.briefing_request": "/v1/briefing-requests/{}",
        "inspection.joint_case_team": "/v1/joint-case-teams/{}",
        "inspection.coordination_report": "/v1/coordination-reports/{}",
        "inspection.matter": "/v1/supervision-matters/{}",
        "notification.briefing": "/v1/briefings/{}",
    }
)
"""Service and aggregate → where the thing is read: whoever may read it there may hear of it outside, nobody else."""

_OF_ITEM: Mapping[str, str] = MappingProxyType(
    {
        "clue": "clue.clue",
        "clue_transfer": "clue.transfer",
        "candidate": "clue.candidate",
        "overlap_alert": "clue.overlap_alert",
        "consultation": "clue.consultation",
        "consultation_action": "clue.consultation_action",
        "advice": "clue.advice",
        "supervised_handling": "clue.supervised_handling",
        "outcome_notice": "clue.outcome_notice",
        "clue_clock": "clue.clue_clock",
        "periodic_duty": "clue.periodic_duty",
        "jurisdiction_objection": "clue.jurisdiction_objection",
        "secondment": "pool.secondment",
        "support_request": "pool.support_request",
        "directed_support": "pool.directed_support",
        "round": "inspection.round",
        "team": "inspection.team",
        "finding": "inspection.finding",
        "feedback": "inspection.feedback",
        "rectification": "inspection.rectification",
        "briefing_request": "inspection.briefing_request",
        "joint_case_team": "inspection.joint_case_team",
        "supervision_matter": "inspection.matter",
        "coordination_report": "inspection.coordination_report",
        "briefing": "notification.briefing",
    }
)
"""Item types that lights are about → the row of ``SUBJECTS``."""


@dataclass(frozen=True)
class Subject:
    """What an event is about: the service that answers for it, and the address it is read at there."""

    service: str
    path: str


def outward_types() -> dict[str, type[Event]]:
    """Every event type that may leave at all."""
    return {name: one for name, one in BY_TYPE.items() if one.egress is not Egress.NEVER}


def subject_of(envelope: Envelope, event: Event) -> Subject | None:
    """Where to ask who may know of an event; None: nobody outside hears of it."""
    item_type = getattr(event, "item_type", None)
    row, key = ".".join(envelope.type.split(".")[:2]), getattr(event, event.key, None)
    if row not in SUBJECTS and item_type is not None:
        row, key = _OF_ITEM.get(item_type, ""), getattr(event, "item_id", None)
    if row not in SUBJECTS or key is None:
        return None
    return Subject(row.split(".")[0], SUBJECTS[row].format(key))


def matches(patterns: list[str], event_type: str) -> bool:
    """Whether a subscription wants a type: the type itself, or a beginning of it followed by ``*``."""
    return any(event_type.startswith(one[:-1]) if one.endswith("*") else event_type == one for one in patterns)


def unknown_patterns(patterns: list[str]) -> list[int]:
    """Positions of the patterns that no type which may leave matches."""
    return [at for at, one in enumerate(patterns) if not any(matches([one], name) for name in outward_types())]
