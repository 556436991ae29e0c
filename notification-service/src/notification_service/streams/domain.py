"""Server-sent events and the positions they resume from."""

import re
from dataclasses import dataclass
from datetime import timedelta

TICKET_LIFETIME = timedelta(minutes=1)
HEARTBEAT_S = 15.0
LIFETIME_S = 3600.0
"""A stream ends after an hour, so that nobody listens for long on a token that is no longer good; clients resume."""

_POSITION = re.compile(r"^([0-9a-f]{8}):(\d{1,18})$")


@dataclass(frozen=True)
class Position:
    """Where a stream stands: ``<epoch>:<seq>``."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"


def resume_from(last_event_id: str | None, present: Position) -> tuple[Position, bool]:
    """Where to go on, and whether the reader must read its inbox anew because its position means nothing here."""
    if not last_event_id:
        return present, False
    match = _POSITION.match(last_event_id.strip())
    if match is None or match[1] != present.epoch or int(match[2]) > present.seq:
        return present, True
    return Position(present.epoch, int(match[2])), False


def event(name: str, position: Position, data: str) -> bytes:
    """One server-sent event; ``data`` is one line of JSON."""
    return f"event: {name}\nid: {position}\ndata: {data}\n\n".encode()


HEARTBEAT = b": \n\n"
PREAMBLE = b"retry: 2000\n\n"
