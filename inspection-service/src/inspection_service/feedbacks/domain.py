"""Rules of feedback: the unit and its head are told apart, and take note."""

from enum import StrEnum

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
WORKERS = LEADERS | {"handler"}


class FeedbackState(StrEnum):
    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"


S = FeedbackState

MOVES = MoveTable(
    [
        Move(
            "acknowledge",
            frozenset({S.ISSUED}),
            S.ACKNOWLEDGED,
            WORKERS,
            event="inspection.feedback.acknowledged.v1",
            note="the unit, or its head, has taken note",
        )
    ]
)
