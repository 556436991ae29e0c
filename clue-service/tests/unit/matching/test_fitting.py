import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from clue_service.corpus.generate import Corpus, Wording
from clue_service.corpus.world import read_corpus_data
from clue_service.matching.calibrating import calibrations
from clue_service.matching.fitting import LabelledPair, fit_weights, isotonic
from clue_service.matching.likeliness import may_be_likely
from clue_service.matching.metrics import ScoredPair, Truth, measure
from clue_service.matching.scoring import Band, MatchModel, packaged_model

LEVELS = {"name": "equal", "unit": "same_unit", "topic": "same", "third_person": "missing"}


def test_a_level_that_goes_with_truth_gets_the_greater_weight():
    pairs = [LabelledPair(LEVELS | {"amount": "equal"}, number % 10 > 0) for number in range(100)]
    pairs += [LabelledPair(LEVELS | {"amount": "differ"}, number % 10 == 0) for number in range(100)]
    fit = fit_weights(pairs)
    model = MatchModel("test", fit.intercept, fit.weights)
    assert fit.weights["amount"]["equal"] > 1 > -1 > fit.weights["amount"]["differ"]
    assert 0.8 < model.probability(model.log_odds(LEVELS | {"amount": "equal"}), LEVELS) < 0.95


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


def test_an_equal_score_is_worth_less_where_other_candidates_doubt_it():
    model = MatchModel("test", 0.0, {"amount": {"equal": 1.0, "differ": -1.0}})
    pairs = [
        LabelledPair(LEVELS | {"amount": amount, "mates": mates}, number < same)
        for amount, mates, same in (
            ("equal", "m4x3", 70),
            ("differ", "m4x3", 5),
            ("equal", "m7x2", 99),
            ("differ", "m7x2", 30),
        )
        for number in range(100)
    ]
    fitted = replace(model, **calibrations(model, pairs))
    assert set(fitted.supported) == {"divided", "divided/clear", "fully", "fully/clear"}
    doubted, confirmed = (fitted.probability(1.0, LEVELS | {"mates": mates}) for mates in ("m4x2", "m7x3"))
    assert doubted < 0.75
    assert confirmed > 0.95
    assert fitted.probability(1.0, LEVELS | {"mates": "alone"}) == fitted.probability(1.0, LEVELS)
    assert doubted < fitted.probability(1.0, LEVELS) < confirmed
    assert MatchModel.parse(fitted.dump()).supported.keys() == fitted.supported.keys()


def test_one_firm_or_place_tells_an_event_where_names_leave_the_person_open():
    letter = {"name": "missing", "unit": "same_kind_same_area", "wording": "c8", "rare_words": "r4", "mates": "alone"}
    assert not may_be_likely(letter)
    assert may_be_likely(letter | {"firm_or_place": "same"})
    assert may_be_likely(letter | {"firm_or_place": "several_same", "detail": "contradict"}), "each counts visits anew"
    for other in (
        {"firm_or_place": "other"}, {"firm_or_place": "same_village_named"}, {"firm_or_place": "one_side"},
        {"firm_or_place": "same", "detail": "contradict", "wording": "c5"},
        {"firm_or_place": "same", "unit": "unknown"},
    ):  # fmt: skip
        assert not may_be_likely(letter | other), other
    named = {"name": "equal", "unit": "same_unit", "topic": "differ", "content": "c1", "wording": "c3", "mates": "m6x2"}
    assert not may_be_likely(named | {"firm_or_place": "same"}), "a person may deal twice with one firm"
    assert may_be_likely(named | {"date": "day"})


def test_a_name_that_many_share_needs_two_things_where_the_kind_differs_whatever_others_say():
    pair = {"unit": "same_unit", "topic": "differ", "content": "c1", "wording": "c3", "date": "day", "mates": "m7x3"}
    assert may_be_likely(pair | {"name": "equal"})
    assert not may_be_likely(pair | {"name": "equal_short"})
    assert may_be_likely(pair | {"name": "equal_short", "amount": "equal"})


def test_others_word_alone_does_not_join_other_words_with_another_sum_or_mark():
    pair = {"name": "equal", "unit": "same_unit", "content": "c3", "rare_words": "r0", "wording": "c3", "mates": "m7x3"}
    assert may_be_likely(pair)
    for other in ({"amount": "near"}, {"detail": "other_mark"}):
        assert not may_be_likely(pair | other), other
        assert may_be_likely(pair | other | {"date": "day"}), other


def test_a_name_beside_others_that_differ_needs_a_thing_and_the_word_of_all():
    pair = {"name": "named_in_text", "unit": "same_unit", "wording": "c8", "third_person": "different"}
    assert may_be_likely(pair | {"mates": "m7x2", "amount": "equal"})
    for mates in ("m7x2", "m5x2", "m4x3"):
        assert not may_be_likely(pair | {"mates": mates}), mates
    assert may_be_likely(pair | {"mates": "m7x2", "third_person": "one_side"})


def test_equal_words_are_worth_no_less_than_like_ones_however_few_the_fit_saw():
    same = LEVELS | {"wording": "c9"}
    pairs = [LabelledPair(same, number % 10 > 0) for number in range(200)]
    pairs += [LabelledPair(LEVELS | {"wording": "c10"}, number == 0) for number in range(3)]
    pairs += [LabelledPair(LEVELS | {"wording": "c1"}, number % 10 == 0) for number in range(200)]
    weights = fit_weights(pairs).weights["wording"]
    assert weights["c10"] >= weights["c9"] > weights["c1"]


