"""How well a cadre fits a seat: whole points from weighted preferences. Preferences only; hard rules are elsewhere."""

import math
from collections.abc import Mapping

from chassis.errors import FieldError

from inspection_service.assembly.errors import wrong
from inspection_service.assembly.problem import Candidate, Demand, Role, Target
from inspection_service.assembly.profiles import (
    Facts,
    is_deputy_of_linked_office,
    took_part_last_round,
)

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "own_area": 40,
    "pool_kind": 20,
    "rank": 10,
    "tag": 8,
    "experience": 1,
    "continuity": 15,
    "linked_office": 5,
    "fairness": 6,
    "newcomer": 5,
    "mixed_team": 3,
    "party": 2,
}
"""Points per preference. ``own_area`` outweighs pool and rank together: people come from elsewhere where the own area
has nobody. ``fairness`` is taken off for every 30 days lent; ``newcomer``, ``mixed_team`` and ``party`` are given per
team."""

MOST_WEIGHT = 1_000

RANKS = (
    "clerk",
    "section_deputy",
    "section_chief",
    "division_deputy",
    "division_chief",
    "bureau_deputy",
    "bureau_chief",
    "above",
)

_WANTED_RANK = {Role.LEADER: RANKS.index("division_deputy"), Role.DEPUTY_LEADER: RANKS.index("section_chief")}

_CHIEFS = frozenset({"inspection_leader"})
_OTHERS = frozenset({"inspection_member", "case", "expert", "university_backbone"})
PREFERRED_KINDS: Mapping[Role, frozenset[str]] = {
    role: {Role.LEADER: _CHIEFS, Role.DEPUTY_LEADER: _CHIEFS | {"inspection_member"}}.get(role, _OTHERS)
    for role in Role
}

_MOST_EXPERIENCE = 5
_FAIRNESS_DAYS = 30


def weight_faults(weights: Mapping[str, float]) -> list[FieldError]:
    """What is wrong with overriding weights."""
    errors = []
    for name, value in weights.items():
        if name not in DEFAULT_WEIGHTS:
            errors.append(wrong(f"/weights/{name}", "unknown_weight", "没有该权重", "there is no such weight"))
        elif not math.isfinite(value) or not 0 <= value <= MOST_WEIGHT:
            message = (f"权重应在 0 至 {MOST_WEIGHT} 之间", f"a weight lies between 0 and {MOST_WEIGHT}")
            errors.append(wrong(f"/weights/{name}", "out_of_range", *message))
    return errors


def fits_rank(candidate: Candidate, role: Role) -> bool:
    """Whether the rank is what the role usually asks for (no other role asks)."""
    wanted = _WANTED_RANK.get(role)
    return wanted is not None and candidate.rank in RANKS and RANKS.index(candidate.rank) >= wanted


def score(candidate: Candidate, target: Target, demand: Demand, facts: Facts, weights: Mapping[str, float]) -> int:
    """Whole points of this cadre in a seat of this demand."""
    asked = {tag for d in target.seats for tag in d.tags}
    points = 0.0
    if target.own_units is not None and target.is_own(candidate.home_unit):
        points += weights["own_area"]
    if candidate.pool_kinds & PREFERRED_KINDS[demand.role]:
        points += weights["pool_kind"]
    if fits_rank(candidate, demand.role):
        points += weights["rank"]
    points += weights["tag"] * len(candidate.tags & asked)
    points += weights["experience"] * min(_MOST_EXPERIENCE, len(candidate.tags))
    if took_part_last_round(candidate, target, facts):
        points += weights["continuity"]
    if demand.role is Role.DEPUTY_LEADER and is_deputy_of_linked_office(candidate, target, facts):
        points += weights["linked_office"]
    points -= weights["fairness"] * (candidate.days_lent / _FAIRNESS_DAYS)
    return round(points)
