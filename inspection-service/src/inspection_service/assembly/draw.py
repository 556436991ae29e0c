"""The auditable draw between equally good proposals: fix the optimum, minimise a salted hash of every seat.

The salt comes from outside (round, rules and run number), so nobody can draw again until the result suits.
"""

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.highs import Ending, Program, minimise
from inspection_service.assembly.model import Model
from inspection_service.assembly.progress import Run
from inspection_service.assembly.search import Found, completed, promising, sub_program
from inspection_service.assembly.sifting import LinearOptimum

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_PRICED = 1e-6
_NO_ROOM = 1e-6
_PATIENCE = 10.0
"""Seconds the draw may take at least (measured: 0.1 to 1); after that no longer than the proof took."""

_CLOSE = 0.02
"""How near the drawn sum of lots is to the least one. The last two hundredths can take ten times the rest and decide
nothing that matters: the salt fixes the answer, and whoever runs it again gets the same one."""

_LOT_BITS = 20
"""Wide enough that two sums hardly ever tie, narrow enough for exact double arithmetic in the solver."""


def lots(model: Model, columns: IntArray, salt: str) -> FloatArray:
    """The lot of each column: 20 bits of a hash of salt, person id, team id and role name."""
    i, c = model.instance, model.instance.columns
    drawn = np.zeros(len(columns))
    for at, column in enumerate(columns.tolist()):
        parts = (salt, i.person_ids[c.person[column]], i.team_ids[c.team[column]], i.role_names[c.role[column]])
        # Lengths are hashed too, so that no two seats share one text.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        drawn[at] = int.from_bytes(digest, "big") >> (64 - _LOT_BITS)
    return drawn


def draw(model: Model, linear: LinearOptimum, found: Found, run: Run, salt: str) -> IntArray | None:
    """The columns of the drawn optimum, or None when patience ran out before the draw was proven."""
    assert found.taken is not None
    room = linear.points - found.points
    columns = promising(model, linear, room + 1e-5, found.taken)
    binary = columns[columns < model.binaries]
    cost = np.concatenate((lots(model, binary, salt), np.zeros(len(columns) - len(binary))))
    if room < _NO_ROOM and model.pairs is None:
        program = _on_optimal_face(model, linear, columns, cost)
    else:
        program = _with_floor(sub_program(model, columns, cost), model.cost[columns], found.points)
    answer = minimise(
        program,
        time_limit=min(run.remaining(), max(_PATIENCE, run.seconds)),
        absolute_gap=0.5,
        watch=lambda _known, _bound, _solution: run.is_over(),
        first_guess=completed(model, columns, found.taken),
        options={"mip_rel_gap": _CLOSE},
    )
    if answer.ending is not Ending.OPTIMAL or answer.values is None:
        return None
    return binary[answer.values[: len(binary)] > 0.5]


def _on_optimal_face(model: Model, linear: LinearOptimum, columns: IntArray, cost: FloatArray) -> Program:
    """Where the linear optimum is reached, the optima are what complementary slackness leaves.

    Priced rows stand at the limit that is paid for, and columns that still gain are taken in full. This is far easier
    to solve than a row that adds up all points.
    """
    low = np.where(linear.duals > _PRICED, model.high, model.low)
    high = np.where(linear.duals < -_PRICED, model.low, model.high)
    least = np.where(linear.reduced[columns] > _PRICED, model.upper[columns], 0.0)
    return replace(sub_program(model, columns, cost, limits=(low, high)), least=least)


def _with_floor(program: Program, points: FloatArray, optimum: float) -> Program:
    """The program with one more row: points stay at the optimum."""
    tolerance = 1e-6 * max(1.0, abs(optimum)) if optimum != round(optimum) else 0.5
    row = len(program.low)
    lengths = np.diff(program.start)
    has = points != 0
    start = np.concatenate(([0], np.cumsum(lengths + has)))
    index = np.full(start[-1], row, dtype=np.int64)
    value = np.repeat(points, lengths + has)
    positions = np.repeat(start[:-1] - program.start[:-1], lengths) + np.arange(program.start[-1])
    index[positions] = program.index
    value[positions] = program.value
    return replace(
        program,
        low=np.append(program.low, optimum - tolerance),
        high=np.append(program.high, np.inf),
        start=start,
        index=index,
        value=value,
    )
