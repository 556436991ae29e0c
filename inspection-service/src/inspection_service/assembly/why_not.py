"""Why this cadre does not sit in that team, and what insisting would cost. Runs in the worker process."""

from collections.abc import Iterable, Sequence

from chassis.errors import Text

from inspection_service.assembly.assemble import assemble, ordered
from inspection_service.assembly.checker import Violation, check
from inspection_service.assembly.errors import wrong
from inspection_service.assembly.grounds import (
    GROUND_TEXTS,
    MAY_NOT_SHARE,
    Ground,
    build_lookup,
    seat_grounds,
    team_grounds,
)
from inspection_service.assembly.names import seat_name
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Demand, Pin, Role, Target, refuse
from inspection_service.assembly.profiles import rules_of
from inspection_service.assembly.progress import Run
from inspection_service.assembly.proposal import Unmet
from inspection_service.assembly.questions import Bar, Swap, WhyNot, WhyNotQuestion
from inspection_service.assembly.reasons import ROLE_TEXTS
from inspection_service.assembly.relaxations import APPROVERS
from inspection_service.assembly.rules import Easing, build_instance
from inspection_service.assembly.solution import Status


def why_not(problem: AssemblyProblem, question: WhyNotQuestion, run: Run) -> WhyNot:
    """Name what bars a cadre from a team, or tell the price of insisting on them.

    Raises InvalidAssembly for a cadre, unit or role the run does not know.
    """
    candidate, target = _known(problem, question)
    sits = next(
        (m.role for t in question.teams if t.unit_code == target.unit_code for m in t.members
         if m.cadre_id == candidate.cadre_id),
        None,
    )  # fmt: skip
    if sits is not None and question.role in (None, sits):
        name = ROLE_TEXTS[sits]
        return WhyNot(
            verdict="seated",
            sentence=Text(f"该干部已在该组任{name.zh}。", f"The cadre sits in the team as {name.en}."),
        )
    asked = [d for d in target.seats if d.count and question.role in (None, d.role)]
    bars = _bars(problem, candidate, target, asked)
    if len({bar.role for bar in bars}) == len({d.role for d in asked}):
        return WhyNot(verdict="barred", bars=bars, sentence=_barred_sentence(bars))
    return _price(problem, question, candidate, target, run)


def _known(problem: AssemblyProblem, question: WhyNotQuestion) -> tuple[Candidate, Target]:
    candidate = next((c for c in problem.candidates if c.cadre_id == question.cadre_id), None)
    target = next((t for t in problem.targets if t.unit_code == question.unit_code), None)
    errors = []
    if candidate is None:
        errors.append(wrong("/cadre_id", "unknown_cadre", "人才库中没有该干部", "no such cadre in the pool"))
    if target is None:
        errors.append(wrong("/unit_code", "not_a_target", "该单位不在本次组队之中", "not a target of the run"))
    elif question.role is not None and not any(d.role == question.role and d.count for d in target.seats):
        errors.append(wrong("/role", "no_such_seat", "该组没有此职务", "the team has no such seat"))
    refuse(errors)
    assert candidate is not None
    assert target is not None
    return candidate, target


def _bars(problem: AssemblyProblem, candidate: Candidate, target: Target, asked: Sequence[Demand]) -> tuple[Bar, ...]:
    """Per role the grounds of its mildest seat; a role with an open seat has none."""
    lookup = build_lookup(problem)
    general = team_grounds(candidate, target, lookup)
    mildest: dict[Role, list[Ground]] = {}
    for demand in asked:
        grounds = [*general, *seat_grounds(candidate, demand, lookup)]
        if demand.role not in mildest or len(grounds) < len(mildest[demand.role]):
            mildest[demand.role] = grounds
    return tuple(
        Bar(code=ground.value, text=GROUND_TEXTS[ground], role=role, approver=APPROVERS.get(ground))
        for role, grounds in mildest.items()
        for ground in dict.fromkeys(grounds)
    )


def _barred_sentence(bars: Iterable[Bar]) -> Text:
    by_code = {bar.code: bar for bar in bars}
    zh = "；".join(bar.text.zh for bar in by_code.values())
    en = "; ".join(bar.text.en for bar in by_code.values())
    if all(bar.approver for bar in by_code.values()):
        return Text(f"该干部现不能参加：{zh}；经批准可以解除。", f"The cadre cannot sit now: {en}; it may be lifted.")
    return Text(f"该干部不能参加：{zh}。", f"The cadre cannot sit: {en}.")


