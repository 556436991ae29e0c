"""Rules of requests for protection (举报人保护): somebody suffers, or fears, because a clue was reported. Pure.

Whoever hears it records it; a leader of the commission grants measures or refuses; the unit that is charged carries
them out one by one. Who is to be protected and why is sealed: the unit and the office read measures alone.
"""

from enum import StrEnum

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import WORKERS, PartMove, PartMoves, row

ITEM = "protection_request"


class ProtectionState(StrEnum):
    """``granted`` until every measure was carried out, then ``in_force`` until it ends."""

    REQUESTED = "requested"
    GRANTED = "granted"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Threat(StrEnum):
    """What is suffered or feared."""

    REPRISAL_AT_WORK = "reprisal_at_work"
    THREAT = "threat"
    VIOLENCE = "violence"
    EXPOSURE = "exposure"
    PROPERTY = "property"
    OTHER = "other"


class Protected(StrEnum):
    """Who is to be protected."""

    REPORTER = "reporter"
    RELATIVE = "relative"
    WITNESS = "witness"


class Measure(StrEnum):
    """What can be done."""

    CONTACT_PERSON = "contact_person"
    CONFIDENTIALITY_CHECK = "confidentiality_check"
    WARNING = "warning"
    WORKPLACE_CORRECTION = "workplace_correction"
    POLICE_PROTECTION = "police_protection"
    RELOCATION = "relocation"


class Part(StrEnum):
    """What a caller is in a request. The office and the charged unit are not shown what was told."""

    REQUESTER = "requester"
    APPROVER = "approver"
    CHARGED = "charged"
    OFFICE = "office"


S = ProtectionState
REQUESTERS = WORKERS | {"intake_officer"}
READS_CONTENT = frozenset({Part.REQUESTER.value, Part.APPROVER.value})
ENDED = frozenset({S.REFUSED, S.ENDED, S.WITHDRAWN})
_APPROVER = ((LEADERS, Part.APPROVER),)
_REQUESTER = ((REQUESTERS, Part.REQUESTER),)


def event(name: str) -> str:
    """The type of an event of a request."""
    return f"clue.protection_request.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row("grant", [S.REQUESTED], S.GRANTED, _APPROVER, event("granted"), "by a leader who did not record it"),
    row("refuse", [S.REQUESTED], S.REFUSED, _APPROVER, event("refused"), "with the reason"),
    row(
        "carry-out",
        [S.GRANTED],
        None,
        ((WORKERS, Part.CHARGED),),
        event("step_taken"),
        "one of the measures that were granted; in force once all were",
    ),
    row("renew", [S.IN_FORCE], None, _APPROVER, event("renewed"), "until a later day"),
    row("end", [S.GRANTED, S.IN_FORCE], S.ENDED, _APPROVER, event("ended"), "with the reason"),
    row(
        "withdraw", [S.REQUESTED, S.GRANTED, S.IN_FORCE], S.WITHDRAWN, _REQUESTER, event("ended"),
        "at the wish of who is protected",
    ),
)  # fmt: skip
MOVES = PartMoves(MOVE_ROWS)
