"""Rules of briefings (通报): a formal notice whose recipients acknowledge that they have read it. Pure.

Briefings before the entry of an inspection team are inspection-service's: they answer a request and hold up an entry.
"""

from datetime import date, datetime, tzinfo
from enum import StrEnum

from chassis.clock import end_of_day
from chassis.moves import Move, MoveTable
from chassis.working_days import WorkingCalendar, count_working_days

from notification_service.notices.roles import INSPECTION_OFFICE, OFFICERS, WORKERS

ITEM = "briefing"
STAFF = WORKERS | OFFICERS | INSPECTION_OFFICE
"""Who reads, drafts and acknowledges for a unit."""
MOST_RECIPIENTS = 20_000
MOST_CHARACTERS = 20_000


class Kind(StrEnum):
    """What a briefing is about."""

    PETITION_SITUATION = "petition_situation"
    CONDUCT_SITUATION = "conduct_situation"
    CASE_ANALYSIS = "case_analysis"
    DISPOSITION_NOTICE = "disposition_notice"
    HANDLING_PROGRESS = "handling_progress"
    PUBLIC_EXPOSURE = "public_exposure"


class BriefingState(StrEnum):
    """``acknowledged`` is a state of each recipient, not of the briefing."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    ISSUED = "issued"
    RECALLED = "recalled"
    ARCHIVED = "archived"
    DISCARDED = "discarded"


class Part(StrEnum):
    """What a caller is in a briefing. ``overseer``: a leader of somebody who has not acknowledged for too long."""

    ISSUER = "issuer"
    APPROVER = "approver"
    RECIPIENT = "recipient"
    OVERSEER = "overseer"


class Origin(StrEnum):
    """How somebody became a recipient. A ``unit`` acknowledges once for all, whoever of it does so."""

    PERSON = "person"
    UNIT = "unit"
    ROLE = "role"


S = BriefingState
OUT = frozenset({S.ISSUED, S.RECALLED, S.ARCHIVED})
"""States in which recipients know of a briefing."""

_ISSUER = frozenset({Part.ISSUER, Part.APPROVER})
_APPROVER = frozenset({Part.APPROVER})

MOVES = MoveTable(
    (
        Move("revise", frozenset({S.DRAFT}), S.DRAFT, _ISSUER),
        Move("review", frozenset({S.DRAFT}), S.REVIEWED, _APPROVER, note="not by who drafted it"),
        Move("return", frozenset({S.REVIEWED}), S.DRAFT, _ISSUER),
        Move("issue", frozenset({S.REVIEWED}), S.ISSUED, _ISSUER, "notification.briefing.issued.v1"),
        Move(
            "acknowledge",
            frozenset({S.ISSUED}),
            S.ISSUED,
            frozenset({Part.RECIPIENT}),
            "notification.briefing.acknowledged.v1",
        ),
        Move(
            "correct",
            frozenset({S.ISSUED}),
            S.ISSUED,
            _APPROVER,
            "notification.briefing.corrected.v1",
            note="everybody acknowledges anew",
        ),
        Move("withdraw", frozenset({S.ISSUED}), S.RECALLED, _APPROVER, "notification.briefing.recalled.v1"),
        Move("archive", frozenset({S.ISSUED, S.RECALLED}), S.ARCHIVED, _ISSUER, note="once all have acknowledged"),
        Move("discard", frozenset({S.DRAFT, S.REVIEWED}), S.DISCARDED, _ISSUER),
    )
)
"""``roles`` of a move are parts in the briefing."""


def ack_due_of(wanted: date | None, today: date, working: WorkingCalendar, working_days: int, zone: tzinfo) -> datetime:
    """By when an edition that goes out today is acknowledged: the day that was asked for, else so many working days."""
    day = wanted if wanted is not None else count_working_days(today, working_days, working)[0]
    return end_of_day(day, zone)


def escalation_of(
    ack_due: datetime, today: date, working: WorkingCalendar, working_days: int, zone: tzinfo
) -> datetime:
    """When leaders are told who has not acknowledged: after so many working days, and never before it was due."""
    return max(ack_due, end_of_day(count_working_days(today, working_days, working)[0], zone))


def allowed_moves(state: str, parts: frozenset[str], *, has_acknowledged: bool) -> list[str]:
    """The verbs that somebody with these parts may use now."""
    return [
        verb
        for verb in MOVES.allowed(state)
        if not MOVES[verb].roles.isdisjoint(parts) and not (verb == "acknowledge" and has_acknowledged)
    ]
