"""The small linear program that sifting grows inside HiGHS: some rows and columns of the model, kept warm."""

from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

from inspection_service.assembly.highs import must, new_solver
from inspection_service.assembly.model import Model

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass
class RestrictedProgram:
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

    def grow(self, model: Model) -> None:
        """Go on with a model that has more columns at its end."""
        self.held = np.concatenate((self.held, np.zeros(model.size - self.model.size, dtype=bool)))
        self.model = model

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

    def free(self, rows: IntArray) -> None:
        """Let rows take any value."""
        self.wanted[rows] = False
        for place in self.row_place[rows[self.row_place[rows] >= 0]].tolist():
            must(self.solver.changeRowBounds(place, -np.inf, np.inf), "a freed row")

    def bind(self, rows: IntArray) -> None:
        """Put freed rows back into force."""
        self.wanted[rows] = True
        for row in rows[self.row_place[rows] >= 0].tolist():
            must(
                self.solver.changeRowBounds(int(self.row_place[row]), self.model.low[row], self.model.high[row]),
                "a restored row",
            )
