"""Fits weights and calibration: ridge logistic regression over one-hot levels, then isotonic calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clue_service.matching.compare import Levels
from clue_service.matching.scoring import expand

Vector = npt.NDArray[np.float64]
_RIDGE = 2.0
_STEPS = 40
_MOST_KNOTS = 40


@dataclass(frozen=True)
class LabelledPair:
    """The levels of a compared pair and whether the two clues report the same matter; ``weight`` in pairs."""

    levels: Levels
    same: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Fit:
    """What a fit found, in log-odds."""

    intercept: float
    weights: dict[str, dict[str, float]]


def fit_weights(pairs: Sequence[LabelledPair], ridge: float = _RIDGE, prior: Fit | None = None) -> Fit:
    """Weights by Newton's method. Levels seen rarely stay near the prior's weights, without a prior near zero."""
    columns: dict[tuple[str, str], int] = {}
    tallies: dict[tuple[int, ...], list[float]] = {}
    for pair in pairs:
        pattern = tuple(columns.setdefault(item, len(columns)) for item in expand(pair.levels).items())
        tally = tallies.setdefault(pattern, [0.0, 0.0])
        tally[pair.same] += pair.weight
    width = len(columns)
    # Every pattern also has the constant column, the last one.
    patterns = np.array([(*pattern, width) for pattern in tallies], np.int32)
    penalty = np.full(width + 1, ridge)
    centre = np.zeros(width + 1)
    if prior is None:
        penalty[-1] = 1e-3
    else:
        centre[-1] = prior.intercept
        for (name, level), number in columns.items():
            centre[number] = prior.weights.get(name, {}).get(level, 0.0)
    solution = _newton(patterns, np.array(list(tallies.values())), penalty, centre)
    weights = {name: dict(levels) for name, levels in prior.weights.items()} if prior else {}
    for (name, level), number in columns.items():
        weights.setdefault(name, {})[level] = float(solution[number])
    return Fit(float(solution[-1]), _with_stronger_levels(weights))


# Levels that clues to fit on hardly show, and the next weaker ones, which they are worth at least as much as.
_STRONGER = {
    ("unit", "same_unit"): "same_kind_same_area", ("name", "same_identity"): "equal",
    ("wording", "c10"): "c9", ("content", "c10"): "c9",
}  # fmt: skip


def _with_stronger_levels(weights: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    for (field, level), weaker in _STRONGER.items():
        for name, levels in weights.items():
            if field not in name.split("*"):
                continue
            place = name.split("*").index(field)
            for known, weight in list(levels.items()):
                parts = known.split("*")
                if parts[place] == weaker:
                    parts[place] = level
                    levels["*".join(parts)] = max(levels.get("*".join(parts), weight), weight)
    return weights


def _newton(patterns: npt.NDArray[np.int32], tallies: Vector, penalty: Vector, centre: Vector) -> Vector:
    """Each row of ``patterns`` lists the columns that are 1; sums run over them, so memory stays small."""
    totals, positives = tallies.sum(axis=1), tallies[:, 1]
    width = len(penalty)
    solution = centre.copy()
    fields = range(patterns.shape[1])
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(solution[patterns].sum(axis=1), -35, 35)))
        surplus, spread = positives - totals * expected, totals * expected * (1 - expected)
        gradient = -penalty * (solution - centre)
        curvature = np.zeros(width * width)
        for one in fields:
            gradient += np.bincount(patterns[:, one], surplus, width)
            for other in fields:
                curvature += np.bincount(patterns[:, one] * width + patterns[:, other], spread, width * width)
        step = np.linalg.solve(curvature.reshape(width, width) + np.diag(penalty), gradient)
        length = float(np.abs(step).max())
        solution = solution + step * min(1.0, 4.0 / max(length, 1e-9))
        if length < 1e-3:
            break
    return solution


def isotonic(scores: Vector, truth: Vector, weights: Vector | None = None) -> tuple[tuple[float, float], ...]:
    """Calibration knots (score, probability) by pooling adjacent violators; the ends stay short of 0 and 1."""
    worth = np.ones(len(scores)) if weights is None else weights
    # Pairs of equal levels have one score: in whatever order they come, they are one point of the curve.
    points, places = np.unique(scores.round(6), return_inverse=True)
    totals, positives = np.bincount(places, worth, len(points)), np.bincount(places, worth * truth, len(points))
    blocks: list[list[float]] = []  # sum of scores, sum of truth, count
    for score, same, total in zip(points.tolist(), positives.tolist(), totals.tolist(), strict=True):
        blocks.append([score * total, same, total])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    # A block of few pairs is not certain: half a pair of either kind is added to each.
    knots = [(score / count, (same + 0.5 * (same > 0)) / (count + 1)) for score, same, count in blocks]
    return _thinned(_rising(knots))


def _rising(knots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    risen: list[tuple[float, float]] = []
    highest = 1e-4
    for score, probability in knots:
        highest = max(highest, min(probability, 1 - 1e-4))
        risen.append((score, highest))
    return risen


def _thinned(knots: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    if len(knots) <= _MOST_KNOTS:
        return tuple(knots)
    kept = np.unique(np.linspace(0, len(knots) - 1, _MOST_KNOTS).round().astype(int))
    return tuple(knots[number] for number in kept)
