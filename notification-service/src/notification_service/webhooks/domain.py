"""When a webhook is tried again, when it is given up, and how a message is signed."""

import base64
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.moves import Move, MoveTable
from standardwebhooks import Webhook as Signer

RETRIES: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=12),
)
"""Waits between the first attempt and the eight that may follow: 29 h 36 min in all, and never less."""
GIVE_UP_AFTER = timedelta(hours=28)
"""A receiver that has failed for so long, and as often as there are retries, is switched off and its owner told."""
SECRET_OVERLAP = timedelta(hours=24)
"""So long after a rotation messages carry a signature under the old secret as well."""
_REST_FIRST = timedelta(seconds=5)
_REST_LONGEST = timedelta(minutes=10)
_RETRY_AFTER_LONGEST = timedelta(hours=1)
_SECRET_BYTES = 32

TEST_TYPE = "heli.webhook.test.v1"

WEBHOOK_MOVES = MoveTable(
    (
        Move("disable", frozenset({"enabled"}), "disabled"),
        Move("give_up", frozenset({"enabled"}), "disabled", note="by the platform: the receiver fails or is gone"),
        Move("enable", frozenset({"disabled"}), "enabled"),
    )
)
DELIVERY_MOVES = MoveTable(
    (
        Move("deliver", frozenset({"pending"}), "delivered"),
        Move("withhold", frozenset({"pending"}), "withheld", note="the owner may not know of it; never shown"),
        Move("exhaust", frozenset({"pending"}), "exhausted"),
        Move("redeliver", frozenset({"delivered", "exhausted"}), "pending"),
    )
)


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. ``code``: delivered, answered, timed_out, unreachable, address_refused."""

    code: str
    status: int | None = None
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        """The receiver took it."""
        return self.code == "delivered"

    @property
    def is_gone(self) -> bool:
        """The receiver says that it will never want anything again."""
        return self.status == 410

    @property
    def is_of_this_message(self) -> bool:
        """The receiver is well but refuses this very message; others may pass."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in (408, 410, 425, 429)


def next_attempt(attempts: int, now: datetime, retry_after: timedelta | None) -> datetime | None:
    """When to try again after so many attempts; None: no more. Later by up to a fifth, so that crowds disperse."""
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1] * (1 + random.random() / 5)  # noqa: S311 - spreads load, guards nothing
    asked = min(retry_after or timedelta(), _RETRY_AFTER_LONGEST)
    return now + max(wait, asked)


def rest_after(failures: int) -> timedelta:
    """How long a receiver is left alone after so many failures in a row, so that it holds up nobody else."""
    rest: timedelta = _REST_FIRST * 2 ** min(failures - 1, 10)
    return min(rest, _REST_LONGEST)


def is_given_up(failing_since: datetime, failures: int, now: datetime) -> bool:
    """Whether a receiver has failed too long."""
    return failures >= len(RETRIES) and now - failing_since >= GIVE_UP_AFTER


def new_secret() -> str:
    """A signing secret in the form that Standard Webhooks libraries take."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def signed_headers(message_id: str, at: datetime, body: str, secrets_in_use: Sequence[str]) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature for each secret. ``at`` is real time, in UTC."""
    signatures = [Signer(one).sign(message_id, at, body) for one in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
