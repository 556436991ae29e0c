"""Learning from verdicts: near the present weights, held by anchors, apart by matter."""

from random import Random
from typing import Any
from uuid import UUID

import numpy as np
from clue_service.matching.drift import drift, level_shares, stability_index
from clue_service.matching.fitting import Fit, LabelledPair, fit_weights, isotonic
from clue_service.matching.scoring import MatchModel
from clue_service.matching_models.learning import Anchors, learn, measure_verdicts
from clue_service.matching_models.verdict_pairs import sides_of, verdict_world

PLAIN = {
    "name": "missing", "unit": "unknown", "topic": "unknown", "third_person": "missing", "post": "missing",
    "wording": "c0", "rare_words": "r0", "content": "c0", "naming": "both_named",
}  # fmt: skip
PRESENT = MatchModel(
    "present", -3.0, {"name": {"equal": 3.0, "different": -3.0}, "amount": {"equal": 2.0, "differ": -2.0}}
)


def pairs_of(random: Random, count: int, amount_tells: float) -> list[LabelledPair]:
    """Pairs in which equal names are right nine times in ten and amounts as often as told."""
    made = []
    for _ in range(count):
        same = random.random() < 0.4
        name = "equal" if same is (random.random() < 0.9) else "different"
        amount = "equal" if same is (random.random() < amount_tells) else "differ"
        made.append(LabelledPair(PLAIN | {"name": name, "amount": amount}, same))
    return made


def test_without_verdicts_on_a_level_its_weight_stays_what_it_was() -> None:
    prior = Fit(-3.0, {"name": {"equal": 3.0, "different": -3.0}, "amount": {"near": 1.25}})
    fit = fit_weights(pairs_of(Random(1), 400, 0.9), 4.0, prior)
    assert fit.weights["amount"]["near"] == 1.25


def test_few_verdicts_move_a_weight_less_than_many() -> None:
    prior = Fit(PRESENT.intercept, PRESENT.weights)
    few, many = (fit_weights(pairs_of(Random(1), count, 0.5), 4.0, prior) for count in (12, 1200))
    moved = [abs(2.0 - fit.weights["amount"]["equal"]) for fit in (few, many)]
    assert moved[0] < moved[1]
    assert moved[1] > 0.8  # amounts that tell nothing lose their weight


def test_anchors_hold_the_part_that_no_reviewer_ever_sees() -> None:
    random = Random(2)
    anchors = Anchors(pairs_of(random, 4_000, 0.9), pairs_of(random, 2_000, 0.9))
    shown = [
        pair
        for pair in pairs_of(random, 600, 0.9)
        if PRESENT.probability(PRESENT.log_odds(pair.levels), pair.levels) >= 0.10
    ]
    hidden = PLAIN | {"name": "different", "amount": "differ"}
    assert hidden not in [pair.levels for pair in shown]
    model = learn(PRESENT, anchors, shown, shown[:100])
    assert model.probability(model.log_odds(hidden), hidden) < 0.02
    assert model.origin["pairs"] == len(shown) + 100
    assert set(model.origin["shares"]["name"]) <= {"equal", "different"}


def test_verdicts_that_contradict_a_weight_make_the_learnt_model_better_on_those_held_back() -> None:
    random = Random(3)
    anchors = Anchors(pairs_of(random, 3_000, 0.9), pairs_of(random, 1_500, 0.9))
    model = learn(PRESENT, anchors, pairs_of(random, 1_500, 0.2), pairs_of(random, 700, 0.2))
    held = pairs_of(random, 700, 0.2)
    before, after = measure_verdicts(PRESENT, held), measure_verdicts(model, held)
    assert after["pair_f1"] > before["pair_f1"]
    assert after["log_loss"] < before["log_loss"]


def test_measures_of_no_verdicts_are_null() -> None:
    found = measure_verdicts(PRESENT, [])
    assert (found["pairs"], found["pair_f1"], found["log_loss"]) == (0, None, None)


def test_no_matter_is_on_two_sides_and_a_pair_of_two_goes_with_the_later() -> None:
    a, b, c, d = (UUID(int=number) for number in (4, 9, 14, 19))
    sides = sides_of([(a, b, True), (b, c, True), (c, d, False)])
    assert sides[a] == sides[b] == sides[c] == 0
    assert sides[d] == 3


def test_pairs_become_worlds_of_two_clues() -> None:
    same, different = LabelledPair(PLAIN, True), LabelledPair(PLAIN, False)
    worlds = verdict_world([same, different])
    assert [not one.isdisjoint(other) for _, _, one, other in worlds] == [True, False]


def test_shares_that_do_not_move_have_no_drift_and_others_do() -> None:
    before: list[dict[str, Any]] = [{"name": "equal"}] * 80 + [{"name": "missing"}] * 20
    after: list[dict[str, Any]] = [{"name": "equal"}] * 30 + [{"name": "missing"}] * 70
    shares = level_shares(before)
    assert shares == {"name": {"equal": 0.8, "missing": 0.2}}
    assert drift(shares, shares) == {"name": 0.0}
    assert drift(shares, level_shares(after))["name"] > 0.25
    assert stability_index({"equal": 1.0}, {"missing": 1.0}) < 20


def test_pairs_of_one_score_are_one_point_of_the_calibration_in_whatever_order() -> None:
    scores, truth = np.array([-1.0, 1.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    (_, low), (place, high) = isotonic(scores, truth)
    assert (low < 0.01, place, round(high, 2)) == (True, 1.0, 0.7)


def test_what_is_learnt_is_calibrated_also_before_other_candidates_are_asked() -> None:
    random = Random(5)
    told = [
        LabelledPair(pair.levels | {"mates": "m7x2" if pair.same else "alone"}, pair.same)
        for pair in pairs_of(random, 900, 0.9)
    ]
    model = learn(PRESENT, Anchors(told[:400], told[400:600]), told[600:800], told[800:])
    first, last = model.first_calibration, model.calibration
    assert first
    assert first != last
    by_itself = PLAIN | {"name": "equal", "amount": "equal"}
    assert 0.9 < model.first_probability(model.log_odds(by_itself)) < 1
