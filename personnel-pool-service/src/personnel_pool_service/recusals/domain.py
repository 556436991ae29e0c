"""The recusal engine: pure rules over a cadre's facts and the units or clues in question.

Being the supervision office or the dispatched group that watches a target, or having inspected it before, is no ground:
knowledge through supervision is wanted; employment, kinship and interest are not.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from personnel_pool_service.bookings.domain import months_later
from personnel_pool_service.cadres.domain import Post, RecusalFacts
from personnel_pool_service.recusals.grounds import (
    DUTY,
    HOME_UNIT,
    LEADING_ROLES,
    PERSONAL,
    REGION,
    TIES,
    WORK_HISTORY,
    Rank,
    Tie,
)
from personnel_pool_service.recusals.targets import Targets

RECENT_YEARS = 3
LONG_DAYS = 3 * 365  # three years of service ever, added up over all posts there

__all__ = ["DUTY", "LEADING_ROLES", "PERSONAL", "WORK_HISTORY", "Rank", "Targets", "Verdict", "check_cadre"]


class Verdict(NamedTuple):
    """Whether a cadre may serve at a target. ``code`` is None when clear."""

    cadre_id: UUID
    target: str
    rank: Rank
    code: str | None


Weight = tuple[Rank, str]
"""How much stands against a pair, and the code it is answered under."""
CLEAR: tuple[Rank, None] = (Rank.CLEAR, None)


class Ground(NamedTuple):
    """One reason, with the units it holds at. ``name`` is for the two people who may unseal it, nobody else."""

    units: Collection[str]
    rank: Rank
    code: str
    name: str


@dataclass(frozen=True)
class Circumstances:
    """What is known of a cadre beyond the pool's own facts."""

    ties: tuple[Tie, ...] = ()
    """Declared by the cadre."""
    doubted_at: tuple[tuple[str, Rank], ...] = ()
    """Units that asked not to be handled by this cadre, with the weight that has at present."""
    waived: frozenset[tuple[str, str]] = frozenset()
    """(unit code, ground code) that have been waived: the ground only informs there."""


NOTHING_MORE = Circumstances()


def check_cadre(
    facts: RecusalFacts,
    targets: Targets,
    today: date,
    *,
    has_open_clue: bool,
    role: str | None = None,
    more: Circumstances = NOTHING_MORE,
    region_rank: Rank = Rank.REVIEW,
) -> list[Verdict]:
    """One verdict per target, in the targets' order: the weightiest ground. Arguments as for ``weigh_cadre``."""
    weights = weigh_cadre(
        facts, targets, today, has_open_clue=has_open_clue, role=role, more=more, region_rank=region_rank
    )
    return [Verdict(facts.cadre_id, key, *weights.get(key, CLEAR)) for key in targets.keys]


def weigh_cadre(
    facts: RecusalFacts,
    targets: Targets,
    today: date,
    *,
    has_open_clue: bool,
    role: str | None,
    more: Circumstances,
    region_rank: Rank,
) -> dict[str, Weight]:
    """The weightiest ground at each target where there is any.

    Args:
        facts: The cadre's facts.
        targets: The units or clues in question.
        today: Civil date of the check.
        has_open_clue: clue-service's answer about the cadre.
        role: The seat's role, if known: past service blocks leaders and only informs about others; without a role it
            asks for a review.
        more: Declared ties, requests of inspected units, waivers.
        region_rank: What the county of origin means for leading seats.
    """
    found: dict[str, Weight] = {}
    for ground in grounds_of(facts, targets, today, has_open_clue, role, more, region_rank):
        for unit in ground.units:
            # Grounds come in the order of precedence, so an equal rank found later does not replace the earlier.
            rank = min(ground.rank, Rank.INFO) if (unit, ground.code) in more.waived else ground.rank
            if unit not in found or found[unit][0] < rank:
                found[unit] = (rank, ground.code)
    if targets.are_units:
        return found
    weighed = ((key, _weightiest(found, units)) for key, units in targets)
    return {key: weight for key, weight in weighed if weight is not None}


def grounds_of(
    facts: RecusalFacts,
    targets: Targets,
    today: date,
    has_open_clue: bool,
    role: str | None,
    more: Circumstances,
    region_rank: Rank,
) -> Iterator[Ground]:
    """Every ground of a cadre at the targets, in the order of precedence; some may hold at no unit."""
    yield Ground(targets.containing(facts.home_unit), Rank.BLOCK, HOME_UNIT, "home_unit")
    if has_open_clue:
        yield Ground(targets.units, Rank.BLOCK, PERSONAL, "open_clue")
    for unit_code in sorted(facts.relative_units):
        yield Ground(targets.containing(unit_code), Rank.BLOCK, PERSONAL, "kinship")
    for tie in more.ties:
        rule = TIES[tie.kind]
        yield Ground(targets.containing(tie.unit_code), rule.rank_for(role, tie, today), rule.code, tie.kind)
    for unit_code, rank in more.doubted_at:
        yield Ground(targets.containing(unit_code), rank, PERSONAL, "asked_by_the_unit")
    present = {post.unit_code for post in facts.posts if post.last is None or post.last >= today}
    for unit_code in present:
        yield Ground(targets.containing(unit_code), Rank.BLOCK, WORK_HISTORY, "present_post")
    yield Ground(_served_at(facts.posts, targets, today), _past_service_rank(role), WORK_HISTORY, "past_service")
    leads = role in LEADING_ROLES
    yield Ground(
        targets.in_native_county(facts.native_place), region_rank if leads else Rank.INFO, REGION, "county_of_origin"
    )


def _weightiest(found: dict[str, Weight], units: Iterable[str]) -> Weight | None:
    return max((found[unit] for unit in units if unit in found), key=lambda one: one[0], default=None)


def _past_service_rank(role: str | None) -> Rank:
    if role is None:
        return Rank.REVIEW
    return Rank.BLOCK if role in LEADING_ROLES else Rank.INFO


def _served_at(posts: Sequence[Post], targets: Targets, today: date) -> set[str]:
    """The target units where someone worked within the last three years, or for three years ever."""
    recent_from = months_later(today, -12 * RECENT_YEARS)
    served: set[str] = set()
    days: dict[str, int] = {}
    for post in posts:
        last = post.last or today
        for unit in targets.containing(post.unit_code):
            days[unit] = days.get(unit, 0) + (last - post.first).days + 1
            if last >= recent_from:
                served.add(unit)
    return served | {unit for unit, total in days.items() if total >= LONG_DAYS}
