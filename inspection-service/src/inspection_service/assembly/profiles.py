"""Rule sets a target may name. Today one: ``mobile_continuity``, the Tianjin rule for mobile inspections."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.errors import Text

from inspection_service.assembly.problem import AssemblyProblem, Candidate, PastTeam, Role, Target

RULE_VERSION = "2026.2"
"""Version of rules and scoring, stored with every run."""

DEPUTY_DIRECTOR = "副主任"

INSPECTION_OFFICE = "inspection_office"

COMMISSION_OFFICES = frozenset(
    {
        "cdi",
        "case_management_office",
        "petition_office",
        "supervision_office",
        "investigation_office",
        "conduct_office",
        "dispatched_group",
    }
)
"""Unit types whose cadres count as coming from the discipline commission."""

CHIEF_ROLES = frozenset({Role.LEADER, Role.DEPUTY_LEADER})


@dataclass(frozen=True)
class Facts:
    """Look-ups a rule may ask for."""

    last_regular_team: dict[str, frozenset[str]]
    """By unit: who sat, in any role, in its latest closed regular round."""
    ever_inspected: frozenset[str]
    """Cadres who sat in any past team."""


@dataclass(frozen=True)
class ProfileRule:
    """At least one person in one of ``roles`` must fit. ``title`` says it to a reader.

    Where not all rules can hold, as many hold as can; among equally many, those of greater ``weight``. Weights lie so
    close together that two rules always outweigh one.
    """

    name: str
    title: Text
    roles: Callable[[Target], frozenset[Role]]
    fits: Callable[[Candidate, Target, Facts], bool]
    weight: int


HEAVIEST_RULE = 13


def gather_facts(problem: AssemblyProblem) -> Facts:
    """Read the history once. Teams of the same unit closed on the same day count together."""
    latest: dict[str, PastTeam] = {}
    members: dict[str, set[str]] = {}
    for team in problem.past_teams:
        if team.round_type != "regular":
            continue
        known = latest.get(team.unit_code)
        if known is None or team.closed_on > known.closed_on:
            latest[team.unit_code] = team
            members[team.unit_code] = set()
        if team.closed_on == latest[team.unit_code].closed_on:
            members[team.unit_code] |= {m.cadre_id for m in team.members}
    ever = frozenset(m.cadre_id for team in problem.past_teams for m in team.members)
    return Facts({unit: frozenset(ids) for unit, ids in members.items()}, ever)


def took_part_last_round(candidate: Candidate, target: Target, facts: Facts) -> bool:
    """Sat, in any role, in the latest closed regular round on the target."""
    return candidate.cadre_id in facts.last_regular_team.get(target.unit_code, frozenset())


def is_deputy_of_linked_office(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Holds today the post 副主任 at the supervision office linked to the target."""
    return target.linked_office is not None and any(
        row.until is None and row.unit_code == target.linked_office and row.post.strip() == DEPUTY_DIRECTOR
        for row in candidate.work_history
    )


def is_from_commission(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Comes from an office of the area's own discipline commission or one of its groups."""
    return candidate.home_unit_type in COMMISSION_OFFICES and target.is_own(candidate.home_unit)


def is_from_inspection_office(candidate: Candidate, target: Target, _facts: Facts) -> bool:
    """Comes from the area's own inspection office."""
    return candidate.home_unit_type == INSPECTION_OFFICE and target.is_own(candidate.home_unit)


def _only(role: Role) -> Callable[[Target], frozenset[Role]]:
    return lambda _target: frozenset({role})


def _members(target: Target) -> frozenset[Role]:
    """The member seats; where there are fewer than two of them, every seat that is not a chief's."""
    members = sum(d.count for d in target.seats if d.role is Role.MEMBER)
    return frozenset({Role.MEMBER}) if members >= 2 else frozenset(Role) - CHIEF_ROLES


PROFILES: dict[str, tuple[ProfileRule, ...]] = {
    "mobile_continuity": (
        ProfileRule(
            "leader_took_part",
            Text("组长须参加过该单位上一轮常规巡视", "the leader took part in the last regular round on the unit"),
            _only(Role.LEADER),
            took_part_last_round,
            HEAVIEST_RULE,
        ),
        ProfileRule(
            "deputy_from_linked_office",
            Text(
                "副组长须为联系该单位的监督检查室副主任",
                "the deputy is deputy director of the linked supervision office",
            ),
            _only(Role.DEPUTY_LEADER),
            is_deputy_of_linked_office,
            12,
        ),
        ProfileRule(
            "members_from_commission",
            Text("组员中须有纪委监委干部", "a member comes from the discipline commission"),
            _members,
            is_from_commission,
            11,
        ),
        ProfileRule(
            "members_from_inspection_office",
            Text("组员中须有巡视巡察办干部", "a member comes from the inspection office"),
            _members,
            is_from_inspection_office,
            10,
        ),
    ),
}


def rules_of(target: Target) -> tuple[ProfileRule, ...]:
    """The rules of the target's profile."""
    return PROFILES[target.profile] if target.profile is not None else ()
