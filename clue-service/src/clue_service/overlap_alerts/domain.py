"""Rules of overlap alerts: states, stages, votes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.moves import Move, MoveTable

from clue_service.access.policy import LEADERS


class AlertState(StrEnum):
    """``acknowledged`` once every commission has taken note; ``merged`` where two sets turned out to be one."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    MERGED = "merged"


OPEN = frozenset({AlertState.DETECTED, AlertState.ACKNOWLEDGED})
CONCLUDED_CONSULTATIONS = frozenset({"tracking", "closed"})
"""States of a consultation whose conclusion was approved."""
_OFFICE = frozenset({"intake_officer", "case_supervisor"})
_VOTERS = LEADERS | {"case_supervisor"}
MOVES = MoveTable(
    (
        Move(
            "acknowledge",
            frozenset({*OPEN, AlertState.RESOLVED}),
            None,
            _OFFICE,
            "clue.overlap_alert.acknowledged.v1",
            "for one's own commission; acknowledged once all have",
        ),
        Move(
            "resolve",
            OPEN,
            None,
            _VOTERS,
            "clue.overlap_alert.resolved.v1",
            "the vote of one's commission, in effect when all agree; of a leader of the common superior at once",
        ),
        Move(
            "adopt-conclusion",
            OPEN,
            AlertState.RESOLVED,
            _VOTERS,
            "clue.overlap_alert.resolved.v1",
            "a consultation of exactly these commissions has an approved conclusion",
        ),
    )
)


class Outcome(StrEnum):
    """What the votes can say: ``not_same`` counts as different, the others as one matter."""

    NOT_SAME = "not_same"
    LINKED = "linked"
    LEAD_DESIGNATED = "lead_designated"


class Stage(StrEnum):
    """How far a commission is with its clue; all that others learn."""

    REGISTERED = "registered"
    IN_HAND = "in_hand"
    CONCLUDED = "concluded"


@dataclass(frozen=True)
class Party:
    """A clue that takes part in an overlap."""

    clue_id: UUID
    commission: str
    stage: Stage
    bound_by: UUID | None = None
    """What binds it in an alert it took part in."""


@dataclass(frozen=True)
class Vote:
    """One commission's vote; ``lead`` is the commission it wants to lead."""

    outcome: Outcome
    lead: str | None = None


def agreement(votes: Mapping[str, Vote | None]) -> Vote | None:
    """What all commissions say, or None while one is silent or says otherwise."""
    distinct = set(votes.values())
    return distinct.pop() if len(distinct) == 1 else None


def stage_of_commission(stages: Iterable[str]) -> Stage:
    """The stage of a commission with several clues: in hand if one is, concluded only if all are."""
    found = set(stages)
    if Stage.IN_HAND in found:
        return Stage.IN_HAND
    return Stage.REGISTERED if Stage.REGISTERED in found else Stage.CONCLUDED
