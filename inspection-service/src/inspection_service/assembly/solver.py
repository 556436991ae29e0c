"""One solve from beginning to end. Runs in a worker process; see ``worker`` for how the service calls it."""

from inspection_service.assembly.conflict import find_conflict, find_contradiction
from inspection_service.assembly.draw import draw
from inspection_service.assembly.highs import VERSION
from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import Model, build_model
from inspection_service.assembly.progress import Run, Stage
from inspection_service.assembly.search import search, seats_of
from inspection_service.assembly.sentences import conflict_rows, conflict_sentence
from inspection_service.assembly.sifting import SHORTFALL_TOLERANCE, LinearOptimum, solve_linear
from inspection_service.assembly.solution import Solution, Status


def solve(instance: Instance, run: Run, *, salt: str = "", explain: bool = True) -> Solution:
    """Fill every seat as well as can be proven within the run's time limit, or say why it cannot be done.

    ``explain`` False leaves the conflict of an infeasible instance empty (it costs more than the proof).

    The caller passes the result to the checker before anyone sees it. Raises SolverFailed when HiGHS misbehaves.
    """
    run.enter(Stage.RELAXING)
    model = build_model(instance)
    if (model.low > model.high).any():
        return _infeasible(model, None, run, salt, explain=explain)
    linear = solve_linear(model, run.remaining)
    if not linear.complete:
        return Solution(Status.UNKNOWN, run.seconds, solver=VERSION, salt=salt)
    if linear.shortfall > SHORTFALL_TOLERANCE:
        return _infeasible(model, linear, run, salt, explain=explain)
    run.enter(Stage.PROVING)
    integral = instance.is_integral
    found = search(model, linear, run, integral=integral)
    if found.taken is None:
        if found.is_infeasible:
            return _infeasible(model, linear, run, salt, explain=explain)
        return Solution(Status.UNKNOWN, run.seconds, bound=found.bound, solver=VERSION, salt=salt)
    run.know_solution(found.points, seats_of(model, found.taken))
    taken, notes = found.taken, tuple[str, ...]()
    if found.is_proven:
        run.enter(Stage.DRAWING)
        drawn = draw(model, linear, found, run, salt)
        notes = ("draw_unfinished",) if drawn is None else ()
        taken = taken if drawn is None else drawn
    status = Status.OPTIMAL if found.is_proven else Status.FEASIBLE
    return Solution(
        status,
        run.seconds,
        objective=found.points,
        bound=found.bound,
        seats=seats_of(model, taken),
        solver=VERSION,
        salt=salt,
        notes=notes,
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
