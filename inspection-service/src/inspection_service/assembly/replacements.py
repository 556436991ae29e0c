"""Who could take the seat of a drop-out, or an empty one, with the least change. Runs in the worker process.

One seat for one person is tried first, over the whole pool; only where nobody fits, the engine looks for the fewest
seats that must change. Every option has passed the checker.
"""

from collections.abc import Sequence
from typing import Any

from inspection_service.assembly.assemble import assemble, ordered, unmet_rules
from inspection_service.assembly.checker import check
from inspection_service.assembly.grounds import Ground, build_lookup, seat_grounds, team_grounds
from inspection_service.assembly.names import seat_name
from inspection_service.assembly.problem import AssemblyProblem, Ban, Candidate, Demand, Pin, Role, Target
from inspection_service.assembly.progress import Run, Seat
from inspection_service.assembly.questions import Change, ReplacementOption, ReplacementQuestion, Replacements
from inspection_service.assembly.reasons import needs_waiver, reasons_for
from inspection_service.assembly.rules import Build, Easing, build_instance
from inspection_service.assembly.solution import Status

_TRIED = 100
"""How many of the most promising the checker looks at; a caller is shown fifty at most."""


def replacements(problem: AssemblyProblem, question: ReplacementQuestion, run: Run) -> Replacements:
    """Options for the seats of those who drop out, the mildest first."""
    stays = tuple((cadre_id, role) for cadre_id, role in question.seated if cadre_id not in question.out)
    problem = ordered(
        problem.model_copy(
            update={
                "pins": (),
                "bans": tuple(Ban(cadre_id=cadre_id) for cadre_id in question.out),
                "stays": tuple(Pin(cadre_id=c, unit_code=question.unit_code, role=role) for c, role in stays),
            }
        )
    )
    options: list[ReplacementOption] = []
    if len(question.out) <= 1:
        options = _single(problem, question, stays)
    if options:
        return Replacements(options=tuple(options[: question.most]))
    return _fewest(problem, question, stays, run)


def _single(
    problem: AssemblyProblem, question: ReplacementQuestion, stays: tuple[tuple[str, Role], ...]
) -> list[ReplacementOption]:
    """One seat is free, that of the drop-out or one nobody sat in: everybody who could take it."""
    out = question.out[0] if question.out else ""
    role = next((role for cadre_id, role in question.seated if cadre_id == out), None)
    target = problem.targets[0]
    seats = _fixed_seats(problem, target, stays, role)
    if seats is None:
        return []
    fixed, demand = seats
    role, free = demand.role, seat_name(demand)
    small = _small(problem, target, role, frozenset(c for c, _ in stays))
    build = build_instance(small, Easing(soft_rules=True, with_review=True), newcomers_in=free)
    rows = {(e[0], e[2]): e for e in build.document["eligible"]}
    people = {p["id"]: at for at, p in enumerate(build.document["people"])}
    slot = build.document["roles"].index(free)
    staying = {cadre_id for cadre_id, _ in stays}
    ranked = [(c, rows[(people[c.cadre_id], slot)]) for c in small.candidates
              if (people.get(c.cadre_id), slot) in rows and c.cadre_id not in staying]  # fmt: skip
    promising = _promising(ranked, build)
    kept = staying | {candidate.cadre_id for candidate in promising}
    near = small.model_copy(
        update={
            "candidates": tuple(c for c in small.candidates if c.cadre_id in kept),
            "verdicts": tuple(v for v in small.verdicts if v.cadre_id in kept),
        }
    )
    document = _around(build.document, kept)
    found: list[ReplacementOption] = []
    for candidate in promising:
        taken = [*fixed, Seat(candidate.cadre_id, target.unit_code, free)]
        verdict = check(document, [{"person": s.person, "team": s.team, "role": s.role} for s in taken])
        if verdict.is_lawful and verdict.objective is not None:
            change = Change(role=role, out=out, cadre_id=candidate.cadre_id)
            found.append(_option(near, build, tuple(taken), (change,), verdict.objective))
    return _ranked(found)


def _around(document: dict[str, Any], kept: frozenset[str] | set[str]) -> dict[str, Any]:
    """The same instance for these people alone: the checker reads it once for every one who is tried."""
    olds = [at for at, person in enumerate(document["people"]) if person["id"] in kept]
    new = {old: at for at, old in enumerate(olds)}
    rule = document["cooperation"]

    def among(pairs: list[list[int]]) -> list[list[int]]:
        return [[new[p], new[q]] for p, q in pairs if p in new and q in new]

    return {
        **document,
        "people": [document["people"][old] for old in olds],
        "eligible": [[new[row[0]], *row[1:]] for row in document["eligible"] if row[0] in new],
        "never_together": among(document["never_together"]),
        "cooperation": rule and {**rule, "pairs": among(rule["pairs"])},
    }


def _promising(ranked: list[tuple[Candidate, list[Any]]], build: Build) -> list[Candidate]:
    """Those who bring most rules of the profile, and those who bring most points."""
    rules = {at for at, name in enumerate(build.document["labels"]) if name.startswith("rule:")}
    by_points = sorted(ranked, key=lambda one: (-one[1][3], one[0].cadre_id))
    by_rules = sorted(by_points, key=lambda one: -len(rules.intersection(one[1][4])))
    chosen = {c.cadre_id: c for c, _ in (*by_rules[:_TRIED], *by_points[:_TRIED])}
    return list(chosen.values())


