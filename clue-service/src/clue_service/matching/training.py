"""From clues with truth to a model: replay, fit, calibrate on clues not fitted on, compare on a held-back part."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from clue_service.corpus.generate import Corpus
from clue_service.matching.calibrating import calibrations, without_mates
from clue_service.matching.domain import prepare
from clue_service.matching.drift import Shares, level_shares
from clue_service.matching.evaluation import Outcome
from clue_service.matching.fitting import LabelledPair, fit_weights
from clue_service.matching.metrics import ScoredPair, Truth, measure
from clue_service.matching.prepared import ClueText
from clue_service.matching.ranking import unpack
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching.service import Matcher

Body = dict[str, Any]
Replay = Callable[[Sequence[Body], Matcher, str], Awaitable[list[Outcome]]]

_BACKGROUND_SHARE = 0.004
_LEAST_PAIRS = 50
# Before anything is fitted the engine must already choose, for a mixed letter, which of its matters to compare.
_PRIOR: dict[str, dict[str, float]] = {
    "name": {"equal": 2.0, "equal_short": 1.5, "same_sound": 1.5, "different": -2.0, "given_name_differs": -1.5},
    "amount": {"equal": 2.0, "near": 1.0, "differ": -1.5},
    "date": {"day": 1.5, "month": 1.5, "differ": -2.0},
    "third_person": {"equal": 2.0, "several_equal": 3.0, "same_sound": 2.0, "different": -1.0},
    "topic": {"same": 1.0, "differ": -1.0},
    "detail": {"same_mark": 2.0, "several_same": 2.0, "one_same": 1.0, "contradict": -1.0},
    "content": {f"c{level}": 0.4 * level for level in range(11)},
}


@dataclass(frozen=True)
class FitReport:
    """Measures of the old and the new model on clues neither was fitted on."""

    before: dict[str, Any]
    after: dict[str, Any]
    pairs: int

    @property
    def is_better(self) -> bool:
        """Whether the new model's pair F1 is not lower and its ``likely`` is not less precise by more than .001."""
        if self.before.get("pair_f1") is None:
            return True
        likely = (self.after["likely_precision"] or 0) >= (self.before["likely_precision"] or 0) - 0.001
        return bool(likely and (self.after["pair_f1"] or 0) >= self.before["pair_f1"])

    def as_dict(self) -> dict[str, Any]:
        """For a report."""
        return {"pairs": self.pairs, "before": self.before, "after": self.after, "better": self.is_better}


class TooFewPairs(Exception):
    """There are not enough pairs of one kind to learn from; says how many there are of each."""

    def __init__(self, same: int, different: int, least: int) -> None:
        super().__init__(f"{same} pairs of one matter and {different} of different ones; {least} of each are needed")


def check_enough(same: int, different: int, least: int) -> None:
    """Raises TooFewPairs."""
    if min(same, different) < least:
        raise TooFewPairs(same, different, least)


async def train(
    replay: Replay,
    clues: Sequence[Body] | None,
    count: int,
    present: MatchModel | None = None,
    afterwards: Callable[[Replay, MatchModel], Awaitable[MatchModel]] | None = None,
) -> tuple[MatchModel, FitReport]:
    """Fit on the clues, or on ``count`` generated ones; ``replay`` runs clues through the engine in empty tables.

    ``present`` is the model to compare with, the packaged one unless told; ``afterwards`` may move the fitted model
    before it is judged. Raises TooFewPairs.
    """
    fitting, calibrating, judging = _thirds(clues) if clues else generated(count)
    background = packaged_model().background if clues else background_of(fitting, calibrating)
    blank = MatchModel(version="blank", intercept=-6.0, weights=_PRIOR, background=background)
    pairs = labelled_pairs(await replay(fitting, Matcher(blank), "fitting"))
    same = sum(pair.same for pair in pairs)
    check_enough(same, len(pairs) - same, _LEAST_PAIRS)
    alone = fit_weights([replace(pair, levels=without_mates(pair.levels)) for pair in pairs])
    first = MatchModel(version="first", intercept=alone.intercept, weights=alone.weights, background=background)
    first = replace(first, first_calibration=calibrations(first, pairs)["first_calibration"])
    pairs = labelled_pairs(await replay(fitting, Matcher(first), "fitting what mates say"))
    fit = fit_weights(pairs, prior=alone)
    raw = replace(first, version="raw", intercept=fit.intercept, weights=fit.weights)
    raw = replace(raw, first_calibration=calibrations(raw, pairs)["first_calibration"])
    held = labelled_pairs(await replay(calibrating, Matcher(raw), "calibrating"))
    model = replace(
        raw,
        version=f"{date.fromisoformat(max(str(body['received_on']) for body in fitting)):%Y%m%d}-{len(pairs)}",
        **calibrations(raw, held),
        origin={
            "clues": len(fitting) + len(calibrating),
            "pairs": len(pairs),
            "data": "file" if clues else "generator",
        },
    )
    model.origin["shares"] = shown_shares(model, held)
    if afterwards is not None:
        model = await afterwards(replay, model)
    after = judge(await replay(judging, Matcher(model), "judging"))
    return model, FitReport(await _judge_present(replay, judging, present), after, len(pairs))


