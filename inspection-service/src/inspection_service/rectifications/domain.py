"""Rules of a rectification item: one table of moves, and which side takes which."""

from collections.abc import Mapping
from enum import StrEnum

from chassis.moves import Move, MoveTable

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
WORKERS = LEADERS | {"handler"}


class Side(StrEnum):
    """How somebody stands to an item. The unit reports on itself and never checks itself."""

    UNIT = "unit"
    WATCHER = "watcher"
    """The supervision office linked to the unit, or the dispatched group resident there."""
    OFFICE = "office"
    """The inspection office that ran the round, and the leaders above it."""


class ItemState(StrEnum):
    ASSIGNED = "assigned"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    SIGNED_OFF = "signed_off"
    RETURNED = "returned"
    LONG_TERM = "long_term"
    FALSELY_REPORTED = "falsely_reported"


S = ItemState
_OWED = frozenset({S.ASSIGNED, S.PLANNED, S.IN_PROGRESS, S.RETURNED})
OPEN = frozenset({*_OWED, S.SUBMITTED, S.VERIFIED, S.LONG_TERM, S.FALSELY_REPORTED})
"""Everything that is not struck off the list: what a look-back round looks at again."""
RUNNING = frozenset({*_OWED, S.LONG_TERM})
"""States in which the unit's clock runs."""
_E = "inspection.rectification."

MOVES = MoveTable(
    [
        Move("plan", frozenset({S.ASSIGNED, S.RETURNED}), S.PLANNED, WORKERS, note="the unit says how and by when"),
        Move("start", frozenset({S.PLANNED}), S.IN_PROGRESS, WORKERS, note="the unit has begun"),
        Move(
            "submit",
            _OWED,
            S.SUBMITTED,
            WORKERS,
            event=f"{_E}submitted.v1",
            note="the unit reports on itself: done, basically done or not done",
        ),
        Move(
            "verify",
            frozenset({S.SUBMITTED}),
            S.VERIFIED,
            OFFICE | WORKERS,
            event=f"{_E}verified.v1",
            note="checked on the spot by the inspection office or by who watches the unit daily, never by the unit",
        ),
        Move(
            "return",
            frozenset({S.SUBMITTED, S.VERIFIED}),
            S.RETURNED,
            OFFICE,
            event=f"{_E}returned.v1",
            note="not put right: again, by a new date",
        ),
        Move(
            "sign-off",
            frozenset({S.VERIFIED}),
            S.SIGNED_OFF,
            OFFICE | LEADERS,
            event=f"{_E}signed_off.v1",
            note="struck off the list, by somebody else than who verified it",
        ),
        Move(
            "postpone",
            frozenset({*_OWED, S.SUBMITTED}),
            S.LONG_TERM,
            OFFICE,
            event=f"{_E}postponed.v1",
            note="it takes long: looked at again on a later date",
        ),
        Move(
            "resume",
            frozenset({S.LONG_TERM}),
            S.IN_PROGRESS,
            OFFICE | WORKERS,
            event=f"{_E}reopened.v1",
            note="work goes on",
        ),
        Move(
            "extend",
            frozenset({*_OWED, S.LONG_TERM}),
            None,
            LEADERS,
            event=f"{_E}extended.v1",
            note="a leader over the inspection office gives a later date; the state stays",
        ),
        Move(
            "mark-falsely-reported",
            frozenset({S.SUBMITTED, S.VERIFIED, S.SIGNED_OFF}),
            S.FALSELY_REPORTED,
            OFFICE | LEADERS,
            event=f"{_E}falsely_reported.v1",
            note="reported put right and was not: somebody answers for it",
        ),
        Move(
            "reopen",
            frozenset({S.SIGNED_OFF, S.FALSELY_REPORTED}),
            S.ASSIGNED,
            OFFICE,
            event=f"{_E}reopened.v1",
            note="it came back, or was never put right: owed anew by a new date",
        ),
    ]
)

SIDES: Mapping[str, frozenset[Side]] = {
    "plan": frozenset({Side.UNIT}),
    "start": frozenset({Side.UNIT}),
    "submit": frozenset({Side.UNIT}),
    "verify": frozenset({Side.OFFICE, Side.WATCHER}),
    "return": frozenset({Side.OFFICE}),
    "sign-off": frozenset({Side.OFFICE}),
    "postpone": frozenset({Side.OFFICE}),
    "resume": frozenset({Side.OFFICE, Side.UNIT}),
    "extend": frozenset({Side.OFFICE}),
    "mark-falsely-reported": frozenset({Side.OFFICE}),
    "reopen": frozenset({Side.OFFICE}),
}
"""From which side each move is taken."""
