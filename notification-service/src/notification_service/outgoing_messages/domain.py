"""States and retries of messages beside the inbox."""

from datetime import datetime, timedelta

from chassis.moves import Move, MoveTable

RETRIES: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
)
"""Waits after failed attempts; then the message is given up. The notice stays in the inbox in any case."""

MESSAGE_MOVES = MoveTable(
    (
        Move("send", frozenset({"pending"}), "sent"),
        Move("drop", frozenset({"pending"}), "dropped", note="read meanwhile, or the person wants none any more"),
        Move("give_up", frozenset({"pending"}), "failed"),
    )
)


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None: no more."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
