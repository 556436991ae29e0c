"""Impossible by counting: all teams together ask for more people of one kind than the home units may lend.

The commonest reason why a round cannot be manned, and one pass over the pool finds it: before there is a model, and far
sooner than linear programming, which finds all others.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.reading import LIMIT

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shortage:
    """People of one kind whom all teams ask for, and the home units whose caps leave too few of them."""

    kind: RowKind
    """Whether ``name`` is a role (SEATS) or a label (LABEL)."""
    name: int
    capped_units: IntArray

    def rows(self, model: Model) -> IntArray:
        """The demands of the instance's model that together cannot hold."""
        asking = (model.kind == self.kind) & (model.second == self.name) & (model.low > 0)
        capped = (model.kind == RowKind.UNIT) & np.isin(model.first, self.capped_units)
        return np.flatnonzero(asking | capped)


def find_shortage(instance: Instance) -> Shortage | None:
    """The shortage of fewest demands; None if counting finds none, which says nothing about other reasons."""
    i, c = instance, instance.columns
    labels = max(1, len(i.label_names))
    wanted = np.zeros((len(i.team_ids), labels), dtype=np.int64)
    most = np.full_like(wanted, LIMIT)
    for bound in i.bounds:
        at = bound.team, bound.label
        wanted[at] = max(wanted[at], bound.at_least)
        most[at] = most[at] if bound.at_most is None else min(most[at], bound.at_most)
    if (wanted > most).any():
        return None  # a demand that contradicts itself says more
    roles = i.seats.shape[1]
    of_role = _who_fits(i.seats, c.team * roles + c.role, c.role, c.person, len(i.person_ids))
    owner = c.label_owner
    of_label = _who_fits(wanted, c.team[owner] * labels + c.label, c.label, c.person[owner], len(i.person_ids))
    found: list[tuple[int, Shortage]] = []
    for kind, asked, fits in ((RowKind.SEATS, i.seats, of_role), (RowKind.LABEL, wanted, of_label)):
        for name in np.flatnonzero(asked.sum(axis=0) > 0).tolist():
            there = np.bincount(i.home_unit[fits[name]], minlength=len(i.unit_names))
            if asked[:, name].sum() > np.minimum(there, i.unit_cap).sum():
                capped = np.flatnonzero(there > i.unit_cap)
                found.append((int((asked[:, name] > 0).sum()) + len(capped), Shortage(kind, name, capped)))
    return min(found, key=lambda one: one[0])[1] if found else None


def _who_fits(asked: IntArray, place: IntArray, name: IntArray, person: IntArray, people: int) -> npt.NDArray[np.bool_]:
    """By name and person: whether the person could meet a demand of that name; ``place`` is where in ``asked``."""
    hit = (asked > 0).ravel()[place]
    fits = np.zeros((asked.shape[1], people), dtype=bool)
    fits[name[hit], person[hit]] = True
    return fits
