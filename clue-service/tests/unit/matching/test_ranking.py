"""Work per query is bounded, whatever lies in the database."""

import numpy as np
import pytest
from clue_service.matching import ranking
from clue_service.matching.frequency import Frequencies
from clue_service.matching.grams import text_grams
from clue_service.matching.prepared import load_texts
from clue_service.matching.ranking import (
    QueryVector,
    choose_keys,
    compare_contents,
    compare_texts,
    composite_budget,
    text_budget,
    unpack,
)

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


def test_copies_of_one_letter_leave_room_for_the_keys_that_other_wordings_share():
    counts, nothing = Frequencies(), np.empty(0, np.int32)
    shared = COMPOSITES[:10]
    for number in range(51):  # three wordings of one matter, seventeen copies of each
        own = TRIGRAMS[number % 3 * 100 : number % 3 * 100 + 100]
        counts.add(np.concatenate([shared, own, -own - 500]), nothing)
    keys, _ = choose_keys(np.concatenate([shared, TRIGRAMS[:100], -TRIGRAMS[:100] - 500]), counts, 60)
    assert len(set(shared.tolist()) & set(keys.tolist())) >= 6


def test_rare_keys_come_before_frequent_ones():
    counts = flooded(50)
    counts.add(TRIGRAMS[:5] + 1000, np.empty(0, np.int32))
    keys, _ = choose_keys(np.concatenate([TRIGRAMS, TRIGRAMS[:5] + 1000]), counts, 10)
    assert set(TRIGRAMS[:5] + 1000) <= set(keys.tolist())


def test_a_letter_whose_rarest_keys_are_its_own_alone_is_searched_by_those_it_shares():
    counts, nothing = Frequencies(), np.empty(0, np.int32)
    shared = TRIGRAMS[-20:]
    counts.add(TRIGRAMS, nothing)  # the letter itself: it is counted before it is searched for
    counts.add(shared, nothing)
    keys, _ = choose_keys(TRIGRAMS, counts, 500)
    assert set(shared.tolist()) <= set(keys.tolist())


def test_the_budget_grows_with_the_letter_and_slowly_with_the_clues():
    assert text_budget(400, 10_000) > text_budget(60, 10_000)
    assert text_budget(60, 10_000) < text_budget(60, 1_000_000) < 2 * text_budget(60, 10_000)
    assert text_budget(100_000, 10_000) == text_budget(500, 10_000)


def test_a_text_is_most_like_itself_and_unlike_a_stranger():
    counts = Frequencies()
    own, near, far = (text_grams(one) for one in ("滨河路改造工程受贿", "滨河路改造工程收钱", "学校食堂饭菜太贵"))
    cosines = QueryVector.of_text(own, counts).compare_texts(*joined([own, near, far, text_grams("")]))
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


def joined(texts: list[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """The grams of many texts as a search reads them."""
    return load_texts([text.tobytes() for text in texts])


def some_texts(count: int, seed: int) -> list[np.ndarray]:
    """Packed grams of random texts over few hashes, so that many are shared; the first text is empty."""
    random = np.random.default_rng(seed)
    hashes = [np.unique(random.integers(0, 3_000, size)) for size in [0, *random.integers(1, 400, count - 1)]]
    return [((one << 7) | random.integers(1, 5, len(one))).astype(np.int32) for one in hashes]


@pytest.mark.parametrize("columns", [1 << 12, 64])
def test_clues_compared_with_one_another_at_once_are_as_close_as_one_by_one(monkeypatch, columns):
    monkeypatch.setattr(ranking, "_COLUMNS", columns)
    ones, others = some_texts(7, 1), some_texts(12, 2)
    counts = Frequencies()
    counts.add_many([TRIGRAMS] * 300, [unpack(text)[0] for text in others[1:2]] * 300)
    texts = compare_texts(ones, others, counts)
    plain_ones, plain_others = [unpack(one)[0] for one in ones], [unpack(one)[0] for one in others]
    contents, rare = compare_contents(plain_ones, plain_others, counts)
    for place, (packed, plain) in enumerate(zip(ones, plain_ones, strict=True)):
        alone = QueryVector.of_text(packed, counts).compare_texts(*joined(others))
        assert texts[place] == pytest.approx(alone, abs=1e-6)
        cosines, shared = QueryVector(plain, counts).compare(plain_others)
        assert contents[place] == pytest.approx(cosines, abs=1e-6)
        assert rare[place].tolist() == shared.tolist()
    assert rare.max() > 5
    assert not texts[0].any()


def test_a_cosine_is_what_its_definition_says():
    counts = Frequencies()
    counts.add_many([TRIGRAMS] * 3, [np.arange(40, dtype=np.int32)] * 3)
    ones, others = some_texts(3, 3)[1:], some_texts(9, 4)

    def weighed(packed: np.ndarray) -> dict[int, float]:
        hashes, times = unpack(packed)
        weights = counts.gram_weights(hashes) * (1 + np.log(times))
        return dict(zip(hashes.tolist(), weights.tolist(), strict=True))

    for packed in ones:
        own = weighed(packed)
        for other, found in zip(
            others, QueryVector.of_text(packed, counts).compare_texts(*joined(others)), strict=True
        ):
            theirs = weighed(other)
            norms = np.linalg.norm(list(own.values())) * np.linalg.norm([*theirs.values(), 0])
            products = sum(weight * theirs.get(gram, 0) for gram, weight in own.items())
            assert found == pytest.approx(products / norms if norms else 0, abs=1e-5)


def test_nothing_is_like_nothing():
    counts, empty = Frequencies(), np.empty(0, np.int32)
    assert compare_texts([], [], counts).shape == (0, 0)
    assert [found.shape for found in compare_contents([], [], counts)] == [(0, 0), (0, 0)]
    assert compare_contents([empty], [empty, empty], counts)[0].tolist() == [[0, 0]]
    assert QueryVector(empty, counts).compare([empty])[0].tolist() == [0]
    assert len(QueryVector(empty, counts).compare([])[0]) == 0
