"""How well a cadre fits a seat: whole points from weighted preferences. Preferences only; hard rules are elsewhere."""

from collections.abc import Mapping

from inspection_service.assembly.problem import Candidate, Demand, Target
from inspection_service.assembly.profiles import (
    Facts,
    is_deputy_of_linked_office,
    took_part_last_round,
)
from inspection_service.assembly.roles import RANKS, Role

_WANTED_RANK = {Role.LEADER: RANKS.index("division_deputy"), Role.DEPUTY_LEADER: RANKS.index("section_chief")}

_CHIEFS = frozenset({"inspection_leader"})
_OTHERS = frozenset({"inspection_member", "case", "expert", "university_backbone"})
PREFERRED_KINDS: Mapping[Role, frozenset[str]] = {
    role: {Role.LEADER: _CHIEFS, Role.DEPUTY_LEADER: _CHIEFS | {"inspection_member"}}.get(role, _OTHERS)
    for role in Role
}

EXCELLENT = "excellent"
POOR = frozenset({"basically_competent", "incompetent"})
_MOST_EXPERIENCE = 5
_FAIRNESS_DAYS = 30


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
    if candidate.last_grade == EXCELLENT:
        points += weights["appraisal"]
    if candidate.last_grade in POOR:
        points -= weights["appraisal"]
    points -= weights["fairness"] * (candidate.days_lent / _FAIRNESS_DAYS)
    return round(points)
