"""From the linear optimum to a proven integer one: solve on the columns that can still matter, widen until proven."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.highs import Answer, Ending, Program, minimise
from inspection_service.assembly.model import Model
from inspection_service.assembly.progress import Run, Seat
from inspection_service.assembly.sifting import LinearOptimum

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

FIRST_GUESS = 0.0002
"""First assumed distance between linear and integer optimum, as a share of the objective, where points have fractions.

With whole points the first guess is that the linear optimum, rounded down, can be reached: mostly so, and few columns.
"""

_WHOLE_GAP = 0.9
"""Whole points this near to the bound are the optimum."""

BEYOND = 1e-3
"""Columns are kept until all outside is worth less by this than what is looked for."""

_NARROW_SHARE = 0.5
"""Share of the time left that a search on some of the columns may take."""

_MANY, _FEW = 20_000, 8_000
"""Where more columns than that are promising, nearly everybody is worth the same: a search on a few comes first."""

_FEW_SHARE = 0.25
"""Share of the time left that it may take."""


@dataclass(frozen=True)
class Found:
    """Columns of the best proposal known (None: none found), its points, and the proven bound."""

    taken: IntArray | None
    points: float
    bound: float
    is_proven: bool
    is_infeasible: bool = False
    is_drawn: bool = False
    """Whether lots decided exactly among all proposals with these points (``drawing``)."""


def seats_of(model: Model, taken: IntArray) -> tuple[Seat, ...]:
    """The seats of these columns, by team, role, person."""
    i, c = model.instance, model.instance.columns
    return tuple(
        Seat(i.person_ids[c.person[x]], i.team_ids[c.team[x]], i.role_names[c.role[x]]) for x in sorted(taken.tolist())
    )


def sub_program(
    model: Model,
    columns: IntArray,
    cost: FloatArray,
    rows: npt.NDArray[np.bool_] | None = None,
    limits: tuple[FloatArray, FloatArray] | None = None,
) -> Program:
    """The program on some columns (ascending), with only the rows that could be broken there.

    ``rows`` leaves out the rows marked False; ``limits`` replaces the limits of all rows of the model.
    """
    m = model if limits is None else replace(model, low=limits[0], high=limits[1])
    positions, begin = m.matrix.entries(columns)
    lengths = np.diff(begin)
    reach = np.repeat(m.upper[columns], lengths) * m.matrix.value[positions]
    row = m.matrix.row[positions]
    most = np.bincount(row, weights=np.maximum(reach, 0), minlength=m.rows)
    least = np.bincount(row, weights=np.minimum(reach, 0), minlength=m.rows)
    needed = (most > m.high + 1e-9) | (least < m.low - 1e-9)
    if rows is not None:
        needed &= rows
    place = np.full(m.rows, -1, dtype=np.int64)
    place[needed] = np.arange(int(needed.sum()))
    keep = place[row] >= 0
    kept = np.concatenate(([0], np.cumsum(keep)))
    return Program(
        cost=cost,
        upper=m.upper[columns],
        low=m.low[needed],
        high=m.high[needed],
        start=kept[begin],
        index=place[row[keep]],
        value=m.matrix.value[positions][keep],
        binaries=int((columns < m.binaries).sum()),
    )


def search(
    model: Model,
    linear: LinearOptimum,
    run: Run,
    *,
    integral: bool,
    start: IntArray | None = None,
) -> Found:
    """The best proposal, proven for the whole pool unless time runs out; ``start`` is a lawful one to begin with.

    A column whose use would cost more than the distance between the linear optimum and a known proposal cannot be part
    of a better one, so an optimum found without such columns is an optimum of the whole pool.
    """
    limit = float(np.floor(linear.points + 1e-6)) if integral else linear.points
    run.know_bound(limit)
    guess = linear.points - limit + BEYOND if integral else max(2.0, FIRST_GUESS * abs(linear.points))
    best = Found(None, -np.inf, limit, is_proven=False)
    if start is not None:
        best = Found(start, points_of(model, start), limit, is_proven=False)
        run.know_solution(best.points, seats_of(model, start))
    if best.taken is None:
        columns = promising(model, linear, guess, None)
        if len(columns) > _MANY:
            best = _attempt_few(model, linear, columns, best, run, integral=integral)
    while not best.is_proven:
        columns = promising(model, linear, guess, best.taken)
        whole = int((columns < model.binaries).sum()) == model.binaries
        best = _attempt(model, linear, columns, guess, best, run, integral=integral)
        if best.is_proven or (best.is_infeasible and whole) or run.is_over():
            return best
        # Wide enough that everything outside is worth less than what is in hand, if anything is.
        guess = 8.0 * guess + 1.0 if best.taken is None else max(linear.points - best.points + BEYOND, guess)
    return best


def _attempt_few(
    model: Model, linear: LinearOptimum, columns: IntArray, best: Found, run: Run, *, integral: bool
) -> Found:
    """Something to begin with, out of the columns of the linear optimum and a fixed sample of those like them.

    It proves nothing of the others, except where it reaches the bound. That these few hold no proposal says nothing.
    """
    keep = columns >= model.binaries
    keep |= np.isin(columns, linear.columns[linear.values > 1e-9])
    sample = np.random.default_rng(0).permutation(len(columns))  # of the canonical order: the same on every machine
    keep[sample[:_FEW]] = True
    found = _attempt(model, linear, columns[keep], 0.0, best, run.part(_FEW_SHARE), integral=integral)
    if found.taken is not None:
        run.know_solution(found.points, seats_of(model, found.taken))
    return replace(found, is_infeasible=False)


def promising(model: Model, linear: LinearOptimum, guess: float, always: IntArray | None) -> IntArray:
    """Columns that lose at most ``guess`` points, those of a known proposal, and the pairs possible among them."""
    keep = linear.reduced > -guess
    if always is not None:
        keep[always] = True
    if model.pairs is not None:
        sits = np.zeros(int(max(model.pairs.chief.max(), model.pairs.other.max(), model.pairs.group.max())) + 1, bool)
        sits[model.pairs.group[keep[: model.binaries]]] = True
        keep[model.pairs.column] = sits[model.pairs.chief] & sits[model.pairs.other]
    return np.flatnonzero(keep)


def _attempt(
    model: Model,
    linear: LinearOptimum,
    columns: IntArray,
    guess: float,
    best: Found,
    run: Run,
    *,
    integral: bool,
) -> Found:
    program = sub_program(model, columns, -model.cost[columns])
    whole = int((columns < model.binaries).sum()) == model.binaries
    outside = -np.inf if whole else linear.points - guess
    first = None
    if best.taken is not None:
        first = completed(model, columns, best.taken)

    def watch(_known: float, inner_bound: float, solution: FloatArray | None) -> bool:
        if np.isfinite(inner_bound):
            run.know_bound(_rounded(min(linear.points, max(-inner_bound, outside, best.points)), integral=integral))
        if solution is not None:
            taken = columns[: program.binaries][solution[: program.binaries] > 0.5]
            points = points_of(model, taken)
            run.know_solution(round(points) if integral else points, seats_of(model, taken))
        return run.is_over()

    # A search that cannot prove what is in hand only serves to find something better.
    share = 1.0 if outside < best.points else _NARROW_SHARE
    answer = minimise(
        program,
        time_limit=run.remaining() * share,
        absolute_gap=_WHOLE_GAP if integral else 1e-6,
        watch=watch,
        first_guess=first,
    )
    return _judge(model, columns, answer, outside, best, integral=integral)


def _judge(model: Model, columns: IntArray, answer: Answer, outside: float, best: Found, *, integral: bool) -> Found:
    if answer.ending is Ending.INFEASIBLE:
        return Found(best.taken, best.points, best.bound, is_proven=False, is_infeasible=True)
    taken, points = best.taken, best.points
    if answer.values is not None:
        chosen = columns[columns < model.binaries][answer.values[: int((columns < model.binaries).sum())] > 0.5]
        reached = points_of(model, chosen)
        if reached > points:
            taken, points = chosen, (round(reached) if integral else reached)
    inner = points if answer.ending is Ending.OPTIMAL else -answer.bound
    bound = _rounded(min(best.bound, max(inner, outside)), integral=integral)
    bound = max(bound, points)
    proven = taken is not None and bound <= points + 1e-6
    return Found(taken, points, bound, is_proven=proven)


def _rounded(bound: float, *, integral: bool) -> float:
    return float(np.floor(bound + 1e-6)) if integral else float(bound)


def completed(model: Model, columns: IntArray, taken: IntArray) -> FloatArray:
    """Values of ``columns`` for a proposal: the taken ones 1, each auxiliary as its rows allow and as it pays."""
    values = np.zeros(len(columns))
    values[np.searchsorted(columns, taken)] = 1.0
    sums = model.activity(taken, np.ones(len(taken)))
    cost = model.cost[columns]
    auxiliary = columns >= model.binaries
    # Pairs have no points of their own and carry the rewarded number: they come first.
    for part in (auxiliary & (cost == 0), auxiliary & (cost > 0), auxiliary & (cost < 0)):
        chosen = columns[part]
        if not len(chosen):
            continue
        positions, begin = model.matrix.entries(chosen)
        rows, signs = model.matrix.row[positions], model.matrix.value[positions]
        there = np.minimum.reduceat(np.where(signs < 0, sums[rows], np.inf), begin[:-1])
        over = np.maximum.reduceat(sums[rows] - model.high[rows], begin[:-1])
        values[part] = np.where(cost[part] < 0, np.maximum(0.0, over), np.minimum(model.upper[chosen], there))
        sums += model.activity(chosen, values[part])
    return values


def points_of(model: Model, taken: IntArray) -> float:
    """Exact points of a proposal. A solution the solver was stopped at may hold less than its seats are worth."""
    everything = np.arange(model.size)
    return float(model.cost @ completed(model, everything, np.sort(taken)))
