"""Clocks of a clue beside the one its state runs: what somebody else owes about it while it is handled. Pure.

What people do is in ``MOVES``; what follows from where the clue goes is in ``AWAITED_IN`` and ``follow``.
"""

from collections.abc import Mapping
from enum import StrEnum

from clue_service.access.policy import LEADERS
from clue_service.clues.states import Status
from clue_service.deadlines.domain import INQUIRY_REPLY, INSPECTION_CLUE_REPORT, DueRule
from clue_service.proceedings.domain import PartMove, PartMoves, row

ITEM = "clue_clock"


class ClockState(StrEnum):
    """``paused`` while the clock stands still; ``met`` once what is awaited came; ``cancelled`` when nothing is."""

    OPEN = "open"
    PAUSED = "paused"
    MET = "met"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What is awaited: a subject's written reply to an inquiry letter; the report to the inspection office on what
    came of a clue it handed over."""

    INQUIRY_REPLY = "inquiry_reply"
    INSPECTION_REPORT = "inspection_report"


class Part(StrEnum):
    """What a caller is to a clock: the case office, a leader of the commission, or in the unit that waits."""

    OFFICE = "office"
    LEADER = "leader"
    UNIT = "unit"


S = ClockState
RUNNING = frozenset({S.OPEN, S.PAUSED})
RULE_OF_KIND: Mapping[Kind, DueRule] = {
    Kind.INQUIRY_REPLY: INQUIRY_REPLY,
    Kind.INSPECTION_REPORT: INSPECTION_CLUE_REPORT,
}
AWAITED_IN: Mapping[Kind, frozenset[Status]] = {
    Kind.INQUIRY_REPLY: frozenset({Status.TALK_INQUIRY, Status.DISPOSITION_PROPOSED}),
    Kind.INSPECTION_REPORT: frozenset(Status)
    - {Status.RETAINED_AS_REPEAT, Status.FORWARDED, Status.SEALED, Status.DELETED},
}
"""The states of a clue in which it still awaits something. An inspection office waits on when a clue has ended, until
it is told; not for a repeat, nor for what another body reports."""
CONCLUDED = frozenset({Status.CLOSED, Status.CASE_FILED, Status.TRANSFERRED_TO_PARTY_ORG})
"""States in which handling has come to something that can be reported."""

_OFFICERS = frozenset({"intake_officer", "case_supervisor"})
_SUPERVISORS = frozenset({"case_supervisor"})
STARTERS = _SUPERVISORS | {"handler"}
_TIMING = ((_SUPERVISORS, Part.OFFICE), (LEADERS, Part.LEADER))


def event(name: str) -> str:
    """The type of an event of a clock."""
    return f"clue.clue_clock.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row(
        "meet",
        RUNNING,
        S.MET,
        ((_OFFICERS, Part.OFFICE), (frozenset({"handler"}), Part.UNIT)),
        event("met"),
        "what was awaited came, or was sent: the day, and the number it is filed under",
    ),
    row(
        "extend", [S.OPEN], None, _TIMING, event("extended"), "not further than its rule allows, by whom it names",
    ),
    row("pause", [S.OPEN], S.PAUSED, _TIMING, event("paused"), "its rule knows pauses, and it is not late"),
    row("resume", [S.PAUSED], S.OPEN, _TIMING, event("resumed"), "its end moves by the days that were lost"),
    row(
        "cancel", RUNNING, S.CANCELLED, ((_SUPERVISORS, Part.OFFICE),), event("cancelled"),
        "a letter that was taken back or noted by mistake; a report to the inspection office stays owed",
    ),
)  # fmt: skip
MOVES = PartMoves(MOVE_ROWS)


def follow(kind: Kind, state: ClockState, status: Status, *, is_told: bool = False) -> ClockState:
    """What becomes of a clock once its clue is in a state.

    ``is_told``: the inspection office hears from the platform itself what came of the clue. A reply that was cancelled
    stays so, another letter starts another clock; a report is owed again when the clue comes back.
    """
    if state in RUNNING and is_told and kind is Kind.INSPECTION_REPORT and status in CONCLUDED:
        return S.MET
    if state in RUNNING and status not in AWAITED_IN[kind]:
        return S.CANCELLED
    if state is S.CANCELLED and kind is Kind.INSPECTION_REPORT and status in AWAITED_IN[kind]:
        return S.OPEN
    return state
