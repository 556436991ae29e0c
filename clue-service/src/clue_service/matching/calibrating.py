"""From a model's scores to probabilities: one curve for all pairs, and one for each thing other candidates may say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

import numpy as np

from clue_service.matching.compare import Levels
from clue_service.matching.fitting import LabelledPair, isotonic
from clue_service.matching.scoring import MatchModel, curves_of

Knots = tuple[tuple[float, float], ...]
_LEAST = 20  # pairs of either kind: a curve of fewer would follow chance


class Calibrations(TypedDict):
    """The curves of a model, as its fields."""

    calibration: Knots
    first_calibration: Knots
    supported: dict[str, Knots]


def calibrations(model: MatchModel, pairs: Sequence[LabelledPair]) -> Calibrations:
    """All curves of a model from pairs with truth, which it was not fitted on.

    Scores are sums over fields, and what other candidates say is one field among many: without curves of their own,
    pairs that others doubt would be held for likelier than they are, and those that all confirm for less likely. The
    same goes for what people would have to weigh: pairs that may be called likely are so more often at an equal score.
    """
    sides: dict[str, list[LabelledPair]] = {}
    for pair in pairs:
        for name in curves_of(pair.levels):
            sides.setdefault(name, []).append(pair)
    return Calibrations(
        calibration=_curve(model, pairs),
        first_calibration=_curve(model, [replace(pair, levels=without_mates(pair.levels)) for pair in pairs]),
        supported={side: _curve(model, of_side) for side, of_side in sides.items() if _is_enough(of_side)},
    )


def without_mates(levels: Levels) -> Levels:
    """The levels of two clues by themselves, before other candidates are asked."""
    return {name: level for name, level in levels.items() if name != "mates"}


def _curve(model: MatchModel, pairs: Sequence[LabelledPair]) -> Knots:
    scores = np.array([model.log_odds(pair.levels) for pair in pairs])
    truth, worth = np.array([[pair.same, pair.weight] for pair in pairs], float).reshape(-1, 2).T
    return isotonic(scores, truth, worth)


def _is_enough(pairs: Sequence[LabelledPair]) -> bool:
    same = sum(pair.same for pair in pairs)
    return min(same, len(pairs) - same) >= _LEAST
