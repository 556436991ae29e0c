"""Moves a fitted model towards clues told by hand: a generator's wording is more regular than people's."""

from collections.abc import Sequence
from dataclasses import replace

from clue_service.corpus.generate import Corpus, Wording
from clue_service.corpus.told import is_told, told_clues
from clue_service.matching.calibrating import calibrations
from clue_service.matching.evaluation import Outcome
from clue_service.matching.fitting import Fit, LabelledPair, fit_weights
from clue_service.matching.scoring import MatchModel
from clue_service.matching.service import Matcher
from clue_service.matching.training import Replay, shown_shares

# Told pairs are few: each counts as several generated ones, and the ridge keeps the weights near the model's.
_WORTH = 5.0
_RIDGE = 10.0
_CLUES = 2_500
# Invented cities, since in one alone a few hard matters would bend the curves; half of them in the words fitted on,
# half in others: letters come in words like those learnt from and in words unlike them. By the days their letters are
# spread over: where as many matters lie in fewer days, more of them resemble one another and a score is worth less.
_CALIBRATING: tuple[tuple[int, Wording, int], ...] = (
    (2, "calibrate", 2_600), (9_202, "fit", 2_600), (9_203, "calibrate", 300), (9_204, "fit", 300),
    (9_205, "calibrate", 900), (9_206, "fit", 900),
)  # fmt: skip


async def move_towards_told(replay: Replay, model: MatchModel, count: int = _CLUES) -> MatchModel:
    """Fit anew from the model's weights on ``count`` generated clues with those told by hand among them; calibrate."""
    fitting = [*Corpus(1).clues(count), *told_clues("fit")]
    pairs = _weighted_pairs(await replay(fitting, Matcher(model), "fitting on told clues"))
    fit = fit_weights(pairs, ridge=_RIDGE, prior=Fit(model.intercept, model.weights))
    held = []
    for number, (seed, wording, days) in enumerate(_CALIBRATING):
        generated = Corpus(seed, wording, days=days).clues(count * 4 // 5)
        calibrating = [*generated, *(() if number else told_clues("calibrate"))]
        held += _weighted_pairs(await replay(calibrating, Matcher(model), "calibrating on told clues"))
    moved = replace(model, version=f"{model.version}-told", intercept=fit.intercept, weights=fit.weights)
    origin = {**model.origin, "told_clues": len(told_clues("fit")) + len(told_clues("calibrate"))}
    moved = replace(moved, **calibrations(moved, held), origin=origin)
    moved.origin["shares"] = shown_shares(moved, held)
    return moved


def _weighted_pairs(outcomes: Sequence[Outcome]) -> list[LabelledPair]:
    matters = {outcome.clue: frozenset(outcome.matters or ()) for outcome in outcomes}
    return [
        LabelledPair(
            candidate.levels,
            not matters[outcome.clue].isdisjoint(matters[name]),
            _WORTH if is_told(outcome.clue) and is_told(name) else 1.0,
        )
        for outcome in outcomes
        for name, candidate in outcome.candidates
    ]
