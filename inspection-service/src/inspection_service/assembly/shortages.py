"""Impossible by counting: all teams together ask for more people of one kind than the home units may lend.

The commonest reason why a round cannot be manned, and one pass over the pool finds it: far sooner than linear
programming, which finds all others.
"""

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.model import Model, RowKind

IntArray = npt.NDArray[np.int64]


def find_shortage(model: Model) -> IntArray | None:
    """Demands that together cannot hold: seats of one role, or people of one label, and the caps of home units.

    The smallest such set; None if counting finds none, which says nothing about other reasons.
    """
    i = model.instance
    asking = np.flatnonzero((model.kind <= RowKind.LABEL) & (model.low > 0))
    roles = len(i.role_names)
    kind = np.where(model.kind[asking] == RowKind.LABEL, roles, 0) + model.second[asking]
    kinds = roles + len(i.label_names)
    need = np.bincount(kind, weights=model.low[asking], minlength=kinds)
    fits = _who_fits(model, asking, kind, kinds)
    found: IntArray | None = None
    for wanted in np.flatnonzero(need > 0):
        there = np.bincount(i.home_unit[fits[wanted]], minlength=len(i.unit_names))
        if need[wanted] <= np.minimum(there, i.unit_cap).sum():
            continue
        capped = (model.kind == RowKind.UNIT) & np.isin(model.first, np.flatnonzero(there > i.unit_cap))
        rows = np.sort(np.concatenate((asking[kind == wanted], np.flatnonzero(capped))))
        if found is None or len(rows) < len(found):
            found = rows
    return found


def _who_fits(model: Model, asking: IntArray, kind: IntArray, kinds: int) -> npt.NDArray[np.bool_]:
    """By kind and person: whether the person could meet one of the demands of that kind."""
    kind_of = np.full(model.rows, -1, dtype=np.int64)
    kind_of[asking] = kind
    start = model.matrix.start[: model.binaries + 1]
    kinds_met = kind_of[model.matrix.row[: start[-1]]]
    person = np.repeat(model.instance.columns.person, np.diff(start))
    hit = kinds_met >= 0
    fits = np.zeros((kinds, len(model.instance.person_ids)), dtype=bool)
    fits[kinds_met[hit], person[hit]] = True
    return fits
