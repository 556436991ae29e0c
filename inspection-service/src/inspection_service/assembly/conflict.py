"""Why a round cannot be manned: demands that together cannot hold, and of which none can be left out.

First by linear programming (fast; finds nearly every conflict), then with whole people: a demand stays only if a lawful
assignment exists without it.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.highs import Ending, minimise
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.progress import Run, Stage
from inspection_service.assembly.restricted import RestrictedProgram
from inspection_service.assembly.search import sub_program
from inspection_service.assembly.sifting import SHORTFALL_TOLERANCE, LinearOptimum, sift

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_SUPPORT = 1e-7


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


def find_conflict(model: Model, linear: LinearOptimum, run: Run) -> Conflict:
    """A minimal conflict of an infeasible model; ``linear`` is its relaxation as ``solve_linear`` left it."""
    run.enter(Stage.EXPLAINING)
    tests = _Tests(model, linear, run)
    try:
        if linear.shortfall > SHORTFALL_TOLERANCE:
            tests.shrink_linearly(_support(model, linear))
        else:
            tests.core = np.flatnonzero(model.kind <= RowKind.UNIT)
        tests.shrink_in_whole_people()
    except _OutOfTimeError:
        return Conflict(tests.core, is_minimal=False)
    return Conflict(tests.core, is_minimal=True)


def _support(model: Model, certificate: LinearOptimum) -> IntArray:
    return np.flatnonzero((np.abs(certificate.duals) > _SUPPORT) & (model.kind <= RowKind.UNIT))


@dataclass
class _Tests:
    """The shrinking conflict and the ways to test what is left of it."""

    model: Model
    linear: LinearOptimum
    run: Run
    core: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def shrink_linearly(self, core: IntArray) -> None:
        """Deletion filter on the relaxation; each infeasible test also throws out what its certificate spares."""
        model = self.model
        self.core = core
        wanted = model.kind > RowKind.UNIT
        wanted[core] = True
        small = RestrictedProgram(model, 1.0, wanted, phase_one=True)
        small.add_columns(self.linear.columns)
        small.add_rows(np.flatnonzero(wanted & (model.low > 0)))
        for row in self._in_order_of_doubt(core):
            if row not in self.core:
                continue
            one = np.asarray([row])
            small.free(one)
            optimum = sift(small, self.run.remaining)
            if not optimum.complete:
                raise _OutOfTimeError
            if optimum.shortfall <= SHORTFALL_TOLERANCE:
                small.bind(one)
            else:
                left = np.intersect1d(_support(model, optimum), self.core)
                small.free(np.setdiff1d(self.core, left))
                self.core = left

    def _in_order_of_doubt(self, rows: IntArray) -> list[int]:
        """Caps on one unit in one team first: they are the hardest to explain."""
        doubt = {RowKind.TEAM_UNIT: 0, RowKind.UNIT: 1, RowKind.LABEL: 2, RowKind.SEATS: 3}
        return sorted(rows.tolist(), key=lambda row: (doubt[RowKind(int(self.model.kind[row]))], row))

    def shrink_in_whole_people(self) -> None:
        """Delta debugging with integer tests: whole groups first, then halves, then single demands."""
        for group in self._groups():
            self._shrink_group(group)

    def _groups(self) -> list[IntArray]:
        if len(self.core) <= 60:
            return [np.asarray([row]) for row in self._in_order_of_doubt(self.core)]
        kind, team = self.model.kind[self.core], self.model.first[self.core]
        groups = [self.core[kind == RowKind.TEAM_UNIT], self.core[kind == RowKind.UNIT]]
        of_team = (kind == RowKind.SEATS) | (kind == RowKind.LABEL)
        groups += [self.core[of_team & (team == t)] for t in np.unique(team[of_team])]
        return [group for group in groups if len(group)]

    def _shrink_group(self, group: IntArray) -> None:
        group = np.intersect1d(group, self.core)
        if not len(group):
            return
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
        rows = model.kind > RowKind.UNIT
        rows[demands] = True
        asking = np.zeros(model.rows, dtype=bool)
        asking[demands] = model.low[demands] > 0
        useful = np.add.reduceat(np.append(asking[model.matrix.row], False), model.matrix.start[:-1]) > 0
        useful &= np.diff(model.matrix.start) > 0
        useful[model.binaries :] = True
        near = useful & (self.linear.reduced > -1.0) | np.isin(np.arange(model.size), self.linear.columns) & useful
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
