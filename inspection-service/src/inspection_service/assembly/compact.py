"""A smaller model with the same answer to one question: can these demands be met?"""

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.model import Matrix, Model, RowKind

IntArray = npt.NDArray[np.int64]


def compact(model: Model, demands: IntArray) -> tuple[Model, IntArray]:
    """The model reduced to some demands and the rules that always hold, and the old number of each of its rows.

    A person who meets none of the demands is of no use to them, points do not matter, and of columns that enter the
    same rows one is enough.
    """
    kept_row = (model.kind == RowKind.PERSON) | (model.kind == RowKind.TOGETHER)
    kept_row[demands] = True
    asking = np.zeros(model.rows, dtype=bool)
    asking[demands] = model.low[demands] > 0
    matrix = model.matrix
    owner = np.repeat(np.arange(model.size), np.diff(matrix.start))
    useful = np.zeros(model.size, dtype=bool)
    useful[owner[asking[matrix.row]]] = True
    # Seats lent over quota: the cap holds through their limit.
    useful[owner[kept_row[matrix.row] & (matrix.value < 0) & (owner >= model.binaries)]] = True
    columns = _one_of_each(model, np.flatnonzero(useful), kept_row)
    positions, begin = matrix.entries(columns)
    touched = np.zeros(model.rows, dtype=bool)
    touched[matrix.row[positions]] = True
    touched[demands] = True
    rows = np.flatnonzero(kept_row & touched)
    place = np.full(model.rows, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    inside = place[matrix.row[positions]] >= 0
    start = np.concatenate(([0], np.cumsum(inside)))[begin]
    small = Model(
        instance=model.instance,
        kind=model.kind[rows],
        first=model.first[rows],
        second=model.second[rows],
        low=model.low[rows],
        high=model.high[rows],
        cost=np.zeros(len(columns)),
        upper=model.upper[columns],
        matrix=Matrix(start, place[matrix.row[positions][inside]], matrix.value[positions][inside]),
        binaries=int((columns < model.binaries).sum()),
    )
    return small, rows


def _one_of_each(model: Model, columns: IntArray, kept_row: npt.NDArray[np.bool_]) -> IntArray:
    """Drop columns that enter the same kept rows as an earlier one; rows are told apart by two random 64-bit sums."""
    tickets = np.random.default_rng(0).integers(1, 2**63, size=(2, model.rows), dtype=np.uint64)
    positions, begin = model.matrix.entries(columns)
    row = model.matrix.row[positions]
    marks = np.where(kept_row[row], tickets[:, row], np.uint64(0))
    sums = np.concatenate((np.zeros((2, 1), dtype=np.uint64), np.cumsum(marks, axis=1, dtype=np.uint64)), axis=1)
    signature = sums[:, begin[1:]] - sums[:, begin[:-1]]
    # A person with a single eligible triple has no row of the kind "sits once": the person is part of the signature.
    person = np.zeros(len(columns), dtype=np.uint64)
    binary = columns < model.binaries
    person[binary] = model.instance.columns.person[columns[binary]].astype(np.uint64) + np.uint64(1)
    person[~binary] = np.uint64(2**40) + columns[~binary].astype(np.uint64)
    _, first = np.unique(np.vstack((signature, person)), axis=1, return_index=True)
    result: IntArray = columns[np.sort(first)]
    return result
