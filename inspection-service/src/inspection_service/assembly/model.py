"""The linear model of an instance: rows, their limits, and the sparse matrix of all columns. Solves nothing.

Maximise points. Columns 0..n-1 are the eligible triples (binary); the others are auxiliary (rewarded seats, seats lent
over quota, cooperating pairs) and follow from them.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.instance import Instance

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
INF = float("inf")


class RowKind(IntEnum):
    """What a row says; the first four can be named in a conflict."""

    SEATS = 0
    LABEL = 1
    TEAM_UNIT = 2
    UNIT = 3
    PERSON = 4
    TOGETHER = 5
    REWARD = 6
    PAIRS = 7
    CIRCLE = 8

    @property
    def is_demand(self) -> bool:
        """Whether it may stand in a conflict; the others always hold."""
        return self <= RowKind.UNIT


@dataclass(frozen=True)
class Matrix:
    """Compressed columns."""

    start: IntArray
    row: IntArray
    value: FloatArray

    def entries(self, columns: IntArray) -> tuple[IntArray, IntArray]:
        """Positions of the entries of these columns, and where each column's entries begin among them."""
        lengths = self.start[columns + 1] - self.start[columns]
        begin = np.concatenate(([0], np.cumsum(lengths)))
        positions = np.repeat(self.start[columns] - begin[:-1], lengths) + np.arange(begin[-1])
        return positions, begin


@dataclass(frozen=True)
class PairIndex:
    """Auxiliaries of possible (chief, other) pairs. A group is one person in one team, in whatever role."""

    column: IntArray
    chief: IntArray
    other: IntArray
    led_row: IntArray
    met_row: IntArray
    group: IntArray
    """Group of each binary column."""


@dataclass(frozen=True)
class Model:
    """All rows and all columns of an instance."""

    instance: Instance
    kind: IntArray
    first: IntArray
    second: IntArray
    low: FloatArray
    high: FloatArray
    cost: FloatArray
    """Points of each column."""
    upper: FloatArray
    matrix: Matrix
    binaries: int
    pairs: PairIndex | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.low)

    @property
    def size(self) -> int:
        """Number of columns, auxiliary ones included."""
        return len(self.cost)

    def with_circles(self, members: list[tuple[int, ...]], teams: list[int], points: list[float]) -> "Model":
        """The model with one more column per circle: the sum of its members' columns, and the circle's row."""
        base = int(np.flatnonzero(self.kind == RowKind.CIRCLE)[0])
        rows, values, lengths, cost = [], [], [], []
        for inside, team, more in zip(members, teams, points, strict=True):
            columns = np.asarray(inside, dtype=np.int64)
            positions, _ = self.matrix.entries(columns)
            touched, count = np.unique(np.append(self.matrix.row[positions], base + team), return_counts=True)
            rows.append(touched)
            values.append(count.astype(np.float64))
            lengths.append(len(touched))
            cost.append(float(self.cost[columns].sum()) + more)
        matrix = Matrix(
            np.concatenate((self.matrix.start, self.matrix.start[-1] + np.cumsum(lengths))),
            np.concatenate((self.matrix.row, *rows)),
            np.concatenate((self.matrix.value, *values)),
        )
        more_cost = np.concatenate((self.cost, cost))
        return replace(self, matrix=matrix, cost=more_cost, upper=np.concatenate((self.upper, np.ones(len(members)))))

    def priced(self, duals: FloatArray) -> FloatArray:
        """Points each column would add at these row prices (its reduced cost; positive is attractive)."""
        paid = duals[self.matrix.row]
        paid *= self.matrix.value
        result = self.cost.copy()
        held = self.matrix.start[1:] > self.matrix.start[:-1]
        if held.any():
            result[held] -= np.add.reduceat(paid, self.matrix.start[:-1][held])
        return result

    def activity(self, columns: IntArray, values: FloatArray) -> FloatArray:
        """Row sums of a solution given on some columns."""
        positions, begin = self.matrix.entries(columns)
        weights = np.repeat(values, np.diff(begin)) * self.matrix.value[positions]
        sums = np.bincount(self.matrix.row[positions], weights=weights, minlength=self.rows)
        return sums.astype(np.float64)
