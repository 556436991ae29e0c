"""Which commission is competent for a clue by cadre authority (干部管理权限), and which way leads there. Pure.

Competence follows persons: the commission beside the committee that manages the subject. A route is a suggestion;
people decide, and what they decided binds the moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree


class Route(StrEnum):
    """Where a clue belongs, as seen from the commission that has it."""

    OWN = "own"
    BELOW = "below"
    ELSEWHERE = "elsewhere"
    ABOVE = "above"
    DIVIDED = "divided"
    """Several commissions are competent: the clue is split by subject, or the common superior designates one."""
    UNKNOWN = "unknown"


MOVES_OF: dict[Route, tuple[str, ...]] = {
    Route.OWN: ("accept", "assign"),
    Route.BELOW: ("forward", "assign-down"),
    Route.ELSEWHERE: ("forward", "transfer"),
    Route.ABOVE: ("seal",),
    Route.DIVIDED: ("split", "forward", "transfer", "assign-down"),
    Route.UNKNOWN: (),
}
"""The moves that lead where a clue belongs. Above: nothing is copied on; it is sealed, and a sealed receipt sent up."""
KEEPING = frozenset({"accept", "assign"})
HANDING_OVER = frozenset({"forward", "assign-down", "transfer"})


@dataclass(frozen=True)
class Asked:
    """A subject as the pool is asked about it, by codes only."""

    key: UUID
    unit_code: str | None
    person_code: str | None = None
    post: str | None = None
    rank: str | None = None

    def without_code(self) -> "Asked":
        """The same, asked for by the post."""
        return replace(self, person_code=None)


@dataclass(frozen=True)
class Managed:
    """Who manages a subject, and what says so; None where the directory does not tell."""

    key: UUID
    committee: str | None
    commission: str | None
    basis: str | None


def questions(subjects: Iterable[Any]) -> list[Asked]:
    """What can be asked: subjects with a code, or in a unit of the directory."""
    asked = []
    for one in subjects:
        unit = one.resolved_unit or one.unit_code
        if one.person_code is not None or one.resolved_unit is not None:
            asked.append(Asked(one.id, unit, one.person_code, one.post, one.rank))
    return asked


def route_to(tree: UnitTree, own: str, competent: str) -> Route:
    """How one commission reaches the competent one."""
    if competent == own:
        return Route.OWN
    if tree.is_within(competent, own):
        return Route.BELOW
    return Route.ABOVE if tree.is_within(own, competent) else Route.ELSEWHERE


def suggestion(tree: UnitTree, own: str, found: Sequence[Managed], subjects: int) -> tuple[Route, str | None]:
    """The route, and the one competent commission if there is one.

    One subject managed above makes the clue one for above: it is never widened. A subject nobody can place leaves the
    route unknown.
    """
    commissions = {one.commission for one in found}
    if any(code is not None and route_to(tree, own, code) is Route.ABOVE for code in commissions):
        above = [code for code in commissions if code is not None and route_to(tree, own, code) is Route.ABOVE]
        return Route.ABOVE, above[0] if len(above) == 1 else None
    if not found or None in commissions or len(found) < subjects:
        return Route.UNKNOWN, None
    if len(commissions) > 1:
        return Route.DIVIDED, None
    (competent,) = commissions
    assert competent is not None
    return route_to(tree, own, competent), competent
