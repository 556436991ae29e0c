"""One assembly run from problem to proposal. Runs in the worker process.

Hard rules are eased only after the stricter problem was proven impossible, in this order: profile rules (named in
``unmet``), then verdicts under review (flagged), and last a search for the fewest seats that must stay empty, which is
an explanation and never a proposal.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from chassis.errors import Text

from inspection_service.assembly.checker import check
from inspection_service.assembly.errors import UnlawfulProposal
from inspection_service.assembly.grounds import MAY_NOT_SHARE
from inspection_service.assembly.names import is_vacancy
from inspection_service.assembly.problem import AssemblyProblem, Pin, Role, Target, validate_problem
from inspection_service.assembly.profiles import RULE_VERSION, meets, rules_of, seats_of_rule
from inspection_service.assembly.progress import Run, Seat, relative_gap
from inspection_service.assembly.proposal import Proposal, ProposedMember, ProposedTeam, Unmet
from inspection_service.assembly.reasons import ROLE_TEXTS, needs_waiver, reasons_for
from inspection_service.assembly.relaxations import rank_relaxations
from inspection_service.assembly.rules import Build, Easing, build_instance
from inspection_service.assembly.solution import Solution, Status
from inspection_service.assembly.unmet_sentence import unmet_sentence


def assemble(problem: AssemblyProblem, run: Run) -> Proposal:
    """Propose the best lawful teams, or say what cannot hold and what would help.

    Raises InvalidAssembly for a contradictory problem, UnlawfulProposal if the checker disagrees, SolverFailed.
    """
    validate_problem(problem)
    problem = ordered(problem)
    for easing in _easings(problem):
        build = build_instance(problem, easing)
        solution = _solve(build, run, problem.salt)
        if solution.status is Status.INFEASIBLE:
            continue
        if easing.vacancies:
            return _impossible(problem, build, solution)
        return _proposal(problem, build, solution)
    message = "a search that may leave seats empty cannot be infeasible"
    raise AssertionError(message)


def input_hash(problem: AssemblyProblem) -> str:
    """Hash of everything the run depends on, independent of the order in which it was listed."""
    return hashlib.sha256(ordered(problem).model_dump_json().encode()).hexdigest()


def ordered(problem: AssemblyProblem) -> AssemblyProblem:
    """The problem in canonical order, so that no answer depends on how it was listed."""
    targets = tuple(sorted(problem.targets, key=lambda t: t.unit_code))
    return problem.model_copy(
        update={
            "candidates": tuple(sorted(problem.candidates, key=lambda c: c.cadre_id)),
            "targets": targets,
            "pins": tuple(sorted(problem.pins, key=lambda p: (p.cadre_id, p.unit_code, p.role or ""))),
            "stays": tuple(sorted(problem.stays, key=lambda s: (s.cadre_id, s.unit_code, s.role or ""))),
            "profiles": tuple(sorted(problem.profiles, key=lambda p: p.name)),
            "bans": tuple(sorted(problem.bans, key=lambda b: (b.cadre_id, b.unit_code or ""))),
            "verdicts": tuple(sorted(problem.verdicts, key=lambda v: (v.cadre_id, v.unit_code, v.verdict, v.code))),
            "never_together": _ordered_pairs(problem.never_together),
            "worked_together": _ordered_pairs(problem.worked_together),
        }
    )


def _ordered_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(min(p, q), max(p, q)) for p, q in pairs}))


def _easings(problem: AssemblyProblem) -> list[Easing]:
    has_rules = any(rules_of(t, problem) for t in problem.targets)
    has_review = any(v.verdict == "review" for v in problem.verdicts)
    steps = [Easing()]
    if has_rules:
        steps.append(Easing(soft_rules=True))
    if has_review:
        steps.append(Easing(soft_rules=has_rules, with_review=True))
    return [*steps, Easing(soft_rules=True, with_review=True, vacancies=True)]


def _solve(build: Build, run: Run, salt: str) -> Solution:
    # Loaded here: ranking replacements needs this module, and must not wait for numpy and HiGHS.
    from inspection_service.assembly.instance import parse_instance
    from inspection_service.assembly.solver import solve

    # A stage starts anew: what an easing that failed had found says nothing about the next one.
    stage = replace(run, objective=None, bound=None)
    solution = solve(parse_instance(build.document), stage, salt=salt, explain=False)
    if solution.seats:
        seats = [{"person": s.person, "team": s.team, "role": s.role} for s in solution.seats]
        verdict = check(build.document, seats)
        if (
            not verdict.is_lawful
            or verdict.objective is None
            or abs(verdict.objective - (solution.objective or 0)) > 0.5
        ):
            raise UnlawfulProposal(members={"rules": sorted({v.rule for v in verdict.violations}) or ["objective"]})
    return solution


def _proposal(problem: AssemblyProblem, build: Build, solution: Solution) -> Proposal:
    teams = _teams(problem, build, solution.seats)
    unmet = unmet_rules(problem, build, solution.seats)
    waivers = sum(m.waiver for t in teams for m in t.members)
    extra = _extra_points(problem, build, solution.seats, unmet) - build.prices.waiver * waivers
    objective = None if solution.objective is None else solution.objective - extra
    bound = None if solution.bound is None else solution.bound - extra
    seated = frozenset(m.cadre_id for t in teams for m in t.members)
    return Proposal(
        status=solution.status,
        seconds=solution.seconds,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        teams=teams if solution.seats else (),
        unmet=unmet if solution.seats else (),
        relaxations=rank_relaxations(problem, unmet, seated) if solution.seats else (),
        sentence=unmet_sentence(unmet) if solution.seats else None,
        is_drawn=solution.is_drawn,
        **_record(problem, solution),
    )


def _impossible(problem: AssemblyProblem, build: Build, solution: Solution) -> Proposal:
    """The fullest teams show what is missing; the answer is that there is no lawful proposal."""
    if not solution.seats:
        return Proposal(status=Status.UNKNOWN, seconds=solution.seconds, **_record(problem, solution))
    filled = tuple(s for s in solution.seats if not is_vacancy(s.person))
    teams = _teams(problem, build, filled)
    seated = frozenset(s.person for s in filled)
    unmet = (
        *_empty_seats(problem, build, solution.seats),
        *_lost_pins(problem, filled),
        *unmet_rules(problem, build, filled),
    )
    return Proposal(
        status=Status.INFEASIBLE,
        seconds=solution.seconds,
        unmet=unmet,
        relaxations=rank_relaxations(problem, unmet, seated),
        sentence=unmet_sentence(unmet),
        partial_teams=teams,
        **_record(problem, solution),
    )


def _record(problem: AssemblyProblem, solution: Solution) -> dict[str, str]:
    return {
        "rule_version": RULE_VERSION,
        "solver_version": solution.solver,
        "salt": problem.salt,
        "input_hash": input_hash(problem),
    }


def _teams(problem: AssemblyProblem, build: Build, seats: tuple[Seat, ...]) -> tuple[ProposedTeam, ...]:
    candidates = {c.cadre_id: c for c in problem.candidates}
    teams = []
    for target in problem.targets:
        order = {demand.role: at for at, demand in reversed(list(enumerate(target.seats)))}
        mine = [s for s in seats if s.team == target.unit_code]
        mine.sort(key=lambda s: (order[build.demands[s.role].role], s.role, s.person))
        members = tuple(
            ProposedMember(
                cadre_id=s.person,
                role=build.demands[s.role].role,
                seat=s.role,
                reasons=reasons_for(candidates[s.person], target, build.demands[s.role], build.facts, problem),
                waiver=needs_waiver(candidates[s.person], target, problem),
            )
            for s in mine
        )
        teams.append(ProposedTeam(unit_code=target.unit_code, members=members))
    return tuple(teams)


def unmet_rules(problem: AssemblyProblem, build: Build, seats: tuple[Seat, ...]) -> tuple[Unmet, ...]:
    """The rules of profiles that these seats leave unmet."""
    candidates = {c.cadre_id: c for c in problem.candidates}
    unmet = []
    for target in problem.targets:
        team = [(candidates[s.person], build.demands[s.role].role) for s in seats if s.team == target.unit_code]
        for rule in rules_of(target, problem):
            roles = seats_of_rule(rule, target)
            there = sum(role in roles and meets(rule.condition, c, target, build.facts) for c, role in team)
            if there < rule.at_least:
                lacking = rule.at_least - there
                unmet.append(Unmet(rule=rule.name, unit_code=target.unit_code, text=rule.title, missing=lacking))
    return tuple(unmet)


def _extra_points(problem: AssemblyProblem, build: Build, seats: tuple[Seat, ...], unmet: tuple[Unmet, ...]) -> int:
    """Points the instance gave for rules that were preferences and for seats kept; no part of a team's worth."""
    sitting = {(s.person, s.team, build.demands[s.role].role) for s in seats}
    kept = sum(
        any((stay.cadre_id, stay.unit_code, role) in sitting for role in ((stay.role,) if stay.role else tuple(Role)))
        for stay in set(problem.stays)
    )
    points = build.prices.stay * kept
    if not build.easing.soft_rules:
        return points
    missing = {(u.unit_code, u.rule): u.missing for u in unmet}
    for target in problem.targets:
        for rule in rules_of(target, problem):
            met = rule.at_least - missing.get((target.unit_code, rule.name), 0)
            points += build.prices.rule * rule.weight // rule.at_least * met
    return points


