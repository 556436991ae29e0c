"""Places in pools: nomination, check, admission, yearly review, suspension, exit, and who may decide which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.moves import Move, MoveTable

NOMINATED, CHECKED, LOOK_NEEDED = "nominated", "checked", "look_needed"
ACTIVE, SUSPENDED, REVIEW_PROPOSED, EXIT_PROPOSED = "active", "suspended", "review_proposed", "exit_proposed"
EXITED, REJECTED, WITHDRAWN = "exited", "rejected", "withdrawn"

STATES = (
    NOMINATED, CHECKED, LOOK_NEEDED, ACTIVE, SUSPENDED, REVIEW_PROPOSED, EXIT_PROPOSED, EXITED, REJECTED, WITHDRAWN,
)  # fmt: skip
CLOSED = frozenset({EXITED, REJECTED, WITHDRAWN})
IN_FORCE = frozenset({ACTIVE, REVIEW_PROPOSED})
"""The states in which the cadre belongs to the pool."""
LOOKS_NEEDED = 2

_HOME = frozenset({"home_unit_approver", "leader", "principal_leader", "deputy_leader"})
_KEEPERS = frozenset({"pool_manager", "org_department"})
_DECIDERS = frozenset({"org_department", "leader", "principal_leader", "deputy_leader"})

NOMINATORS = _HOME | _KEEPERS

MOVES = MoveTable(
    [
        Move("withdraw", frozenset({NOMINATED, CHECKED, LOOK_NEEDED}), WITHDRAWN, NOMINATORS, "pool.entry.refused.v1"),
        Move(
            "check", frozenset({NOMINATED}), None, _KEEPERS, "pool.entry.checked.v1",
            note="checked, or look_needed where two people must look; not by the nominator",
        ),
        Move(
            "look", frozenset({LOOK_NEEDED}), None, _DECIDERS | _KEEPERS,
            note="the second of two different people makes it checked; neither nominated",
        ),
        Move(
            "admit", frozenset({CHECKED}), ACTIVE, _DECIDERS, "pool.entry.admitted.v1",
            note="by neither the nominator nor the checker, while the check is fresh",
        ),
        Move(
            "reject", frozenset({NOMINATED, CHECKED, LOOK_NEEDED}), REJECTED, _DECIDERS | _KEEPERS,
            "pool.entry.refused.v1",
        ),
        Move("suspend", frozenset({ACTIVE, REVIEW_PROPOSED}), SUSPENDED, _KEEPERS, "pool.entry.suspended.v1"),
        Move("resume", frozenset({SUSPENDED}), ACTIVE, _KEEPERS, "pool.entry.resumed.v1"),
        Move(
            "propose-review", frozenset({ACTIVE}), REVIEW_PROPOSED, NOMINATORS,
            note="the yearly review: keep, suspend or exit",
        ),
        Move(
            "conclude-review", frozenset({REVIEW_PROPOSED}), None, _DECIDERS, "pool.entry.reviewed.v1",
            note="what was proposed takes effect; not by the proposer",
        ),
        Move("return-review", frozenset({REVIEW_PROPOSED}), ACTIVE, _DECIDERS, note="the review must be made again"),
        Move(
            "propose-exit", frozenset({ACTIVE, SUSPENDED}), EXIT_PROPOSED, NOMINATORS, "pool.entry.exit_proposed.v1",
            note="out of the pool until it is decided",
        ),
        Move(
            "confirm-exit", frozenset({EXIT_PROPOSED}), EXITED, _DECIDERS, "pool.entry.exited.v1",
            note="not by the proposer; whoever leaves the last pool leaves altogether, not while lent",
        ),
        Move(
            "decline-exit", frozenset({EXIT_PROPOSED}), None, _DECIDERS, "pool.entry.resumed.v1",
            note="back to what it was before",
        ),
        Move(
            "remove", frozenset({ACTIVE, SUSPENDED, REVIEW_PROPOSED, EXIT_PROPOSED}), EXITED, _KEEPERS | _DECIDERS,
            "pool.entry.exited.v1",
            note="at once, for a breach of discipline or a suspected violation only; also while lent",
        ),
    ]
)  # fmt: skip
"""What becomes of a place in a pool. Posting or changing a cadre with pool kinds is the pool manager's own way in."""


class ExitGround(StrEnum):
    """Why somebody leaves a pool."""

    POST_CHANGE = "post_change"
    HEALTH = "health"
    WORKLOAD = "workload"
    UNFIT = "unfit"
    RETIRED = "retired"
    DISCIPLINE_BREACH = "discipline_breach"
    SUSPECTED_VIOLATION = "suspected_violation"
    OTHER = "other"


AT_ONCE = frozenset({ExitGround.DISCIPLINE_BREACH, ExitGround.SUSPECTED_VIOLATION})


class ReviewResult(StrEnum):
    """What a yearly review proposes."""

    KEEP = "keep"
    SUSPEND = "suspend"
    EXIT = "exit"


REVIEW_TARGETS = {ReviewResult.KEEP: ACTIVE, ReviewResult.SUSPEND: SUSPENDED, ReviewResult.EXIT: EXITED}

_LEADER_RANKS = (
    "section_deputy", "section_chief", "division_deputy", "division_chief", "bureau_deputy", "bureau_chief", "above",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """What the qualification check looks at."""

    rank: str
    party_member: bool
    flags: Sequence[str] = ()
    has_poor_appraisal: bool = False


def is_plain(pool_kind: str, candidate: Candidate) -> bool:
    """Whether nothing about a candidate needs a closer look.

    A doubt names no ground: an open clue, a missing membership and a doubtful history all ask for the same two people.
    """
    if pool_kind != "expert" and not candidate.party_member:
        return False
    if pool_kind == "inspection_leader" and candidate.rank not in _LEADER_RANKS:
        return False
    return not candidate.flags and not candidate.has_poor_appraisal


@dataclass(frozen=True)
class EntryFilter:
    """Which places are listed; None asks for nothing."""

    pool_kind: str | None = None
    status: str | None = None
    cadre_id: UUID | None = None
    review_due_by: date | None = None


@dataclass(frozen=True)
class EntryOn:
    """What a place in a pool was at the end of a day."""

    entry_id: UUID
    cadre_id: UUID
    pool_kind: str
    status: str
    since: date
