"""Opening the vault takes two people: one asks with a reason, a leader agrees, the first reads once and in time."""

from datetime import datetime, timedelta

from chassis.moves import Move, MoveTable

from clue_service.access.policy import LEADERS, OFFICE_ROLES

REQUESTED, APPROVED, REFUSED, OPENED, EXPIRED = "requested", "approved", "refused", "opened", "expired"
VOID = "void"
"""The clue was sealed: the vault holds nobody any more. The database says so with the sealing."""
ASKERS = OFFICE_ROLES | LEADERS | {"handler"}
OPEN_FOR = timedelta(hours=24)
"""An approval is for the matter in hand, not for later."""

MOVES = MoveTable(
    [
        Move("approve", frozenset({REQUESTED}), APPROVED, LEADERS, note="by a leader of the commission, somebody else"),
        Move("refuse", frozenset({REQUESTED}), REFUSED, LEADERS),
        Move("open", frozenset({APPROVED}), OPENED, ASKERS, note="once, by whoever asked, within 24 hours"),
    ]
)
"""All moves of an unsealing."""


def present_state(state: str, usable_until: datetime | None, now: datetime) -> str:
    """The state with the clock looked at: an approval ends by itself."""
    return EXPIRED if state == APPROVED and usable_until is not None and usable_until <= now else state
