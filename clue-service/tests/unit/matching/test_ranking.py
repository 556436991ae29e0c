"""Work per query is bounded, whatever lies in the database."""

import numpy as np
from clue_service.matching.frequency import Frequencies
from clue_service.matching.grams import text_grams
from clue_service.matching.ranking import QueryVector, choose_keys, composite_budget, text_budget, unpack

TRIGRAMS = np.arange(1, 401, dtype=np.int32)
COMPOSITES = np.arange(-120, 0, dtype=np.int32)
KEYS = np.concatenate([COMPOSITES, TRIGRAMS])


def flooded(times: int) -> Frequencies:
    counts = Frequencies()
    grams = unpack(text_grams("路灯坏了没有人修"))[0]
    for _ in range(times):
        counts.add(KEYS, grams)
    return counts


def test_a_flood_of_one_letter_leaves_few_keys_to_search():
    keys, _ = choose_keys(KEYS, flooded(5_000), 300)
    assert 0 < len(keys) <= 8


def test_postings_stay_within_the_budgets():
    counts = flooded(20)
    keys, weights = choose_keys(KEYS, counts, 300)
    assert counts.of_keys(keys[keys >= 0]).sum() <= text_budget(300, counts.clues)
    assert counts.of_keys(keys[keys < 0]).sum() <= composite_budget(counts.clues)
    assert len(weights) == len(keys)
    assert np.all(weights > 0)


def test_rare_keys_come_before_frequent_ones():
    counts = flooded(50)
    counts.add(TRIGRAMS[:5] + 1000, np.empty(0, np.int32))
    keys, _ = choose_keys(np.concatenate([TRIGRAMS, TRIGRAMS[:5] + 1000]), counts, 10)
    assert set(TRIGRAMS[:5] + 1000) <= set(keys.tolist())


def test_the_budget_grows_with_the_letter_and_slowly_with_the_clues():
    assert text_budget(400, 10_000) > text_budget(60, 10_000)
    assert text_budget(60, 10_000) < text_budget(60, 1_000_000) < 2 * text_budget(60, 10_000)
    assert text_budget(100_000, 10_000) == text_budget(500, 10_000)


def test_a_text_is_most_like_itself_and_unlike_a_stranger():
    counts = Frequencies()
    own, near, far = (text_grams(one) for one in ("滨河路改造工程受贿", "滨河路改造工程收钱", "学校食堂饭菜太贵"))
    cosines = QueryVector.of_text(own, counts).compare_texts([own, near, far, text_grams("")])
    assert cosines[0] > 0.999 > cosines[1] > 0.2 > cosines[2] == cosines[3] == 0


def test_counts_survive_being_stored():
    counts = flooded(3)
    counts.last_id = 42
    again = Frequencies.load(counts.dump())
    assert (again.clues, again.last_id) == (3, 42)
    assert np.array_equal(again.of_keys(KEYS), counts.of_keys(KEYS))


def test_counts_of_another_version_are_not_taken():
    counts = flooded(3)
    raw = counts.dump()
    assert Frequencies.load(raw[:4] + b"\0\0\0\0" + raw[8:]) is None
    assert Frequencies.load(b"counts of the first version") is None
    assert Frequencies.load(b"") is None


def test_many_clues_are_counted_as_one_after_the_other():
    random = np.random.default_rng(5)
    keys = [np.unique(random.integers(-500, 500, 40).astype(np.int32)) for _ in range(30)]
    grams = [np.unique(random.integers(0, 900, 50).astype(np.int32)) for _ in range(30)]
    single, many = Frequencies(), Frequencies()
    for one, of_text in zip(keys, grams, strict=True):
        single.add(one, of_text)
    many.add_many(keys, grams)
    everything = np.arange(-500, 500, dtype=np.int32)
    assert many.clues == single.clues == 30
    assert np.array_equal(many.of_keys(everything), single.of_keys(everything))
    assert np.array_equal(many.gram_weights(everything + 500), single.gram_weights(everything + 500))


def test_counts_stop_where_no_budget_reaches():
    counts = Frequencies()
    counts.add_many([TRIGRAMS[:2]] * 70_000, [TRIGRAMS[:1]] * 70_000)
    counts.add(TRIGRAMS[:2], TRIGRAMS[:1])
    assert counts.of_keys(TRIGRAMS[:3]).tolist() == [65_535, 65_535, 0]
