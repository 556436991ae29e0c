"""Linear programming by sifting: solve on few columns and rows, price the rest, add what helps, repeat.

Every demand row has an elastic artificial, so that an infeasible round still gives useful prices. At the end the
prices are optimal for **all** columns and rows, which is what later proofs rest on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

from inspection_service.assembly.highs import Ending, must, new_solver, run
from inspection_service.assembly.model import Model, RowKind

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_PRICE_TOLERANCE = 1e-6
_ROW_TOLERANCE = 1e-6
_SHORTFALL_TOLERANCE = 1e-6


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


@dataclass
class _Restricted:
    """The small program inside HiGHS and how it maps to the model."""

    model: Model
    big: float
    wanted: npt.NDArray[np.bool_]
    solver: highspy.Highs = field(default_factory=new_solver)
    columns: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    column_place: IntArray = field(init=False)
    row_place: IntArray = field(init=False)
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    elastic_place: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    places: int = 0
    """Columns inside HiGHS, artificials included."""
    phase_one: bool = False
    held: npt.NDArray[np.bool_] = field(init=False)
    where: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Place of each of ``columns`` inside HiGHS."""

    def __post_init__(self) -> None:
        self.row_place = np.full(self.model.rows, -1, dtype=np.int64)
        self.held = np.zeros(self.model.size, dtype=bool)

    def cost_of(self, columns: IntArray) -> FloatArray:
        return np.zeros(len(columns)) if self.phase_one else -self.model.cost[columns]

    def add_rows(self, rows: IntArray) -> None:
        """Add rows with the entries of the columns already there, and an artificial where a row asks for people."""
        m = self.model
        self.row_place[rows] = len(self.rows) + np.arange(len(rows))
        positions, begin = m.matrix.entries(self.columns)
        place_of_row = np.full(m.rows, -1, dtype=np.int64)
        place_of_row[rows] = np.arange(len(rows))
        local = place_of_row[m.matrix.row[positions]]
        hit = local >= 0
        at = np.repeat(self.where, np.diff(begin))[hit]
        order = np.argsort(local[hit], kind="stable")
        counts = np.bincount(local[hit], minlength=len(rows))
        start = np.concatenate(([0], np.cumsum(counts)[:-1])) if len(rows) else np.zeros(0)
        values = m.matrix.value[positions][hit][order]
        must(
            self.solver.addRows(
                len(rows),
                m.low[rows],
                m.high[rows],
                len(values),
                start.astype(np.int32),
                at[order].astype(np.int32),
                values,
            ),
            "new rows",
        )
        self.rows = np.concatenate((self.rows, rows))
        self._add_artificials(rows[m.low[rows] > 0])

    def _add_artificials(self, rows: IntArray) -> None:
        n = len(rows)
        if not n:
            return
        cost = np.full(n, 1.0 if self.phase_one else self.big)
        must(
            self.solver.addCols(
                n,
                cost,
                np.zeros(n),
                np.full(n, np.inf),
                n,
                np.arange(n, dtype=np.int32),
                self.row_place[rows].astype(np.int32),
                np.ones(n),
            ),
            "artificials",
        )
        self.elastic_place = np.concatenate((self.elastic_place, self.places + np.arange(n)))
        self.places += n

    def add_columns(self, columns: IntArray) -> None:
        m = self.model
        positions, begin = m.matrix.entries(columns)
        local = self.row_place[m.matrix.row[positions]]
        keep = local >= 0
        kept = np.concatenate(([0], np.cumsum(keep)))
        must(
            self.solver.addCols(
                len(columns),
                self.cost_of(columns),
                np.zeros(len(columns)),
                m.upper[columns],
                int(keep.sum()),
                kept[begin[:-1]].astype(np.int32),
                local[keep].astype(np.int32),
                m.matrix.value[positions][keep],
            ),
            "new columns",
        )
        self.where = np.concatenate((self.where, self.places + np.arange(len(columns))))
        self.columns = np.concatenate((self.columns, columns))
        self.held[columns] = True
        self.places += len(columns)

    def set_phase(self, *, phase_one: bool) -> None:
        self.phase_one = phase_one
        costs = np.zeros(self.places)
        costs[self.where] = self.cost_of(self.columns)
        costs[self.elastic_place] = 1.0 if phase_one else self.big
        everything = np.arange(self.places, dtype=np.int32)
        must(self.solver.changeColsCost(self.places, everything, costs), "new costs")


