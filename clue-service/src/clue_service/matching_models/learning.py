"""From verdicts to a model: towards the present weights, held in place by generated pairs.

Verdicts are a biased sample. Only pairs that were shown are reviewed, so below the review limit nothing is ever seen,
and of the shown ones people decide the plain ones first. Therefore verdicts never fit a model by themselves:

- every weight is drawn towards its present value, so that a level few verdicts show stays what it was;
- generated pairs of all probabilities are in the fit and in the calibration. Together their shown ones are worth
  ``ANCHOR_WORTH`` verdicts, and they alone fix what lies below the review limit;
- what is learnt must do no worse on verdicts held back *and* on generated clues in wording that no fit has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clue_service.matching.calibrating import calibrations
from clue_service.matching.fitting import Fit, LabelledPair, fit_weights
from clue_service.matching.metrics import ScoredPair, Truth, measure
from clue_service.matching.scoring import Band, MatchModel
from clue_service.matching.training import shown_shares
from clue_service.matching_models.verdict_pairs import verdict_world

ANCHOR_WORTH = 1_000
_TOWARDS_PRESENT = 4.0  # ridge: a weight moves by one unit of log-odds only for several clear verdicts
_LIKELY_STEPS = (0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
_LIKELY_AIM = 0.998


@dataclass(frozen=True)
class Anchors:
    """Generated pairs of all probabilities: to fit on and to calibrate on."""

    fitting: Sequence[LabelledPair]
    calibrating: Sequence[LabelledPair]


def learn(
    present: MatchModel, anchors: Anchors, fitting: Sequence[LabelledPair], calibrating: Sequence[LabelledPair]
) -> MatchModel:
    """A model from verdicts to fit on and verdicts to calibrate on."""
    anchored = _weighted(present, anchors.fitting)
    fit = fit_weights([*anchored, *fitting], _TOWARDS_PRESENT, Fit(present.intercept, present.weights))
    raw = replace(present, intercept=fit.intercept, weights=fit.weights)
    held = [*_weighted(present, anchors.calibrating), *calibrating]
    model = replace(raw, **calibrations(raw, held))
    return replace(
        model,
        likely=_likely_from(model, held),
        version=f"verdicts-{len(fitting) + len(calibrating)}",
        origin={
            "data": "verdicts",
            "pairs": len(fitting) + len(calibrating),
            "anchors": len(anchors.fitting) + len(anchors.calibrating),
            "shares": shown_shares(model, [*anchors.calibrating, *calibrating]),
            "prior": present.version,
        },
    )


def _probability(model: MatchModel, pair: LabelledPair) -> float:
    return model.probability(model.log_odds(pair.levels), pair.levels)


def _weighted(present: MatchModel, pairs: Sequence[LabelledPair]) -> list[LabelledPair]:
    shown = sum(_probability(present, pair) >= present.review for pair in pairs)
    weight = min(1.0, ANCHOR_WORTH / max(shown, 1))
    return [replace(pair, weight=weight) for pair in pairs]


def _likely_from(model: MatchModel, pairs: Sequence[LabelledPair]) -> float:
    """The lowest limit of ``likely`` that keeps it as precise as aimed at; the strictest where none does."""
    scored = [(_probability(model, pair), pair) for pair in pairs]
    for limit in _LIKELY_STEPS:
        strict = replace(model, likely=limit)
        likely = [pair for probability, pair in scored if strict.band(probability, pair.levels) is Band.LIKELY]
        total = sum(pair.weight for pair in likely)
        if sum(pair.weight for pair in likely if pair.same) >= _LIKELY_AIM * total:
            return limit
    return _LIKELY_STEPS[-1]


def measure_verdicts(model: MatchModel, pairs: Sequence[LabelledPair]) -> dict[str, Any]:
    """The measures of ``evaluate-matching`` that pairs alone can give, and how well probabilities hold.

    ``calibration_gap`` is the mean probability less the share decided as same: above zero is too sure.
    """
    truth, scored = Truth(), []
    sure = []
    for pair, (later, earlier, one, other) in zip(pairs, verdict_world(pairs), strict=True):
        truth.add(earlier, one)
        truth.add(later, other)
        probability = _probability(model, pair)
        scored.append(ScoredPair(later, earlier, probability, model.band(probability, pair.levels)))
        sure.append(probability)
    measures = measure(truth, scored)
    names = ("pair_precision", "pair_recall", "pair_f1", "likely_precision", "likely_recall")
    return {
        "pairs": len(pairs),
        **{name: measures[name] for name in names},
        **_quality(np.array(sure), np.array([pair.same for pair in pairs], float)),
    }


def _quality(probabilities: Any, truth: Any) -> dict[str, float | None]:
    if not len(truth):
        return {"log_loss": None, "calibration_gap": None}
    kept = np.clip(probabilities, 1e-4, 1 - 1e-4)
    loss = -(truth * np.log(kept) + (1 - truth) * np.log(1 - kept)).mean()
    return {
        "log_loss": round(float(loss), 4),
        "calibration_gap": round(float(probabilities.mean() - truth.mean()), 4),
    }