async def _judge_present(replay: Replay, judging: Sequence[Body], present: MatchModel | None) -> dict[str, Any]:
    try:
        present = present or packaged_model()
    except FileNotFoundError:
        return {}
    return judge(await replay(judging, Matcher(present), "judging the present model"))


def shown_shares(model: MatchModel, pairs: Sequence[LabelledPair]) -> Shares:
    """How often the pairs that people are shown have each level: what later pairs are held against."""
    shown = (one.levels for one in pairs if model.probability(model.log_odds(one.levels), one.levels) >= model.review)
    return level_shares(shown)


def generated(count: int) -> tuple[list[Body], list[Body], list[Body]]:
    """Clues to fit on, to calibrate on and to judge by."""
    # Each part is told in words of its own: what words are worth is lower, and less sure, in words not fitted on.
    return Corpus(1).clues(count), Corpus(2, "calibrate").clues(count // 2), Corpus(3, "unseen").clues(count // 3)


def _thirds(clues: Sequence[Body]) -> tuple[list[Body], list[Body], list[Body]]:
    """Half, a quarter and a quarter, split by matter so that no matter is on two sides."""
    parts: tuple[list[Body], list[Body], list[Body]] = ([], [], [])
    sides: dict[str, int] = {}
    for body in clues:
        matters = [str(matter) for matter in body.get("matter_ids") or [body["id"]]]
        side = next((sides[matter] for matter in matters if matter in sides), len(sides) % 4)
        for matter in matters:
            sides.setdefault(matter, side)
        parts[(0, 0, 1, 2)[side]].append(body)
    return parts


def background_of(one: Sequence[Body], other: Sequence[Body]) -> dict[int, float]:
    """Grams that two differently worded sets share: everyday officialese, not one set's phrases."""
    shares = [_shares(one), _shares(other)]
    common = {gram: min(share, shares[1].get(gram, 0.0)) for gram, share in shares[0].items()}
    return {gram: share for gram, share in common.items() if share >= _BACKGROUND_SHARE}


def _shares(clues: Sequence[Body]) -> dict[int, float]:
    counts: Counter[int] = Counter()
    for body in clues:
        prepared = prepare(ClueText.of_body(body))
        counts.update(unpack(prepared.grams)[0].tolist())
    return {gram: count / len(clues) for gram, count in counts.items()}


def labelled_pairs(outcomes: Sequence[Outcome]) -> list[LabelledPair]:
    """Every compared pair with its truth."""
    matters = {outcome.clue: frozenset(outcome.matters or ()) for outcome in outcomes}
    return [
        LabelledPair(candidate.levels, not matters[outcome.clue].isdisjoint(matters[name]))
        for outcome in outcomes
        for name, candidate in outcome.candidates
    ]


def judge(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The measures of ``evaluate-matching``."""
    truth = Truth()
    for outcome in outcomes:
        truth.add(outcome.clue, outcome.matters or ())
    pairs = [ScoredPair(one.clue, name, c.probability, c.band) for one in outcomes for name, c in one.candidates]
    return measure(truth, pairs)