def solve_linear(
    model: Model,
    remaining: Callable[[], float],
    *,
    rows: npt.NDArray[np.bool_] | None = None,
    feasibility_only: bool = False,
    first: IntArray | None = None,
) -> LinearOptimum:
    """Optimum of the linear relaxation over all columns, or a certificate that it has no solution.

    ``rows`` leaves out the rows marked False; ``feasibility_only`` ignores points. ``remaining`` tells the seconds left.
    """
    wanted = np.ones(model.rows, dtype=bool) if rows is None else rows
    big = 4.0 * (float(np.abs(model.cost).max(initial=0.0)) + 100.0)
    small = _Restricted(model, big, wanted)
    small.phase_one = feasibility_only
    small.add_columns(_first_columns(model) if first is None else first)
    small.add_rows(np.flatnonzero(wanted & (model.low > 0)))
    while True:
        optimum = _sift(small, remaining)
        if not optimum.complete or optimum.shortfall <= _SHORTFALL_TOLERANCE or small.phase_one:
            if (
                optimum.complete
                and small.phase_one
                and not feasibility_only
                and (optimum.shortfall <= _SHORTFALL_TOLERANCE)
            ):
                small.big *= 30.0  # feasible after all: the price of an empty seat was too low
                small.set_phase(phase_one=False)
                continue
            return optimum
        small.set_phase(phase_one=True)


def _sift(small: _Restricted, remaining: Callable[[], float]) -> LinearOptimum:
    model = small.model
    cost = np.zeros(model.size) if small.phase_one else model.cost
    while True:
        ending = run(small.solver, remaining())
        solution = small.solver.getSolution()
        inside = np.asarray(solution.col_value)
        values = inside[small.where] if len(inside) else np.zeros(len(small.columns))
        shortfall = float(inside[small.elastic_place].sum()) if len(inside) else 0.0
        duals = np.zeros(model.rows)
        if ending is Ending.OPTIMAL:
            duals[small.rows] = -np.asarray(solution.row_dual)
        reduced = model.priced(duals) - model.cost + cost
        points = -float(small.solver.getInfo().objective_function_value)
        if ending is not Ending.OPTIMAL:
            return LinearOptimum(points, duals, reduced, small.columns, values, shortfall, complete=False)
        broken = _broken_rows(small, values)
        helpful = _helpful_columns(small, reduced)
        if not len(broken) and not len(helpful):
            return LinearOptimum(points, duals, reduced, small.columns, values, shortfall, complete=True)
        if len(broken):
            small.add_rows(broken)
        if len(helpful):
            small.add_columns(helpful)


def _broken_rows(small: _Restricted, values: FloatArray) -> IntArray:
    m = small.model
    used = values > 1e-9
    activity = m.activity(small.columns[used], values[used])
    broken = small.wanted & (small.row_place < 0)
    broken &= (activity > m.high + _ROW_TOLERANCE) | (activity < m.low - _ROW_TOLERANCE)
    return np.flatnonzero(broken)


def _helpful_columns(small: _Restricted, reduced: FloatArray) -> IntArray:
    helpful = np.flatnonzero(~small.held & (reduced > _PRICE_TOLERANCE))
    most = max(400, len(small.columns) // 2)
    if len(helpful) > most:
        helpful = helpful[np.argpartition(-reduced[helpful], most)[:most]]
        helpful.sort()
    return helpful


def _first_columns(model: Model) -> IntArray:
    """The best few of each seat and each demand: about a tenth of a large pool."""
    m = model
    rows = np.flatnonzero((m.low > 0) & np.isin(m.kind, (RowKind.SEATS, RowKind.LABEL)))
    places = np.full(m.rows, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    owner = np.repeat(np.arange(m.size), np.diff(m.matrix.start))
    local = places[m.matrix.row]
    hit = (local >= 0) & (owner < m.binaries)
    local, owner = local[hit], owner[hit]
    order = np.lexsort((owner, -m.cost[owner], local))
    local, owner = local[order], owner[order]
    begin = np.searchsorted(local, np.arange(len(rows)))
    rank = np.arange(len(local)) - begin[local]
    keep = rank < 8 * m.low[rows][local] + 12
    return np.unique(owner[keep])
