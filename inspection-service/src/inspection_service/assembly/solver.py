"""One solve from beginning to end. Runs in a worker process; see ``worker`` for how the service calls it."""

from dataclasses import replace

from inspection_service.assembly.conflict import find_conflict, find_contradiction
from inspection_service.assembly.highs import VERSION
from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import Model, build_model
from inspection_service.assembly.progress import Run, Stage
from inspection_service.assembly.search import Found, points_of, search, seats_of
from inspection_service.assembly.sentences import conflict_rows, conflict_sentence
from inspection_service.assembly.sifting import SHORTFALL_TOLERANCE, LinearOptimum, solve_linear
from inspection_service.assembly.solution import Solution, Status

_PLAIN_SHARE = 0.3
"""Share of the time that the problem without cooperation may take; it is usually a tenth of that."""


def solve(instance: Instance, run: Run, *, salt: str = "", explain: bool = True) -> Solution:
    """Fill every seat as well as can be proven within the run's time limit, or say why it cannot be done.

    ``explain`` False leaves the conflict of an infeasible instance empty (it costs more than the proof).

    The caller passes the result to the checker before anyone sees it. Raises SolverFailed when HiGHS misbehaves.
    """
    plain = build_model(replace(instance, cooperation=None))
    if (plain.low > plain.high).any():
        return _infeasible(plain, None, run, salt, explain=explain)
    run.enter(Stage.RELAXING)
    linear = solve_linear(plain, run.remaining)
    if not linear.complete:
        return Solution(Status.UNKNOWN, run.seconds, solver=VERSION, salt=salt)
    if linear.shortfall > SHORTFALL_TOLERANCE:
        return _infeasible(plain, linear, run, salt, explain=explain)
    run.enter(Stage.PROVING)
    rule = instance.cooperation
    most = 0.0 if rule is None else rule.each * rule.up_to * len(instance.team_ids)
    listens = run if not most else run.part(_PLAIN_SHARE)
    found = search(plain, linear, listens, salt=salt, integral=instance.is_integral)
    if found.is_infeasible:
        return _infeasible(plain, linear, run, salt, explain=explain)
    if not most:
        return _answer(plain, found, run, salt)
    return _with_cooperation(instance, found, most, run, salt)


def _with_cooperation(instance: Instance, plain: Found, most: float, run: Run, salt: str) -> Solution:
    """Begin with the optimum without cooperation: lawful, and no further from the best than all its points."""
    model = build_model(instance)
    limit = plain.bound + most
    run.know_bound(limit)
    if plain.taken is not None:
        run.know_solution(points_of(model, plain.taken), seats_of(model, plain.taken))
    linear = solve_linear(model, run.remaining)
    if not linear.complete:
        taken, points = plain.taken, None if plain.taken is None else points_of(model, plain.taken)
        return _answer(model, Found(taken, points or 0.0, limit, is_proven=False), run, salt)
    found = search(model, linear, run, salt=salt, integral=instance.is_integral, start=plain.taken)
    return _answer(model, found, run, salt)


def _answer(model: Model, found: Found, run: Run, salt: str) -> Solution:
    if found.taken is None:
        return Solution(Status.UNKNOWN, run.seconds, bound=found.bound, solver=VERSION, salt=salt)
    return Solution(
        Status.OPTIMAL if found.is_proven else Status.FEASIBLE,
        run.seconds,
        objective=found.points,
        bound=found.bound,
        seats=seats_of(model, found.taken),
        solver=VERSION,
        salt=salt,
    )


def _infeasible(model: Model, linear: LinearOptimum | None, run: Run, salt: str, *, explain: bool) -> Solution:
    if not explain:
        return Solution(Status.INFEASIBLE, run.seconds, solver=VERSION, salt=salt)
    conflict = find_contradiction(model) if linear is None else find_conflict(model, linear, run)
    return Solution(
        Status.INFEASIBLE,
        run.seconds,
        conflict=conflict_rows(model, conflict.rows),
        conflict_is_minimal=conflict.is_minimal,
        sentence=conflict_sentence(model, conflict.rows, is_minimal=conflict.is_minimal),
        solver=VERSION,
        salt=salt,
    )
