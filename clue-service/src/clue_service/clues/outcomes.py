"""What an approved method and an outcome make of a clue. Pure."""

from clue_service.clues.states import Closure, Method, Outcome, Status

S = Status
_APPROVED: dict[str, tuple[Status, Closure | None]] = {
    Method.TALK_INQUIRY: (S.TALK_INQUIRY, None),
    Method.PRELIMINARY_VERIFICATION: (S.PRELIMINARY_VERIFICATION, None),
    Method.ON_HOLD: (S.ON_HOLD, None),
    Method.CLOSED: (S.CLOSED, Closure.DIRECT),
}
_CONCLUDED: dict[Status, dict[str, tuple[Status, Closure | None]]] = {
    S.TALK_INQUIRY: {
        Outcome.ACCEPTED_EXPLANATION: (S.CLOSED, Closure.ACCEPTED_EXPLANATION),
        Outcome.FIRST_FORM: (S.CLOSED, Closure.FIRST_FORM),
    },
    S.PRELIMINARY_VERIFICATION: {
        Outcome.CASE_FILED: (S.CASE_FILED, None),
        Outcome.AFTER_CHECK: (S.CLOSED, Closure.AFTER_CHECK),
        Outcome.REMINDER_TALK: (S.CLOSED, Closure.REMINDER_TALK),
        Outcome.ON_HOLD: (S.ON_HOLD, None),
        Outcome.TRANSFERRED_TO_PARTY_ORG: (S.TRANSFERRED_TO_PARTY_ORG, None),
    },
}
LEADING_METHODS = frozenset({Method.TALK_INQUIRY, Method.PRELIMINARY_VERIFICATION})
"""Checks of which a matter has one at a time."""


def state_approved(method: str) -> tuple[Status, Closure | None]:
    """What an approved method makes of a clue."""
    return _APPROVED[method]


def outcomes_from(status: str) -> dict[str, tuple[Status, Closure | None]]:
    """The outcomes a check may have, and what each makes of the clue."""
    return _CONCLUDED.get(Status(status), {})


def outcomes_of(outcome: str | None) -> list[tuple[Status, Closure | None]]:
    """What an outcome made of a clue, from whichever check."""
    return [reached for table in _CONCLUDED.values() for code, reached in table.items() if code == outcome]
