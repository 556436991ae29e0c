"""What becomes of a request to read an entry. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chassis.moves import Move, MoveTable


class RequestState(StrEnum):
    """``granted`` opens the entry until its day; afterwards the answer says ``expired``."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


S = RequestState
MOVES = MoveTable(
    [
        Move("grant", frozenset({S.REQUESTED}), S.GRANTED, frozenset(), note="until a day, no later than was asked"),
        Move("refuse", frozenset({S.REQUESTED}), S.REFUSED, frozenset(), note="with the reason"),
        Move("withdraw", frozenset({S.REQUESTED}), S.WITHDRAWN, frozenset(), note="by who asked"),
        Move("revoke", frozenset({S.GRANTED}), S.REVOKED, frozenset(), note="at once, with the reason"),
    ]
)


class Expiring(Protocol):
    """What decides whether a request still opens anything."""

    @property
    def state(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


def state_of(request: Expiring, now: datetime) -> str:
    """The state as it is told: a grant whose day has passed is ``expired``."""
    is_over = request.state == S.GRANTED and request.expires_at <= now
    return "expired" if is_over else request.state


def moves_of(request: Expiring, now: datetime, *, is_requester: bool, decides: bool) -> list[str]:
    """What the viewer may do with a request now."""
    if state_of(request, now) == "expired":
        return []
    allowed = MOVES.allowed(request.state)
    return [verb for verb in allowed if (is_requester if verb == "withdraw" else decides and not is_requester)]