def test_letters_that_name_nobody_are_likely_only_as_one_event_of_one_office():
    event = {"name": "missing", "unit": "same_village", "wording": "c5", "amount": "equal", "mates": "alone"}
    assert not may_be_likely(event)
    assert may_be_likely(event | {"date": "month"})
    for confirmed in ({"mates": "m6x1"}, {"mates": "m7x2", "amount": "differ"}):
        assert may_be_likely(event | confirmed)
    event |= {"date": "month"}
    for other in (
        {"amount": "near"}, {"unit": "unknown"}, {"unit": "different"}, {"mates": "m0x1"},
        {"unit": "unknown", "mates": "m4x3"}, {"mates": "m4x3", "amount": "near", "date": "year"},
        {"detail": "contradict"}, {"mates": "m5x1", "amount": "missing", "date": "year", "rare_words": "r4"},
        {"name": "different"}, {"name": "given_name_differs"}, {"unit": "same_kind_other_area", "wording": "c8"},
    ):  # fmt: skip
        assert not may_be_likely(event | other), other
    for borne_out in ({"mates": "m4x3"}, {"unit": "unknown", "mates": "m6x1"}):
        assert may_be_likely(event | borne_out), borne_out


def test_one_other_character_in_a_name_takes_a_thing_of_the_same_event_or_the_word_of_others():
    names = {"name": "one_character", "unit": "same_unit", "wording": "c5", "mates": "alone"}
    assert not may_be_likely(names)
    assert may_be_likely(names | {"date": "day"})
    confirmed = names | {"mates": "m7x2"}
    assert may_be_likely(confirmed)
    for other in ({"unit": "area_same_kind_unknown"}, {"detail": "contradict"}, {"mates": "m4x2"}):
        assert not may_be_likely(confirmed | other), other


def test_a_hidden_name_is_likely_only_with_a_matter_of_its_kind_or_the_word_of_others():
    hidden = {"name": "same_surname_masked", "unit": "same_unit", "wording": "c5"}
    assert [may_be_likely(hidden | {"topic": topic}) for topic in ("same", "unknown", "differ")] == [True, True, False]
    other_kind = hidden | {"topic": "differ", "amount": "equal"}
    assert [may_be_likely(other_kind | {"mates": mates}) for mates in ("alone", "m4x3", "m6x2")] == [False, False, True]
    assert may_be_likely(other_kind | {"date": "day"})
    elsewhere = hidden | {"unit": "area_same_kind_unknown"}
    assert [may_be_likely(elsewhere | {"amount": amount}) for amount in ("near", "equal")] == [False, True]


def test_what_other_candidates_doubt_is_likely_only_where_the_letters_tell_the_same_things():
    doubted = {"name": "equal", "unit": "same_unit", "wording": "c5", "mates": "m4x3"}
    told = {"amount": "equal", "date": "month"}
    assert [may_be_likely(doubted | dict(list(told.items())[:n])) for n in range(3)] == [False, True, True]
    short = doubted | {"name": "equal_short"}
    assert [may_be_likely(short | dict(list(told.items())[:n])) for n in range(3)] == [False, True, True]
    denied = short | {"mates": "m2x2"}
    assert [may_be_likely(denied | dict(list(told.items())[:n])) for n in range(3)] == [False, False, True]
    assert may_be_likely(doubted | {"mates": "alone"})
    assert may_be_likely(doubted | {"mates": "m5x3"})
    assert not may_be_likely(short | {"mates": "m5x3", "rare_words": "r4"})
    assert may_be_likely(short | {"mates": "m5x3", "rare_words": "r5"})


def test_nothing_is_likely_without_agreement_of_names():
    model = packaged_model()
    for name in ("different", "missing", "given_name_differs"):
        assert model.band(0.9999, LEVELS | {"name": name, "post": "same"}) is Band.REVIEW
    for post, band in (("same", Band.LIKELY), ("missing", Band.LIKELY), ("near", Band.REVIEW), ("differ", Band.REVIEW)):
        assert model.band(0.9999, LEVELS | {"name": "same_surname_masked", "post": post}) is band
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


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(get_args(Wording), 2)))
def test_two_wordings_of_the_generator_share_no_sentence(one, other):
    wording, letters = read_corpus_data("wording.json"), read_corpus_data("letters.json")
    for kind in wording["kinds"].values():
        assert kind[one]
        assert not set(kind[one]) & set(kind[other])
        details = [{line for pool in kind[f"details_{side}"] for line in pool} for side in (one, other)]
        assert details[0]
        assert not details[0] & details[1]
    for name in ("body", "talk"):
        assert not set(letters[f"{name}_{one}"]) & set(letters[f"{name}_{other}"])


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


def test_an_equal_score_is_worth_less_where_something_is_left_to_be_weighed():
    model = MatchModel("test", 0.0, {"amount": {"equal": 1.0, "differ": -1.0}})
    told = LEVELS | {"date": "day", "wording": "c9", "content": "c9", "rare_words": "r7"}
    pairs = [
        LabelledPair(told | {"amount": amount, "name": name}, number < same)
        for amount, name, same in (
            ("equal", "equal", 97),
            ("differ", "equal", 40),
            ("equal", "different", 60),
            ("differ", "different", 2),
        )
        for number in range(100)
    ]
    fitted = replace(model, **calibrations(model, pairs))
    assert set(fitted.supported) == {"none", "none/clear", "none/doubted"}
    clear, doubted = (told | {"amount": "equal", "name": name} for name in ("equal", "different"))
    assert fitted.log_odds(clear) == fitted.log_odds(doubted)
    assert fitted.probability(1.0, clear) > 0.9
    assert fitted.probability(1.0, doubted) < 0.7
    older = replace(fitted, supported={"none": fitted.supported["none"]})
    assert older.probability(1.0, clear) == older.probability(1.0, doubted)