def _small(problem: AssemblyProblem, target: Target, role: Role, stays: frozenset[str]) -> AssemblyProblem:
    """Only those who stay and those whom nothing but a waiver keeps from a seat of the role."""
    lookup = build_lookup(problem)
    demands = [d for d in target.seats if d.role is role]

    def may_come(candidate: Candidate) -> bool:
        grounds = team_grounds(candidate, target, lookup)
        if grounds and grounds != [Ground.REVIEW]:
            return False
        return any(not seat_grounds(candidate, demand, lookup) for demand in demands)

    kept = tuple(c for c in problem.candidates if c.cadre_id in stays or may_come(c))
    return problem.model_copy(update={"candidates": kept})


def _fixed_seats(
    problem: AssemblyProblem, target: Target, stays: tuple[tuple[str, Role], ...], free_role: Role | None
) -> tuple[list[Seat], Demand] | None:
    """Which seat each stayer holds (demands of one role may differ), and the demand whose seat is free.

    None unless one seat is free, and of ``free_role`` if that is given.
    """
    lookup = build_lookup(problem)
    known = {c.cadre_id: c for c in problem.candidates}
    if any(cadre_id not in known for cadre_id, _ in stays):
        return None
    room = [demand for demand in target.seats for _ in range(demand.count)]
    holder: dict[int, int] = {}

    def place(stayer: int, tried: set[int]) -> bool:
        cadre_id, role = stays[stayer]
        for at, demand in enumerate(room):
            if at in tried or demand.role is not role or seat_grounds(known[cadre_id], demand, lookup):
                continue
            tried.add(at)
            if at not in holder or place(holder[at], tried):
                holder[at] = stayer
                return True
        return False

    if not all(place(stayer, set()) for stayer in range(len(stays))):
        return None
    free = [demand for at, demand in enumerate(room) if at not in holder]
    if len(free) != 1 or free_role not in (None, free[0].role):
        return None
    return [Seat(stays[s][0], target.unit_code, seat_name(room[at])) for at, s in sorted(holder.items())], free[0]


def _fewest(
    problem: AssemblyProblem, question: ReplacementQuestion, stays: tuple[tuple[str, Role], ...], run: Run
) -> Replacements:
    proposal = assemble(problem, run)
    if proposal.status in (Status.INFEASIBLE, Status.UNKNOWN) or not proposal.teams:
        return Replacements(options=(), sentence=proposal.sentence, unmet=proposal.unmet)
    members = proposal.teams[0].members
    arriving = [m for m in members if (m.cadre_id, m.role) not in stays]
    leaving = [(c, r) for c, r in question.seated if (c, r) not in {(m.cadre_id, m.role) for m in members}]
    changes = _changes([(m.cadre_id, m.role) for m in arriving], leaving)
    option = ReplacementOption(
        rank=1,
        changes=tuple(changes),
        seats_changed=len(changes),
        points_lost=0.0,
        unmet=proposal.unmet,
        waivers=tuple(m.cadre_id for m in arriving if m.waiver),
        reasons={m.cadre_id: tuple(r.code for r in m.reasons) for m in arriving},
    )
    return Replacements(options=(option,))


def _changes(arriving: Sequence[tuple[str, Role]], leaving: Sequence[tuple[str, Role]]) -> list[Change]:
    """Who takes whose seat: one of the same role wherever there is one, then anybody's, then a seat nobody sat in."""
    left, outs = list(leaving), [""] * len(arriving)
    for is_same_role in (True, False):
        for at, (_, role) in enumerate(arriving):
            before = next((one for one in left if one[1] is role or not is_same_role), None)
            if not outs[at] and before is not None:
                left.remove(before)
                outs[at] = before[0]
    return [Change(role=role, out=out, cadre_id=who) for (who, role), out in zip(arriving, outs, strict=True)]


def _option(
    problem: AssemblyProblem, build: Build, seats: tuple[Seat, ...], changes: tuple[Change, ...], worth: float
) -> ReplacementOption:
    target = problem.targets[0]
    candidates = {c.cadre_id: c for c in problem.candidates}
    demands = {s.person: build.demands[s.role] for s in seats}
    coming = [change.cadre_id for change in changes]
    return ReplacementOption(
        rank=0,
        changes=changes,
        seats_changed=len(changes),
        points_lost=-worth,
        unmet=unmet_rules(problem, build, seats),
        waivers=tuple(c for c in coming if needs_waiver(candidates[c], target, problem)),
        reasons={
            c: tuple(r.code for r in reasons_for(candidates[c], target, demands[c], build.facts, problem))
            for c in coming
        },
    )


def _ranked(found: list[ReplacementOption]) -> list[ReplacementOption]:
    """Fewest rules unmet, no waiver before one, then points; the cost is told against the best of all."""
    if not found:
        return []
    best = min(one.points_lost for one in found)
    found.sort(key=lambda o: (len(o.unmet), len(o.waivers), o.points_lost, o.changes[0].cadre_id))
    return [
        one.model_copy(update={"rank": rank, "points_lost": round(one.points_lost - best, 6)})
        for rank, one in enumerate(found, start=1)
    ]
