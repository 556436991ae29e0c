"""A trusted system that reads events off the broker itself: what it may be given, and what its user may do there.

Nobody is asked for each event on this way, so only types that are open to any integrator can be given, each limited to
the commissions agreed on. A user of the broker may fetch from its one consumer and acknowledge; it can neither listen
to other subjects nor publish, and makes no consumers of its own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.streams import EVENT_STREAM
from contracts.envelope import Egress
from contracts.registry import BY_TYPE

EVERY_COMMISSION = "*"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_COMMISSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}|-|\*")
_NANOSECONDS = 10**9
_ACK_WAIT_S, _MOST_IN_FLIGHT, _FORGOTTEN_AFTER_DAYS = 30, 256, 90


def open_types() -> list[str]:
    """The event types that may be given to a partner."""
    return sorted(name for name, one in BY_TYPE.items() if one.egress is Egress.OPEN)


@dataclass(frozen=True)
class Partner:
    """One system, the event types it follows, and of which commissions; ``*`` means all, ``-`` events of none.

    Raises:
        ValueError: a name that is no lower-case label, no or unknown or closed types, a code that is none.
    """

    name: str
    types: Sequence[str]
    commissions: Sequence[str]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("the name must be 2 to 31 lower-case letters, digits and hyphens, a letter first")
        closed = sorted(set(self.types) - set(open_types()))
        if closed:
            raise ValueError(f"not open to partners: {', '.join(closed)}; open are {', '.join(open_types())}")
        wrong = [one for one in self.commissions if not _COMMISSION.fullmatch(one)]
        if wrong or not self.types or not self.commissions:
            raise ValueError(
                f"at least one type and one commission's code are needed; wrong: {', '.join(wrong) or 'none'}"
            )

    @property
    def durable(self) -> str:
        """Its consumer's name."""
        return durable_of(self.name)

    def consumer(self, *, from_start: bool) -> Mapping[str, Any]:
        """The consumer made for it: pulled, acknowledged one by one, forgotten when unused for the stream's age."""
        return {
            "name": self.durable,
            "durable_name": self.durable,
            "description": "a trusted partner's",
            "deliver_policy": "all" if from_start else "new",
            "ack_policy": "explicit",
            "ack_wait": _ACK_WAIT_S * _NANOSECONDS,
            "max_deliver": -1,
            "max_ack_pending": _MOST_IN_FLIGHT,
            "replay_policy": "instant",
            "inactive_threshold": _FORGOTTEN_AFTER_DAYS * 86_400 * _NANOSECONDS,
            "filter_subjects": sorted(f"evt.{name}.{code}" for name in self.types for code in self.commissions),
        }


def durable_of(name: str) -> str:
    """The consumer of the partner of this name."""
    return f"partner-{name}"


def permissions_of(name: str) -> Mapping[str, Any]:
    """What the partner's user of the broker may do, as its configuration says it: nothing else."""
    durable = durable_of(name)
    return {
        "publish": {
            "allow": [f"$JS.API.CONSUMER.MSG.NEXT.{EVENT_STREAM}.{durable}", f"$JS.ACK.{EVENT_STREAM}.{durable}.>"]
        },
        "subscribe": {"allow": [f"{inbox_of(name)}.>"]},
    }


def configuration_of(name: str) -> str:
    """The partner's user as the broker's configuration includes it; the password comes from its environment."""
    allowed = json.dumps(permissions_of(name), indent=2)
    return f'user: "{durable_of(name)}"\npassword: ${password_variable(name)}\npermissions: {allowed}\n'


def password_variable(name: str) -> str:
    """Where the broker finds the partner's password."""
    return f"{durable_of(name).upper().replace('-', '_')}_PASSWORD"


def inbox_of(name: str) -> str:
    """The prefix of the inboxes it must use: with the common one it could listen to the answers of others."""
    return f"_INBOX_{name}"
