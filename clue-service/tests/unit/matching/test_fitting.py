import itertools

import numpy as np
from clue_service.corpus.generate import Corpus
from clue_service.corpus.world import read_corpus_data
from clue_service.matching.fitting import LabelledPair, fit_weights, isotonic
from clue_service.matching.metrics import ScoredPair, Truth, measure
from clue_service.matching.scoring import Band, MatchModel, packaged_model

LEVELS = {"name": "equal", "unit": "same_unit", "topic": "same", "third_person": "missing"}


def test_a_level_that_goes_with_truth_gets_the_greater_weight():
    pairs = [LabelledPair(LEVELS | {"amount": "equal"}, number % 10 > 0) for number in range(100)]
    pairs += [LabelledPair(LEVELS | {"amount": "differ"}, number % 10 == 0) for number in range(100)]
    fit = fit_weights(pairs)
    model = MatchModel("test", fit.intercept, fit.weights)
    assert fit.weights["amount"]["equal"] > 1 > -1 > fit.weights["amount"]["differ"]
    assert 0.8 < model.probability(model.log_odds(LEVELS | {"amount": "equal"})) < 0.95


def test_calibration_rises_and_stays_between_nothing_and_certainty():
    scores = np.linspace(-5, 5, 400)
    truth = (np.sin(scores * 50) + scores > 0).astype(float)
    knots = isotonic(scores, truth)
    assert all(x0 <= x1 and y0 <= y1 for (x0, y0), (x1, y1) in itertools.pairwise(knots))
    assert knots[0][1] > 0
    assert knots[-1][1] < 1


def test_a_model_survives_being_written_and_read():
    model = packaged_model()
    again = MatchModel.parse(model.dump())
    assert again.dump() == model.dump()


def test_nothing_is_likely_without_agreement_of_names():
    model = packaged_model()
    for name in ("different", "missing", "given_name_differs"):
        assert model.band(0.9999, LEVELS | {"name": name, "post": "same"}) is Band.REVIEW
    assert model.band(0.9999, LEVELS | {"name": "same_surname_masked", "post": "differ"}) is Band.LIKELY
    assert model.band(0.9999, LEVELS | {"name": "equal", "post": "differ"}) is Band.LIKELY


def test_measures_count_pairs_clues_and_clusters():
    truth = Truth()
    for clue, matters in (("a", "1"), ("b", "1"), ("c", "2"), ("d", "12")):
        truth.add(clue, matters)
    pairs = [
        ScoredPair("b", "a", 0.99, Band.LIKELY),
        ScoredPair("c", "a", 0.6, Band.REVIEW),
        ScoredPair("d", "a", 0.8, Band.REVIEW),
    ]
    found = measure(truth, pairs)
    assert found["true_pairs"] == 4
    assert (found["pair_precision"], found["pair_recall"]) == (0.6667, 0.5)
    assert (found["intake_recall"], found["false_alarm"]) == (1.0, 0.5)
    assert (found["likely_precision"], found["likely_recall"]) == (1.0, 0.25)
    assert found["review_pairs_per_clue"] == 0.5


def test_the_two_wordings_of_the_generator_share_no_sentence():
    wording = read_corpus_data("wording.json")
    for kind in wording["kinds"].values():
        assert not set(kind["fit"]) & set(kind["unseen"])
        details = [{line for pool in kind[f"details_{side}"] for line in pool} for side in ("fit", "unseen")]
        assert not details[0] & details[1]


def test_the_generator_repeats_itself_for_a_seed_and_holds_hard_negatives():
    clues = Corpus(5).clues(600)
    assert clues == Corpus(5).clues(600)
    assert [clue["received_on"] for clue in clues] == sorted(clue["received_on"] for clue in clues)
    matters_of: dict[str, set[str]] = {}
    for clue in clues:
        for subject in clue["subjects"]:
            if subject["name"]:
                matters_of.setdefault(subject["name"], set()).update(clue["matter_ids"])
    assert sum(len(matters) > 1 for matters in matters_of.values()) > 20
