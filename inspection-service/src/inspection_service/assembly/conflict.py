"""Why a round cannot be manned: demands that together cannot hold, and of which none can be left out.

First by linear programming (fast; finds nearly every conflict), then with whole people: a demand stays only if a lawful
assignment exists without it.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.compact import compact
from inspection_service.assembly.highs import Ending, minimise
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.progress import Run, Stage
from inspection_service.assembly.restricted import RestrictedProgram
from inspection_service.assembly.search import sub_program
from inspection_service.assembly.sifting import SHORTFALL_TOLERANCE, LinearOptimum, first_columns, sift

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_SUPPORT = 1e-7
_WHOLE = 1e-6
_FEW = 60
"""Conflicts of at most this many rows are shrunk row by row; larger ones first by whole groups."""


@dataclass(frozen=True)
class Conflict:
    """Demand rows of the model. ``is_minimal`` False: time ran out before every row was shown to be needed."""

    rows: IntArray
    is_minimal: bool


class _OutOfTimeError(Exception):
    """The run ended while a test was under way."""


def find_contradiction(model: Model) -> Conflict:
    """A single demand that contradicts itself (at least three, at most two)."""
    return Conflict(np.flatnonzero(model.low > model.high)[:1], is_minimal=True)


def certified(model: Model, linear: LinearOptimum) -> IntArray:
    """The demands that ``linear`` proves to be impossible together; all of them where it proves nothing."""
    is_proof = linear.shortfall > SHORTFALL_TOLERANCE
    return _support(model, linear) if is_proof else np.flatnonzero(_is_demand(model))


def find_conflict(model: Model, demands: IntArray, run: Run, *, is_linear: bool) -> Conflict:
    """A minimal conflict among demands that cannot hold together.

    ``is_linear``: not even with parts of people; where it is False, whole people are tried from the beginning.
    """
    run.enter(Stage.EXPLAINING)
    small, rows = compact(model, demands)
    tests = _Tests(small, run)
    try:
        if is_linear:
            tests.shrink_linearly()
        tests.shrink_in_whole_people()
    except _OutOfTimeError:
        return Conflict(rows[tests.core], is_minimal=False)
    return Conflict(rows[tests.core], is_minimal=True)


def _is_demand(model: Model) -> BoolArray:
    return np.asarray(model.kind <= RowKind.UNIT)


def _support(model: Model, certificate: LinearOptimum) -> IntArray:
    return np.flatnonzero((np.abs(certificate.duals) > _SUPPORT) & _is_demand(model))


@dataclass
class _Tests:
    """The shrinking conflict and the ways to test what is left of it."""

    model: Model
    run: Run
    core: IntArray = field(init=False)
    needed: set[int] = field(default_factory=set)
    """Rows known to be needed: a lawful assignment without them was seen."""
    near: BoolArray = field(init=False)
    """Columns the linear tests found useful: whole-people tests look there first."""

    def __post_init__(self) -> None:
        self.core = np.flatnonzero(_is_demand(self.model))
        self.near = np.zeros(self.model.size, dtype=bool)
        self.near[first_columns(self.model)] = True

    def shrink_linearly(self) -> None:
        """Deletion filter on the relaxation; each infeasible test also throws out what its certificate spares."""
        model = self.model
        small = RestrictedProgram(model, 1.0, np.ones(model.rows, dtype=bool), phase_one=True)
        small.add_columns(np.flatnonzero(self.near))
        small.add_rows(np.flatnonzero(model.low > 0))
        for row in self._in_order_of_doubt(self.core):
            if row not in self.core:
                continue
            one = np.asarray([row])
            small.free(one)
            optimum = sift(small, self.run.remaining)
            if not optimum.complete:
                raise _OutOfTimeError
            self.near[optimum.columns] = True
            if optimum.shortfall > SHORTFALL_TOLERANCE:
                left = np.intersect1d(_support(model, optimum), self.core)
                small.free(np.setdiff1d(self.core, left))
                self.core = left
                continue
            small.bind(one)
            if self._is_whole(optimum.columns, optimum.values):
                self.needed.add(row)

    def _is_whole(self, columns: IntArray, values: FloatArray) -> bool:
        binary = values[columns < self.model.binaries]
        return bool(np.all(np.abs(binary - np.round(binary)) < _WHOLE))

    def _in_order_of_doubt(self, rows: IntArray) -> list[int]:
        """Caps on one unit in one team first: they are the hardest to explain."""
        doubt = {RowKind.TEAM_UNIT: 0, RowKind.UNIT: 1, RowKind.LABEL: 2, RowKind.SEATS: 3}
        return sorted(rows.tolist(), key=lambda row: (doubt[RowKind(int(self.model.kind[row]))], row))

    def shrink_in_whole_people(self) -> None:
        """Delta debugging with integer tests: whole groups first, then halves, then single demands."""
        for group in self._groups():
            self._shrink_group(group)

    def _groups(self) -> list[IntArray]:
        doubtful = np.setdiff1d(self.core, np.asarray(sorted(self.needed), dtype=np.int64))
        if len(doubtful) <= _FEW:
            return [np.asarray([row]) for row in self._in_order_of_doubt(doubtful)]
        kind, team = self.model.kind[doubtful], self.model.first[doubtful]
        groups = [doubtful[kind == RowKind.TEAM_UNIT], doubtful[kind == RowKind.UNIT]]
        of_team = (kind == RowKind.SEATS) | (kind == RowKind.LABEL)
        groups += [doubtful[of_team & (team == t)] for t in np.unique(team[of_team])]
        return [group for group in groups if len(group)]

    def _shrink_group(self, group: IntArray) -> None:
        rest = np.setdiff1d(self.core, group)
        if not self._can_be_manned(rest):
            self.core = rest
        elif len(group) > 1:
            middle = len(group) // 2
            self._shrink_group(group[:middle])
            self._shrink_group(group[middle:])

    def _can_be_manned(self, demands: IntArray) -> bool:
        """Whether whole people can meet these demands (and all rules that always hold)."""
        model = self.model
        rows = ~_is_demand(model)
        rows[demands] = True
        asking = np.zeros(model.rows, dtype=bool)
        asking[demands] = model.low[demands] > 0
        useful = np.arange(model.size) >= model.binaries
        owner = np.repeat(np.arange(model.size), np.diff(model.matrix.start))
        useful[owner[asking[model.matrix.row]]] = True
        near = useful & (self.near | (np.arange(model.size) >= model.binaries))
        return self._solves(near, rows) or (bool((near != useful).any()) and self._solves(useful, rows))

    def _solves(self, mask: BoolArray, rows: BoolArray) -> bool:
        columns = np.flatnonzero(mask)
        program = sub_program(self.model, columns, np.zeros(len(columns)), rows)
        if not len(columns):
            return not bool((program.low > 0).any())
        answer = minimise(
            program,
            time_limit=self.run.remaining(),
            absolute_gap=0.5,
            watch=lambda _known, _bound, _solution: self.run.is_over(),
        )
        if answer.ending is Ending.STOPPED and answer.values is None:
            raise _OutOfTimeError
        return answer.ending is not Ending.INFEASIBLE
