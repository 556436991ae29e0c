"""Lots decide between equally good proposals: of all with the points of the optimum, the one with the most lots.

A second integer program after the points are proven. How far it searches is counted in nodes and never by the clock, so
that the same round gives the same teams on every machine; where that is not far enough to be sure, the answer says so
(``is_drawn``), and the teams are the best draw seen.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.draw import lots
from inspection_service.assembly.highs import Ending, minimise
from inspection_service.assembly.model import Model
from inspection_service.assembly.progress import Run
from inspection_service.assembly.search import BEYOND, Found, completed, points_of, promising, sub_program
from inspection_service.assembly.sifting import LinearOptimum

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_MOST_COLUMNS = 20_000
"""Columns of a draw at most: of more, those with the highest lots (where nearly everybody is equal to everybody)."""

_EXACT = 0.5
"""Lots are whole numbers: a sum this near to the bound is the largest."""

_SEARCH = {
    "mip_max_nodes": 100,
    # The proposal in hand is a start, and better ones come out of the tree: looking for them aside costs more.
    "mip_allow_restart": False,
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


def draw(model: Model, linear: LinearOptimum, found: Found, run: Run, salt: str) -> Found:
    """The proven optimum ``found``, or another with the same points and more lots.

    Every column that an equally good proposal could use takes part: none of them loses more than the distance between
    the linear optimum and these points. Points with fractions carry no lots; a draw that the clock interrupts counts
    for nothing.
    """
    if not found.is_proven or found.taken is None or not model.instance.is_integral:
        return found
    columns = promising(model, linear, linear.points - found.points + BEYOND, found.taken)
    drawn = lots(model, columns, salt)
    is_whole = len(columns) <= _MOST_COLUMNS
    if not is_whole:
        columns, drawn = _highest(model, columns, drawn, found.taken)
    program = sub_program(model, columns, -drawn).with_row(model.cost[columns], found.points)
    answer = minimise(
        program,
        time_limit=run.remaining(),
        absolute_gap=_EXACT,
        watch=lambda _known, _bound, _solution: run.is_over(),
        first_guess=completed(model, columns, found.taken),
        options=_SEARCH,
    )
    if answer.values is None or answer.ending is Ending.STOPPED:
        return found
    taken = columns[: program.binaries][answer.values[: program.binaries] > 0.5]
    if round(points_of(model, taken)) < found.points:
        return found  # a solver's tolerance is no reason to give points away
    return replace(found, taken=taken, is_drawn=is_whole and answer.ending is Ending.OPTIMAL)


def _highest(model: Model, columns: IntArray, drawn: FloatArray, taken: IntArray) -> tuple[IntArray, FloatArray]:
    """The columns with the highest lots, those taken and the auxiliary ones."""
    keep = (columns >= model.binaries) | np.isin(columns, taken)
    keep |= drawn > np.partition(drawn, -_MOST_COLUMNS)[-_MOST_COLUMNS]
    return columns[keep], drawn[keep]
