"""The recusal engine: pure rules over a cadre's facts and the units to be inspected.

Being the supervision office or the dispatched group that watches a target, or having inspected it before, is no ground:
knowledge through supervision is wanted; employment, kinship and interest are not.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from chassis.directory import Unit, UnitTree

from personnel_pool_service.bookings.domain import months_later
from personnel_pool_service.cadres.domain import Post, RecusalFacts

RECENT_YEARS = 3
LONG_DAYS = 3 * 365  # three years of service ever, added up over all posts there
LEADING_ROLES = frozenset({"leader", "deputy_leader"})
PERSONAL = "personal_ground"
"""The one code of kinship, ties to subjects and open clues: a code that names its reason betrays the secret."""

# Bodies inside a unit whose people are the unit's own staff, unlike a dispatched group's.
_INNER_BODIES = frozenset({"unit_discipline_body", "university_cdi"})
_COUNTY = re.compile(r"([\u4e00-\u9fff]{1,8}?(?:自治县|县|区|旗|市))")


class Rank(IntEnum):
    """How much a ground weighs."""

    CLEAR = 0
    INFO = 1
    REVIEW = 2
    BLOCK = 3


class Verdict(NamedTuple):
    """Whether a cadre may serve at a target. ``code`` is None when clear."""

    cadre_id: UUID
    unit_code: str
    rank: Rank
    code: str | None


class Targets:
    """The units to be inspected, asked by the units of people's lives; answers are kept, for there are many people."""

    def __init__(self, tree: UnitTree, codes: Sequence[str]) -> None:
        self.codes = list(dict.fromkeys(codes))
        self._tree = tree
        self._within: dict[str, frozenset[str]] = {}
        self._areas: dict[str, list[Unit]] = {code: _county_units(tree, code) for code in self.codes}

    def containing(self, unit_code: str) -> frozenset[str]:
        """The targets that a unit is, or lies within, or is an inner body of."""
        known = self._within.get(unit_code)
        if known is None:
            above = set(self._tree.superiors(unit_code))
            unit = self._tree.find(unit_code)
            if unit is not None and unit.unit_type in _INNER_BODIES:
                for host in unit.host_units:
                    above.update(self._tree.superiors(host))
            known = self._within[unit_code] = frozenset(code for code in self.codes if code in above)
        return known

    def in_native_county(self, native_place: str | None) -> frozenset[str]:
        """The targets in the county, district or township a person comes from."""
        if not native_place:
            return frozenset()
        return frozenset(
            code for code, areas in self._areas.items() if any(_is_of_area(unit, native_place) for unit in areas)
        )


def check_cadre(
    facts: RecusalFacts, targets: Targets, today: date, *, has_open_clue: bool, role: str | None = None
) -> list[Verdict]:
    """One verdict per target, in the targets' order: the weightiest ground.

    Args:
        facts: The cadre's facts.
        targets: The units to be inspected.
        today: Civil date of the check.
        has_open_clue: clue-service's answer about the cadre.
        role: The seat's role, if known: past service blocks leaders and only informs about others; without a role it
            asks for a review.
    """
    found: dict[str, tuple[Rank, str]] = {}

    def ground(codes: Iterable[str], rank: Rank, code: str) -> None:
        for target in codes:
            # Grounds come in the order of precedence, so an equal rank found later does not replace the earlier.
            if target not in found or found[target][0] < rank:
                found[target] = (rank, code)

    ground(targets.containing(facts.home_unit), Rank.BLOCK, "home_unit")
    if has_open_clue:
        ground(targets.codes, Rank.BLOCK, PERSONAL)
    for unit_code in facts.relative_units:
        ground(targets.containing(unit_code), Rank.BLOCK, PERSONAL)
    present = {post.unit_code for post in facts.posts if post.last is None or post.last >= today}
    for unit_code in present:
        ground(targets.containing(unit_code), Rank.BLOCK, "work_history")
    ground(_served_at(facts.posts, targets, today), _past_service_rank(role), "work_history")
    region_rank = Rank.REVIEW if role in LEADING_ROLES else Rank.INFO
    ground(targets.in_native_county(facts.native_place), region_rank, "region")
    clear = (Rank.CLEAR, None)
    return [Verdict(facts.cadre_id, code, *found.get(code, clear)) for code in targets.codes]


def _past_service_rank(role: str | None) -> Rank:
    if role is None:
        return Rank.REVIEW
    return Rank.BLOCK if role in LEADING_ROLES else Rank.INFO


def _served_at(posts: Sequence[Post], targets: Targets, today: date) -> set[str]:
    """The targets where someone worked within the last three years, or for three years ever."""
    recent_from = months_later(today, -12 * RECENT_YEARS)
    served: set[str] = set()
    days: dict[str, int] = {}
    for post in posts:
        last = post.last or today
        for target in targets.containing(post.unit_code):
            days[target] = days.get(target, 0) + (last - post.first).days + 1
            if last >= recent_from:
                served.add(target)
    return served | {target for target, total in days.items() if total >= LONG_DAYS}


def _county_units(tree: UnitTree, code: str) -> list[Unit]:
    units = [unit for above in tree.superiors(code) if (unit := tree.find(above)) is not None]
    return [unit for unit in units if unit.level in ("county", "township")]


def _is_of_area(unit: Unit, native_place: str) -> bool:
    if unit.code == native_place:
        return True
    # "夏宁市东湖区" names a city and a district; the last is the county-level one.
    counties = _COUNTY.findall(native_place)
    return bool(counties) and counties[-1] in unit.name
