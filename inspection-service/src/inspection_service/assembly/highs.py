"""The one place that talks to HiGHS. Imported in worker processes only; every unexpected answer is an error."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from chassis.errors import Text

from inspection_service.assembly.errors import SolverFailed

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

VERSION = f"HiGHS {highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


class Ending(StrEnum):
    """The only endings of a run that mean something here."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"
    SPENT = "spent"
    """As much was searched as was allowed: a limit in which no clock has a say."""


_ENDINGS = {
    highspy.HighsModelStatus.kOptimal: Ending.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Ending.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Ending.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Ending.STOPPED,
    highspy.HighsModelStatus.kInterrupt: Ending.STOPPED,
    highspy.HighsModelStatus.kSolutionLimit: Ending.SPENT,
}


def new_solver() -> highspy.Highs:
    """A silent solver on one thread: the thread count is fixed per process, and answers must not depend on it."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy leaves its constructor unannotated
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        must(solver.setOptionValue(option, value), f"setting {option}")
    return solver


def must(status: highspy.HighsStatus, what: str) -> None:
    """Raise SolverFailed unless HiGHS says the call went well."""
    if status != highspy.HighsStatus.kOk:
        raise SolverFailed(Text(f"求解器拒绝：{what}", f"the solver refused {what}"), members={"solver": VERSION})


def run(solver: highspy.Highs, time_limit: float) -> Ending:
    """Solve what was passed, at most this many seconds from now.

    Raises SolverFailed for any status that proves nothing (``Notset``, ``Unknown``, a solve error, …).
    """
    # HiGHS counts its run time over all solves of one object.
    must(solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, time_limit)), "setting time_limit")
    status = solver.run()
    model_status = solver.getModelStatus()
    ending = _ENDINGS.get(model_status)
    if status == highspy.HighsStatus.kError or ending is None:
        said = solver.modelStatusToString(model_status)
        raise SolverFailed(
            Text(f"求解器返回意外状态：{said}", f"the solver ended with an unexpected status: {said}"),
            members={"solver": VERSION, "solver_status": said},
        )
    return ending


@dataclass(frozen=True)
class Program:
    """A mixed-integer program to minimise, by compressed columns; the first ``binaries`` columns are binary.

    ``least`` are lower limits of the columns; None means 0 for all.
    """

    cost: FloatArray
    upper: FloatArray
    low: FloatArray
    high: FloatArray
    start: IntArray
    index: IntArray
    value: FloatArray
    binaries: int
    least: FloatArray | None = None

    def with_row(self, weights: FloatArray, low: float) -> "Program":
        """The program with one more row: the columns weighed like this are worth at least ``low``."""
        weighs = weights != 0
        at = self.start[1:][weighs]
        return replace(
            self,
            low=np.append(self.low, low),
            high=np.append(self.high, np.inf),
            start=self.start + np.concatenate(([0], np.cumsum(weighs))),
            index=np.insert(self.index, at, len(self.low)),
            value=np.insert(self.value, at, weights[weighs]),
        )


def pass_program(solver: highspy.Highs, program: Program) -> None:
    """Hand a program over."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.low)
    lp.col_cost_ = program.cost
    lp.col_lower_ = np.zeros(len(program.cost)) if program.least is None else program.least
    lp.col_upper_ = program.upper
    lp.row_lower_ = program.low
    lp.row_upper_ = program.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.start
    lp.a_matrix_.index_ = program.index
    lp.a_matrix_.value_ = program.value
    kinds = highspy.HighsVarType
    if program.binaries:
        rest = len(program.cost) - program.binaries
        lp.integrality_ = [kinds.kInteger] * program.binaries + [kinds.kContinuous] * rest
    must(solver.passModel(lp), "the model")


@dataclass(frozen=True)
class Answer:
    """How a mixed-integer run ended. ``values`` is None when no solution is known; ``bound`` is a proven minimum."""

    ending: Ending
    values: FloatArray | None
    bound: float


Watch = Callable[[float, float, FloatArray | None], bool]
"""Called with (best known, proven bound, new solution or None) while solving; True asks to stop."""


def minimise(
    program: Program,
    *,
    time_limit: float,
    absolute_gap: float,
    watch: Watch | None = None,
    first_guess: FloatArray | None = None,
    options: dict[str, Any] | None = None,
) -> Answer:
    """Solve a mixed-integer program; stops early only for the time limit or because ``watch`` asked.

    One without columns must have no row either.
    """
    if not len(program.cost):
        return Answer(Ending.OPTIMAL, np.zeros(0), 0.0)
    solver = new_solver()
    for option, value in {"mip_rel_gap": 0.0, "mip_abs_gap": absolute_gap, **(options or {})}.items():
        must(solver.setOptionValue(option, value), f"setting {option}")
    pass_program(solver, program)
    if first_guess is not None:
        guess = highspy.HighsSolution()
        guess.col_value = first_guess.tolist()
        must(solver.setSolution(guess), "the first guess")
    if watch is not None:
        _watch_over(solver, watch)
    ending = run(solver, time_limit)
    info = solver.getInfo()
    known = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.asarray(solver.getSolution().col_value) if known and ending is not Ending.INFEASIBLE else None
    if ending is Ending.OPTIMAL and values is None:
        raise SolverFailed(Text("求解器声称最优却没有解", "the solver claims an optimum but has no solution"))
    return Answer(ending, values, float(info.mip_dual_bound) if program.binaries else float("-inf"))


def _watch_over(solver: highspy.Highs, watch: Watch) -> None:
    kinds = highspy.cb.HighsCallbackType
    interrupt, improving = kinds.kCallbackMipInterrupt, kinds.kCallbackMipImprovingSolution

    def called(kind: Any, message: str, data: Any, reply: Any, _user: object) -> None:
        del message
        solution = np.array(data.mip_solution) if kind == improving else None
        if watch(float(data.mip_primal_bound), float(data.mip_dual_bound), solution) and reply is not None:
            reply.user_interrupt = True

    must(solver.setCallback(called, None), "the callback")
    for kind in (interrupt, improving):
        must(solver.startCallback(kind), "the callback")