def _price(
    problem: AssemblyProblem, question: WhyNotQuestion, candidate: Candidate, target: Target, run: Run
) -> WhyNot:
    pins = tuple(p for p in problem.pins if p.cadre_id != candidate.cadre_id)
    pin = Pin(cadre_id=candidate.cadre_id, unit_code=target.unit_code, role=question.role)
    insisted = assemble(problem.model_copy(update={"pins": (*pins, pin)}), run)
    swaps = _swaps(problem, question, candidate, target)
    if insisted.status is Status.UNKNOWN:
        text = Text("在时限内未能算出坚持该人选的代价。", "What insisting would cost was not found out in time.")
        return WhyNot(verdict="undecided", sentence=text, swaps=swaps)
    if insisted.status is Status.INFEASIBLE:
        why = insisted.sentence or Text("", "")
        text = Text(f"若坚持该人选，则无法依规组队。{why.zh}", f"With this cadre no lawful teams exist. {why.en}")
        return WhyNot(verdict="impossible", sentence=text, breaks=insisted.unmet, swaps=swaps)
    before = {(u.unit_code, u.rule) for u in question.unmet}
    breaks = tuple(u for u in insisted.unmet if (u.unit_code, u.rule) not in before)
    lost = None
    if question.objective is not None and insisted.objective is not None:
        lost = round(question.objective - insisted.objective, 6)
    return WhyNot(
        verdict="possible",
        sentence=_price_sentence(lost, breaks),
        points_lost=lost,
        is_exact=question.is_optimal and insisted.status is Status.OPTIMAL,
        breaks=breaks,
        swaps=swaps,
        teams=insisted.teams,
    )


def _price_sentence(lost: float | None, breaks: tuple[Unmet, ...]) -> Text:
    points = "?" if lost is None else f"{lost:g}"
    zh = f"可以参加；若坚持该人选，总分减少 {points} 分"
    en = f"The cadre may sit; insisting costs {points} points"
    if lost == 0 and not breaks:
        zh = "可以参加，且与现方案同分；同分之间由加盐摇号决定"
        en = "The cadre may sit at no cost: a salted draw decided between equals"
    if breaks:
        zh += "，且不再满足：" + "；".join(f"{u.unit_code} {u.text.zh}" for u in breaks)
        en += ", and these rules no longer hold: " + "; ".join(f"{u.unit_code} {u.text.en}" for u in breaks)
    return Text(zh + "。", en + ".")


def _swaps(
    problem: AssemblyProblem, question: WhyNotQuestion, candidate: Candidate, target: Target
) -> tuple[Swap, ...]:
    """The cadre put into the seat of each member in turn, judged by the checker."""
    if not question.teams:
        return ()
    has_waivers = any(m.waiver for t in question.teams for m in t.members)
    build = build_instance(ordered(problem), Easing(soft_rules=bool(question.unmet), with_review=has_waivers))
    seats = [
        {"person": m.cadre_id, "team": t.unit_code, "role": m.seat or _seat_of(t.unit_code, m.role, problem)}
        for t in question.teams
        for m in t.members
    ]
    worth = check(build.document, seats).objective
    swaps = []
    for at, seat in enumerate(seats):
        role = build.demands[seat["role"]].role if seat["role"] in build.demands else None
        if seat["team"] != target.unit_code or role is None or question.role not in (None, role):
            continue
        changed = [*seats[:at], {**seat, "person": candidate.cadre_id}, *seats[at + 1 :]]
        verdict = check(build.document, changed)
        lost = None
        if verdict.is_lawful and worth is not None and verdict.objective is not None:
            lost = worth - verdict.objective
        breaks = tuple(dict.fromkeys(_broken(v, problem) for v in verdict.violations))
        swaps.append(Swap(replaces=seat["person"], role=role, points_lost=lost, breaks=breaks))
    return tuple(sorted(swaps, key=lambda s: (bool(s.breaks), s.points_lost or 0, s.replaces)))


def _seat_of(unit_code: str, role: Role, problem: AssemblyProblem) -> str:
    """The seat of a role, for proposals that did not keep it."""
    seats = next((t.seats for t in problem.targets if t.unit_code == unit_code), ())
    return next((seat_name(d) for d in seats if d.role == role), role.value)


def _broken(violation: Violation, problem: AssemblyProblem) -> Text:
    about = violation.about
    if violation.rule == "label":
        label = str(about["label"])
        target = next((t for t in problem.targets if t.unit_code == about["team"]), None)
        rules = {f"rule:{rule.name}": rule.title for rule in (rules_of(target, problem) if target else ())}
        return rules.get(label, Text("移走了固定在该组的干部", "it moves a cadre pinned to the team"))
    if violation.rule in {"home_unit_cap", "home_unit_share"}:
        return Text("超出其派出单位可借出的人数", "it exceeds what the home unit may lend")
    return _BROKEN.get(violation.rule, Text("不符合该席位的条件", "the seat's conditions do not hold"))


_BROKEN = {
    "sits_twice": Text("该干部已在另一组", "the cadre already sits in a team"),
    "never_together": MAY_NOT_SHARE,
    "unknown_name": Text("不符合该席位的条件", "the seat's conditions do not hold"),
}
