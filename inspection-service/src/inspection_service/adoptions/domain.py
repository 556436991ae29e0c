"""States of an adoption, the saga that turns a proposal into teams."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import Secondment


class AdoptionState(StrEnum):
    """``reserving`` goes on to ``adopted``, or over ``compensating`` to ``withdrawn``; nothing else is final."""

    RESERVING = "reserving"
    ADOPTED = "adopted"
    COMPENSATING = "compensating"
    WITHDRAWN = "withdrawn"


LIVE = (AdoptionState.RESERVING, AdoptionState.COMPENSATING)


class Outcome(StrEnum):
    """What is known of one team's reservation. ``unknown``: the pool may have made it without our hearing of it."""

    UNKNOWN = "unknown"
    RESERVED = "reserved"
    REFUSED = "refused"


@dataclass(frozen=True)
class Reservation:
    """The pool's answer for one team, if it gave one."""

    outcome: Outcome
    secondment: Secondment | None = None
    refusal: PeerRefused | None = None


def waivers_of(teams: list[dict[str, Any]]) -> list[str]:
    """Proposed members whose recusal question needs an approved waiver."""
    return [str(member["cadre_id"]) for team in teams for member in team["members"] if member.get("waiver")]
