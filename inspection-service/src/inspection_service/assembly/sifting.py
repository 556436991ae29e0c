"""Linear programming by sifting: solve on few columns and rows, price the rest, add what helps, repeat.

Every demand row has an elastic artificial, so that an infeasible round still gives useful prices. At the end the
prices are optimal for **all** columns and rows, which is what later proofs rest on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.columns import distinct
from inspection_service.assembly.cooperation import settle_pairs
from inspection_service.assembly.highs import Ending, run
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.restricted import RestrictedProgram

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_PRICE_TOLERANCE = 1e-6
_ROW_TOLERANCE = 1e-6
_TIE = 1e-3
_NONE = np.zeros(0, dtype=np.int64)
SHORTFALL_TOLERANCE = 1e-6


@dataclass(frozen=True)
class LinearOptimum:
    """An optimum of the linear relaxation over the whole pool, or proof that there is none."""

    points: float
    """Largest objective of the relaxation (an upper bound of the true one)."""
    duals: FloatArray
    """Price of each row; with ``shortfall`` the certificate of infeasibility instead."""
    reduced: FloatArray
    """Points each column adds at these prices; never above 0 for an optimum."""
    columns: IntArray
    values: FloatArray
    shortfall: float
    """Least number of seats and demands that stay unmet; 0 when the relaxation is feasible."""
    complete: bool
    """False when time ran out: nothing is proven."""


def solve_linear(model: Model, remaining: Callable[[], float]) -> LinearOptimum:
    """Optimum of the linear relaxation over all columns, or a certificate that it has no solution.

    ``remaining`` tells the seconds left.
    """
    big = 4.0 * (float(np.abs(model.cost).max(initial=0.0)) + 100.0)
    small = RestrictedProgram(model, big, np.ones(model.rows, dtype=bool))
    small.add_columns(first_columns(model))
    small.add_rows(np.flatnonzero(model.low > 0))
    while True:
        optimum = sift(small, remaining)
        met = optimum.shortfall <= SHORTFALL_TOLERANCE
        if not optimum.complete or met != small.phase_one:
            return optimum
        if small.phase_one:
            small.big *= 30.0  # feasible after all: the price of an empty seat was too low
        small.set_phase(phase_one=not small.phase_one)


def sift(small: RestrictedProgram, remaining: Callable[[], float]) -> LinearOptimum:
    """Grow the small program until no row is broken and no column helps, in phase one only until nothing is short."""
    model = small.model
    cost = np.zeros(model.size) if small.phase_one else model.cost
    while True:
        ending = run(small.solver, remaining())
        solution = small.solver.getSolution()
        inside = np.asarray(solution.col_value)
        columns = small.columns
        values = inside[small.where] if len(inside) else np.zeros(len(columns))
        shortfall = float(inside[small.elastic_place].sum()) if len(inside) else 0.0
        duals = np.zeros(model.rows)
        if ending is Ending.OPTIMAL:
            duals[small.rows] = -np.asarray(solution.row_dual)
        reduced = model.priced(duals) - model.cost + cost
        points = -float(small.solver.getInfo().objective_function_value)
        if ending is not Ending.OPTIMAL:
            return LinearOptimum(points, duals, reduced, columns, values, shortfall, complete=False)
        if model.pairs is not None:
            reduced, missing = settle_pairs(model.pairs, small.held, reduced)
            _bring_in(small, missing)
        else:
            missing = _NONE
        broken = _broken_rows(small, columns, values)
        helpful = _helpful_columns(small, reduced)
        done = not len(helpful) and not len(missing)
        if not len(broken) and (done or (small.phase_one and shortfall <= SHORTFALL_TOLERANCE)):
            return LinearOptimum(points, duals, reduced, columns, values, shortfall, complete=True)
        if len(broken):
            small.add_rows(broken)
        if len(helpful):
            small.add_columns(helpful)


def _bring_in(small: RestrictedProgram, missing: IntArray) -> None:
    """Add pairs with the two rows each that keep them honest."""
    index = small.model.pairs
    if index is None or not len(missing):
        return
    rows = np.concatenate((index.led_row[missing], index.met_row[missing]))
    small.add_rows(rows[small.row_place[rows] < 0])
    small.add_columns(index.column[missing])


def _broken_rows(small: RestrictedProgram, columns: IntArray, values: FloatArray) -> IntArray:
    m = small.model
    used = values > 1e-9
    activity = m.activity(columns[used], values[used])
    broken = small.wanted & (small.row_place < 0)
    broken &= (activity > m.high + _ROW_TOLERANCE) | (activity < m.low - _ROW_TOLERANCE)
    return np.flatnonzero(broken)


def _helpful_columns(small: RestrictedProgram, reduced: FloatArray) -> IntArray:
    helpful = np.flatnonzero(~small.held & (reduced > _PRICE_TOLERANCE))
    most = max(400, len(small.columns) // 2)
    if len(helpful) > most:
        # Ties are many where points do not count: take them from all over, not from one team.
        worth = reduced[helpful] + _TIE * _scatter(small.model.size)[helpful]
        helpful = helpful[np.argpartition(-worth, most)[:most]]
        helpful.sort()
    return helpful


def _scatter(size: int) -> FloatArray:
    """Fixed pseudo-random numbers in [0, 1), one per column: the same for the same canonical order."""
    return np.random.default_rng(0).random(size)


def first_columns(model: Model) -> IntArray:
    """The best few of each seat and each demand: about a tenth of a large pool."""
    m = model
    rows = np.flatnonzero((m.low > 0) & np.isin(m.kind, (RowKind.SEATS, RowKind.LABEL)))
    places = np.full(m.rows, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    best_first = np.argsort(_TIE * _scatter(m.size)[: m.binaries] - m.cost[: m.binaries])
    left = (8 * m.low[rows] + 12).astype(np.int64)
    chosen, begin, part = [_NONE], 0, max(10_000, m.binaries // 10)
    # The best tenth nearly always has enough of everybody: the others' entries are not even looked at.
    while begin < m.binaries and (left > 0).any():
        columns = best_first[begin : begin + part]
        positions, starts = m.matrix.entries(columns)
        local = places[m.matrix.row[positions]]
        asking = (local >= 0) & (left[local] > 0)
        owner, local = np.repeat(columns, np.diff(starts))[asking], local[asking]
        order = np.argsort(local, kind="stable")
        owner, local = owner[order], local[order]
        counts = np.bincount(local, minlength=len(rows))
        rank = np.arange(len(local)) - (np.cumsum(counts) - counts)[local]
        chosen.append(owner[rank < left[local]])
        left -= np.minimum(left, counts)
        begin, part = begin + part, 2 * part
    return distinct(np.concatenate(chosen))