def _empty_seats(problem: AssemblyProblem, build: Build, seats: tuple[Seat, ...]) -> list[Unmet]:
    found = []
    for target in problem.targets:
        for role in dict.fromkeys(d.role for d in target.seats):
            empty = sum(
                is_vacancy(s.person) and build.demands[s.role].role == role for s in seats if s.team == target.unit_code
            )
            if empty:
                found.append(_empty_seat(target, role.value, ROLE_TEXTS[role], empty))
    return found


def _empty_seat(target: Target, role: str, name: Text, empty: int) -> Unmet:
    total = sum(d.count for d in target.seats if d.role == role)
    text = Text(
        f"{name.zh}需 {total} 名，符合条件且可用的还缺 {empty} 名",
        f"{total} needed as {name.en}, {empty} of them cannot be found",
    )
    return Unmet(rule=f"seat:{role}", unit_code=target.unit_code, text=text, missing=empty)


def _lost_pins(problem: AssemblyProblem, seats: tuple[Seat, ...]) -> list[Unmet]:
    sitting = {(s.person, s.team) for s in seats}
    lost = [pin for pin in problem.pins if (pin.cadre_id, pin.unit_code) not in sitting]
    return [
        Unmet(rule="pin", unit_code=pin.unit_code, text=_why_lost(problem, pin, sitting), cadre_id=pin.cadre_id)
        for pin in lost
    ]


def _why_lost(problem: AssemblyProblem, pin: Pin, sitting: set[tuple[str, str]]) -> Text:
    for pair in problem.never_together:
        if pin.cadre_id in pair and any((other, pin.unit_code) in sitting for other in pair):
            return Text(f"固定的干部{MAY_NOT_SHARE.zh}", f"a pinned cadre {MAY_NOT_SHARE.en}")
    return Text("固定的干部依规不能参加该组", "a pinned cadre may not lawfully sit in the team")
