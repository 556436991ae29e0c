"""What the rules of a profile mean: whom a condition fits, which seats a rule looks at, and the history behind it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from inspection_service.assembly.built_in import COMMISSION_OFFICES, DEPUTY_DIRECTOR, INSPECTION_OFFICE
from inspection_service.assembly.problem import AssemblyProblem, Candidate, PastTeam, Target
from inspection_service.assembly.roles import CHIEF_ROLES, RANKS, Role
from inspection_service.assembly.rule_set import (
    Condition,
    HasInspected,
    HasTag,
    HoldsPost,
    HomeUnitType,
    InPool,
    IsGender,
    IsPartyMember,
    Profile,
    RankAtLeast,
    Rule,
    TookPart,
)

RULE_VERSION = "2026.4"
"""Version of the engine's own rules and scoring, stored with every run beside the versions of its rule sets."""

REGULAR = "regular"


@dataclass(frozen=True)
class Facts:
    """Look-ups a rule may ask for."""

    last_team: Mapping[tuple[str, str], frozenset[str]]
    """By type of round and unit: who sat, in any role, in the unit's latest closed round of that type."""
    ever_inspected: frozenset[str]
    """Cadres who sat in any past team."""


def gather_facts(problem: AssemblyProblem) -> Facts:
    """Read the history once. Teams of the same unit closed on the same day count together."""
    latest: dict[tuple[str, str], date] = {}
    for team in problem.past_teams:
        key = (team.round_type, team.unit_code)
        latest[key] = max(team.closed_on, latest.get(key, team.closed_on))
    members: dict[tuple[str, str], set[str]] = {key: set() for key in latest}
    for team in problem.past_teams:
        key = (team.round_type, team.unit_code)
        if team.closed_on == latest[key]:
            members[key] |= _sat(team)
    ever = frozenset(cadre_id for team in problem.past_teams for cadre_id in _sat(team))
    return Facts({key: frozenset(ids) for key, ids in members.items()}, ever)


def _sat(team: PastTeam) -> set[str]:
    return {member.cadre_id for member in team.members}


def took_part_last_round(candidate: Candidate, target: Target, facts: Facts, round_type: str = REGULAR) -> bool:
    """Sat, in any role, in the latest closed round of a type on the target."""
    return candidate.cadre_id in facts.last_team.get((round_type, target.unit_code), frozenset())


def holds_post_at_linked_office(candidate: Candidate, target: Target, posts: Iterable[str]) -> bool:
    """Holds today one of these posts at the supervision office linked to the target."""
    wanted = set(posts)
    return target.linked_office is not None and any(
        row.until is None and row.unit_code == target.linked_office and row.post.strip() in wanted
        for row in candidate.work_history
    )


def is_deputy_of_linked_office(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Holds today the post 副主任 at the supervision office linked to the target."""
    return holds_post_at_linked_office(candidate, target, (DEPUTY_DIRECTOR,))


def is_from_commission(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Comes from an office of the area's own discipline commission or one of its groups."""
    return candidate.home_unit_type in COMMISSION_OFFICES and target.is_own(candidate.home_unit)


def is_from_inspection_office(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Comes from the area's own inspection office."""
    return candidate.home_unit_type == INSPECTION_OFFICE and target.is_own(candidate.home_unit)


Meets = Callable[[Candidate, Target, Facts], bool]


def meets(condition: Condition, candidate: Candidate, target: Target, facts: Facts) -> bool:  # noqa: PLR0911  # one line per kind
    """Whether a cadre meets a condition of a rule about a target's team."""
    match condition:
        case TookPart():
            return took_part_last_round(candidate, target, facts, condition.round_type)
        case HoldsPost():
            return holds_post_at_linked_office(candidate, target, condition.posts)
        case HomeUnitType():
            is_own = not condition.own_area or target.is_own(candidate.home_unit)
            return candidate.home_unit_type in condition.any_of and is_own
        case HasTag():
            return not candidate.tags.isdisjoint(condition.any_of)
        case InPool():
            return not candidate.pool_kinds.isdisjoint(condition.any_of)
        case RankAtLeast():
            return candidate.rank in RANKS and RANKS.index(candidate.rank) >= RANKS.index(condition.rank)
        case IsGender():
            return candidate.gender == condition.gender
        case IsPartyMember():
            return candidate.party_member
        case HasInspected():
            return (candidate.cadre_id in facts.ever_inspected) == condition.has


def seats_of_rule(rule: Rule, target: Target) -> frozenset[Role]:
    """The seats a rule looks at in the target's team."""
    named = frozenset(rule.seats)
    there = sum(d.count for d in target.seats if d.role in named)
    return frozenset(Role) - CHIEF_ROLES if rule.widen_if_few and there < 2 else named


def profile_of(target: Target, problem: AssemblyProblem) -> Profile | None:
    """The profile the target names."""
    return next((p for p in problem.profiles if p.name == target.profile), None)


def rules_of(target: Target, problem: AssemblyProblem) -> tuple[Rule, ...]:
    """The rules of the target's profile."""
    profile = profile_of(target, problem)
    return () if profile is None else profile.rules
