"""Steps that would help where a rule or a seat cannot hold, mildest first, each with who may approve it."""

from collections.abc import Iterable, Mapping

from chassis.errors import Text

from inspection_service.assembly.grounds import Ground, Lookup, build_lookup, seat_grounds, team_grounds
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Demand, Target
from inspection_service.assembly.profiles import Facts, gather_facts, meets, rules_of, seats_of_rule
from inspection_service.assembly.proposal import Relaxation, Unmet

_MOST_PER_STEP = 5
"""Cadres named per step and unmet demand; more would bury the choice."""

_STEPS: tuple[tuple[Ground, str, str, Text], ...] = (
    (Ground.BANNED, "lift_ban", "inspection_office", Text("取消对该干部的排除", "lift the ban on this cadre")),
    (
        Ground.PINNED_ELSEWHERE,
        "move_pin",
        "inspection_office",
        Text("取消其在别处的固定", "release the cadre's other pin"),
    ),
    (
        Ground.UNAVAILABLE,
        "free_cadre",
        "home_unit",
        Text("与派出单位协商抽调时间", "agree another date with the home unit"),
    ),
    (
        Ground.REVIEW,
        "waive_review",
        "principal_leader",
        Text("审批其回避事项豁免", "approve the recusal waiver of this cadre"),
    ),
    (
        Ground.TAG_MISSING,
        "drop_tags",
        "inspection_office",
        Text("放宽该席位的专长要求", "drop the tags the seat asks for"),
    ),
    (
        Ground.POOL_KIND_MISSING,
        "widen_pools",
        "inspection_office",
        Text("放宽该席位的人才库要求", "widen the pools of the seat"),
    ),
)

APPROVERS: Mapping[Ground, str] = {ground: approver for ground, _kind, approver, _text in _STEPS}
"""Who may lift a ground; grounds that nobody may lift are not in it."""

_IMPERSONAL = frozenset({Ground.TAG_MISSING, Ground.POOL_KIND_MISSING})


def rank_relaxations(
    problem: AssemblyProblem, unmet: Iterable[Unmet], seated: frozenset[str]
) -> tuple[Relaxation, ...]:
    """Single steps for every unmet rule or seat; cadres already ``seated`` are not offered for empty seats."""
    facts, lookup = gather_facts(problem), build_lookup(problem)
    targets = {t.unit_code: t for t in problem.targets}
    steps: dict[tuple[str, str, str | None, str | None], Relaxation] = {}
    for one in unmet:
        target = targets[one.unit_code]
        for candidate, demand in _wanted(problem, target, one, facts, seated):
            for step in _steps_for(candidate, target, demand, lookup, one):
                steps.setdefault((step.kind, step.unit_code, step.rule, step.cadre_id), step)
        last = _last_resort(target, one)
        steps.setdefault((last.kind, last.unit_code, last.rule, last.cadre_id), last)
    ranked = sorted(steps.values(), key=lambda s: (s.rank, s.unit_code, s.kind, s.rule or "", s.cadre_id or ""))
    return tuple(_trimmed(ranked))


def _wanted(
    problem: AssemblyProblem, target: Target, one: Unmet, facts: Facts, seated: frozenset[str]
) -> Iterable[tuple[Candidate, Demand]]:
    """Cadres who would satisfy the rule, or fill the seat, if one ground fell away."""
    rule = next((r for r in rules_of(target, problem) if r.name == one.rule), None)
    for demand in target.seats:
        for candidate in problem.candidates:
            if rule is not None:
                in_seat = demand.role in seats_of_rule(rule, target)
                fits = in_seat and meets(rule.condition, candidate, target, facts)
            elif one.rule == "pin":
                fits = candidate.cadre_id == one.cadre_id
            else:
                fits = one.rule == f"seat:{demand.role}" and candidate.cadre_id not in seated
            if fits:
                yield candidate, demand


def _steps_for(
    candidate: Candidate, target: Target, demand: Demand, lookup: Lookup, one: Unmet
) -> Iterable[Relaxation]:
    grounds = set(team_grounds(candidate, target, lookup)) | set(seat_grounds(candidate, demand, lookup))
    for rank, (ground, kind, approver, text) in enumerate(_STEPS, start=1):
        if grounds == {ground}:
            yield Relaxation(
                rank=rank,
                kind=kind,
                unit_code=target.unit_code,
                approver=approver,
                text=text,
                rule=one.rule,
                cadre_id=None if ground in _IMPERSONAL else candidate.cadre_id,
            )


def _last_resort(target: Target, one: Unmet) -> Relaxation:
    if one.rule == "pin":
        kind, approver, text = (
            "release_pin",
            "inspection_office",
            Text("取消对该干部的固定", "release the pin of this cadre"),
        )
    elif one.rule.startswith("seat:"):
        kind, approver, text = "fewer_seats", "leading_group", Text("减少该职务席位", "ask for fewer seats of the role")
    else:
        kind, approver, text = (
            "override_rule",
            "leading_group",
            Text("说明理由后不适用该规则", "set the rule aside with a reason"),
        )
    return Relaxation(
        rank=len(_STEPS) + 1,
        kind=kind,
        unit_code=target.unit_code,
        approver=approver,
        text=text,
        rule=one.rule,
        cadre_id=one.cadre_id,
    )


def _trimmed(ranked: list[Relaxation]) -> Iterable[Relaxation]:
    seen: dict[tuple[str, str, str | None], int] = {}
    for step in ranked:
        key = (step.kind, step.unit_code, step.rule)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _MOST_PER_STEP:
            yield step
