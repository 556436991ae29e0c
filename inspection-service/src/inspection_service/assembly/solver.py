"""One solve from beginning to end. Runs in a worker process; see ``worker`` for how the service calls it."""

from dataclasses import replace

from inspection_service.assembly.building import build_model
from inspection_service.assembly.circle_search import CircleSearch, can_use_circles, points_with_cooperation
from inspection_service.assembly.conflict import Conflict, certified, find_conflict, find_contradiction
from inspection_service.assembly.drawing import draw
from inspection_service.assembly.highs import VERSION
from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import Model
from inspection_service.assembly.progress import Run, Stage
from inspection_service.assembly.search import Found, search, seats_of
from inspection_service.assembly.sentences import conflict_rows, conflict_sentence
from inspection_service.assembly.shortages import find_shortage
from inspection_service.assembly.sifting import SHORTFALL_TOLERANCE, LinearOptimum, solve_linear
from inspection_service.assembly.solution import Solution, Status

_PLAIN_SHARE = 0.3
"""Share of the time that the problem without cooperation may take; it is usually a tenth of that."""

_FEW_PAIRS = 5_000
"""Pairs times teams up to which a row per pair is tried where circles leave a gap: there it closes it."""


def solve(instance: Instance, run: Run, *, salt: str = "", explain: bool = True) -> Solution:
    """Fill every seat as well as can be proven within the run's time limit, or say why it cannot be done.

    ``explain`` False leaves the conflict of an infeasible instance empty (it costs more than the proof).

    The caller passes the result to the checker before anyone sees it. Raises SolverFailed when HiGHS misbehaves.
    """
    short = find_shortage(instance)
    if short is not None:
        run.enter(Stage.EXPLAINING)  # known to be impossible; a model is only needed to say why
        if not explain:
            return _infeasible(run, salt)
        plain = build_model(replace(instance, cooperation=None))
        return _explained(plain, find_conflict(plain, short.rows(plain), run, is_linear=True), run, salt)
    plain = build_model(replace(instance, cooperation=None))
    if (plain.low > plain.high).any():
        return _explained(plain, find_contradiction(plain), run, salt) if explain else _infeasible(run, salt)
    run.enter(Stage.RELAXING)
    linear = solve_linear(plain, run.remaining)
    if not linear.complete:
        return Solution(Status.UNKNOWN, run.seconds, solver=VERSION, salt=salt)
    if linear.shortfall > SHORTFALL_TOLERANCE:
        return _impossible(plain, linear, run, salt, explain=explain)
    run.enter(Stage.PROVING)
    rule = instance.cooperation
    if rule is None or rule.each <= 0 or rule.up_to <= 0 or not len(rule.pairs):
        found = draw(plain, linear, search(plain, linear, run, integral=instance.is_integral), run, salt)
    else:
        found = search(plain, linear, run.part(_PLAIN_SHARE), integral=instance.is_integral)
    if found.is_infeasible:
        return _impossible(plain, linear, run, salt, explain=explain)
    if rule is None or rule.each <= 0:
        return _answer(plain, found, run, salt)
    return _with_cooperation(instance, plain, linear, found, run, salt)


def _with_cooperation(
    instance: Instance, plain: Model, linear: LinearOptimum, begun: Found, run: Run, salt: str
) -> Solution:
    """Begin with the optimum without cooperation: lawful, and no further from the best than all its points."""
    rule = instance.cooperation
    assert rule is not None
    found = replace(begun, bound=begun.bound + rule.each * rule.up_to * len(instance.team_ids), is_proven=False)
    if begun.taken is not None:
        found = replace(found, points=points_with_cooperation(instance, plain, begun.taken))
        run.know_solution(found.points, seats_of(plain, begun.taken))
    run.know_bound(found.bound)
    if can_use_circles(instance):
        found = CircleSearch(instance, rule, found, run, salt).best(linear)
        if found.is_proven or len(rule.pairs) * len(instance.team_ids) > _FEW_PAIRS:
            return _answer(plain, found, run, salt)
    model = build_model(instance)
    wide = solve_linear(model, run.remaining)
    if not wide.complete:
        return _answer(plain, found, run, salt)
    last = search(model, wide, run, integral=instance.is_integral, start=found.taken)
    bound = min(found.bound, last.bound)
    last = replace(last, bound=bound, is_proven=bound <= last.points + 1e-6)
    return _answer(model, draw(model, wide, last, run, salt), run, salt)


def _answer(model: Model, found: Found, run: Run, salt: str) -> Solution:
    if found.taken is None:
        return Solution(Status.UNKNOWN, run.seconds, bound=found.bound, solver=VERSION, salt=salt)
    return Solution(
        Status.OPTIMAL if found.is_proven else Status.FEASIBLE,
        run.seconds,
        objective=found.points,
        bound=found.bound,
        seats=seats_of(model, found.taken),
        is_drawn=found.is_drawn,
        solver=VERSION,
        salt=salt,
    )


def _impossible(model: Model, linear: LinearOptimum, run: Run, salt: str, *, explain: bool) -> Solution:
    if not explain:
        return _infeasible(run, salt)
    is_linear = linear.shortfall > SHORTFALL_TOLERANCE
    return _explained(model, find_conflict(model, certified(model, linear), run, is_linear=is_linear), run, salt)


def _infeasible(run: Run, salt: str) -> Solution:
    return Solution(Status.INFEASIBLE, run.seconds, solver=VERSION, salt=salt)


def _explained(model: Model, conflict: Conflict, run: Run, salt: str) -> Solution:
    return replace(
        _infeasible(run, salt),
        conflict=conflict_rows(model, conflict.rows),
        conflict_is_minimal=conflict.is_minimal,
        sentence=conflict_sentence(model, conflict.rows, is_minimal=conflict.is_minimal),
    )
