"""Impossible by counting: more people of a kind are asked for than there can be.

All teams together may ask for more than the home units may lend; one team for more than the units may send into it; or
one team for more of two kinds than it has seats, because too few people are of both. These are the commonest reasons
why a round cannot be manned, and one pass over the pool finds them: before there is a model, and far sooner than linear
programming, which finds all others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.reading import LIMIT

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Shortage:
    """People of one kind whom the teams ask for, and the home units whose caps leave too few of them."""

    kind: RowKind
    """Whether ``names`` are roles (SEATS) or labels (LABEL)."""
    names: tuple[int, ...]
    capped_units: IntArray
    """Units with more such people than they may lend."""
    team: int | None = None
    """The team that asks; None: all together."""
    capped_in_team: IntArray | None = None
    """Units with more such people than may sit in the team together."""
    seats_too: bool = False
    """Whether the team's number of seats is part of the reason."""

    def rows(self, model: Model) -> IntArray:
        """The demands of the instance's model that together cannot hold."""
        m = model
        mine = np.ones(m.rows, dtype=bool) if self.team is None else m.first == self.team
        rows = mine & (m.kind == self.kind) & np.isin(m.second, self.names) & (m.low > 0)
        rows |= (m.kind == RowKind.UNIT) & np.isin(m.first, self.capped_units)
        if self.capped_in_team is not None:
            rows |= mine & (m.kind == RowKind.TEAM_UNIT) & np.isin(m.second, self.capped_in_team)
        if self.seats_too:
            rows |= mine & (m.kind == RowKind.SEATS)
        return np.flatnonzero(rows)


def find_shortage(instance: Instance) -> Shortage | None:
    """The shortage of fewest demands; None if counting finds none, which says nothing about other reasons."""
    i = instance
    wanted = _wanted(i)
    if wanted is None:
        return None  # a demand that contradicts itself says more
    asked_of = {RowKind.SEATS: i.seats, RowKind.LABEL: wanted}
    fits_any = {kind: np.zeros((asked.shape[1], len(i.person_ids)), dtype=bool) for kind, asked in asked_of.items()}
    found: list[tuple[int, Shortage]] = []
    for team in range(len(i.team_ids)):
        fits_of = _who_fits(i, team, wanted.shape[1])
        for kind, asked in asked_of.items():
            names = np.flatnonzero(asked[team] > 0)
            fits_any[kind][names] |= fits_of[kind][names]
            found += _of_one_team(i, kind, team, asked[team], fits_of[kind])
        found += _of_two_labels(i, team, wanted[team], fits_of[RowKind.LABEL])
    for kind, asked in asked_of.items():
        found += _of_all_teams(i, kind, asked, fits_any[kind])
    return min(found, key=lambda one: one[0])[1] if found else None


def _wanted(instance: Instance) -> IntArray | None:
    """How many of each label every team wants at least; None where one also wants fewer."""
    wanted = np.zeros((len(instance.team_ids), max(1, len(instance.label_names))), dtype=np.int64)
    most = np.full_like(wanted, LIMIT)
    for bound in instance.bounds:
        at = bound.team, bound.label
        wanted[at] = max(wanted[at], bound.at_least)
        most[at] = most[at] if bound.at_most is None else min(most[at], bound.at_most)
    return None if (wanted > most).any() else wanted


def _who_fits(i: Instance, team: int, labels: int) -> dict[RowKind, BoolArray]:
    """By name and person: who could sit in the team in a role, who there carries a label. Columns lie team by team."""
    c = i.columns
    begin, end = np.searchsorted(c.team, (team, team + 1)).tolist()
    person, start = c.person[begin:end], c.label_start[begin : end + 1]
    of_role = np.zeros((i.seats.shape[1], len(i.person_ids)), dtype=bool)
    of_role[c.role[begin:end], person] = True
    of_label = np.zeros((labels, len(i.person_ids)), dtype=bool)
    of_label[c.label[start[0] : start[-1]], np.repeat(person, np.diff(start))] = True
    return {RowKind.SEATS: of_role, RowKind.LABEL: of_label}


def _of_all_teams(i: Instance, kind: RowKind, asked: IntArray, fits: BoolArray) -> Iterator[tuple[int, Shortage]]:
    """All teams together ask for more of a kind than the units may lend."""
    for name in np.flatnonzero(asked.sum(axis=0) > 0).tolist():
        there = np.bincount(i.home_unit[fits[name]], minlength=len(i.unit_names))
        if asked[:, name].sum() > np.minimum(there, i.unit_cap).sum():
            capped = np.flatnonzero(there > i.unit_cap)
            yield int((asked[:, name] > 0).sum()) + len(capped), Shortage(kind, (name,), capped)


def _of_one_team(
    i: Instance, kind: RowKind, team: int, asked: IntArray, fits: BoolArray
) -> Iterator[tuple[int, Shortage]]:
    """The team asks for more of a kind than the units may send into it."""
    cap = int(i.team_unit_cap[team])
    most = np.minimum(i.unit_cap, cap)
    for name in np.flatnonzero(asked > 0).tolist():
        there = np.bincount(i.home_unit[fits[name]], minlength=len(i.unit_names))
        if asked[name] > np.minimum(there, most).sum():
            capped = there > most
            by_team, by_unit = np.flatnonzero(capped & (most == cap)), np.flatnonzero(capped & (most < cap))
            yield 1 + int(capped.sum()), Shortage(kind, (name,), by_unit, team, by_team)


def _of_two_labels(i: Instance, team: int, wanted: IntArray, fits: BoolArray) -> Iterator[tuple[int, Shortage]]:
    """The team asks for more of two labels than it has seats, and too few people carry both."""
    seats = int(i.seats[team].sum())
    for one, other in combinations(np.flatnonzero(wanted > 0).tolist(), 2):
        both = int(wanted[one] + wanted[other]) - seats
        if both > 0 and both > int((fits[one] & fits[other]).sum()):
            shortage = Shortage(RowKind.LABEL, (one, other), _NOBODY, team, seats_too=True)
            yield 2 + i.seats.shape[1], shortage
