"""No input makes the engine fail or take long."""

import os
import subprocess
import sys
import time
from datetime import date
from uuid import uuid4

import numpy as np
import pytest
from clue_service.matching.compare import TextLikeness, compare
from clue_service.matching.domain import prepare, split_matters
from clue_service.matching.keys import MAX_COMPOSITES, MAX_TRIGRAMS
from clue_service.matching.prepared import (
    FEATURES_VERSION,
    AllegationText,
    ClueText,
    SubjectText,
    dump_features,
    dump_grams,
    load_features,
    load_grams,
)
from clue_service.matching.repository import StoredClue
from clue_service.matching.text import MAX_TEXT, clean
from hypothesis import given, settings
from hypothesis import strategies as st

NASTY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="张王欧阳某X*老局长村镇县市一二三万亿元年月日0123456789.·，。（）\n 此外", max_size=80),
    st.sampled_from(
        ["'; DROP TABLE clue_key;--", "🙂" * 30, "１２３万", "買買提·阿不都", "\ud7ff\ufffe", "某某某", "ﷺ" * 40]
    ),
)


@st.composite
def clues(draw: st.DrawFn) -> ClueText:
    maybe = st.none() | NASTY
    subjects = draw(st.lists(st.builds(SubjectText, maybe, maybe, maybe, maybe, maybe, maybe), max_size=3))
    allegation = st.builds(
        AllegationText,
        NASTY,
        place=maybe,
        occurred_from=st.none() | st.dates(),
        amount_cny=st.none() | st.floats(0, 1e12),
    )
    allegations = draw(st.lists(allegation, min_size=1, max_size=3))
    return ClueText(draw(st.dates(date(1990, 1, 1))), tuple(subjects), tuple(allegations))


@settings(max_examples=150, deadline=None)
@given(clues(), clues())
def test_any_two_clues_can_be_prepared_stored_and_compared_both_ways(one: ClueText, other: ClueText) -> None:
    a, b = prepare(one), prepare(other)
    assert len(a.keys) <= MAX_TRIGRAMS + MAX_COMPOSITES
    assert np.all(a.keys[1:] > a.keys[:-1])
    restored, grams = load_features(dump_features(a)), load_grams(dump_grams(a))
    assert restored is not None
    assert grams is not None
    assert (restored.subjects, restored.parts, restored.digest) == (a.subjects, a.parts, a.digest)
    assert len(grams[1]) == len(a.parts)
    here = {(k, m): TextLikeness(0.5, 0.5, 1) for k in range(len(a.parts)) for m in range(len(b.parts))}
    there = {(m, k): alike for (k, m), alike in here.items()}
    forth, back = compare(a, b, here), compare(b, a, there)
    assert sorted(str(levels) for _, levels in forth) == sorted(str(levels) for _, levels in back)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    assert clean(clean(raw)) == clean(clean(clean(raw)))


@given(NASTY)
def test_splitting_keeps_every_character_but_blanks(raw: str) -> None:
    text = clean(raw)
    assert "".join("".join(split_matters(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "张" * 100_000,
        "张建国收5万元。" * 12_500,
        "1" * 100_000,
        "一万" * 50_000,
        "局" * 100_000,
        "此外，" * 33_000,
        "村镇县市" * 25_000,
        "2021年3月" * 14_000,
        "买·" * 50_000,
        " ，" * 50_000,
        "老张" * 50_000,
    ],
)
def test_the_longest_letter_takes_bounded_time(text: str) -> None:
    started = time.process_time()
    prepared = prepare(ClueText(date(2023, 1, 1), (), (AllegationText(text),)))
    assert time.process_time() - started < 2
    assert prepared.length <= 2 * MAX_TEXT


def test_an_empty_clue_has_no_keys_and_no_matter() -> None:
    prepared = prepare(ClueText(date(2023, 1, 1)))
    assert (len(prepared.keys), prepared.parts) == (0, ())


def test_rows_that_another_version_wrote_are_told_apart_and_left_out(desk, clue) -> None:
    prepared = prepare(clue("张建国收受五万元。", name="张建国"))
    features, grams = dump_features(prepared), dump_grams(prepared)
    other_features = features.replace(f'"v":{FEATURES_VERSION}'.encode(), b'"v":1')
    other_grams = grams[4:]  # the first version began with the count
    assert (load_features(other_features), load_grams(other_grams), load_grams(b"")) == (None, None, None)
    stored = [StoredClue(1, uuid4(), 1.0, other_features, grams), StoredClue(2, uuid4(), 1.0, features, other_grams)]
    assert desk.matcher.rank(prepared, stored) == []


def test_every_process_prepares_a_clue_alike():
    program = (
        "import hashlib; from clue_service.corpus.generate import Corpus\n"
        "from clue_service.matching.domain import prepare\n"
        "from clue_service.matching.prepared import ClueText, dump_features, dump_grams\n"
        "digest = hashlib.sha256()\n"
        "for body in Corpus(8, 'unseen').clues(300):\n"
        "    one = prepare(ClueText.of_body(body))\n"
        "    digest.update(one.keys.tobytes() + dump_features(one) + dump_grams(one))\n"
        "print(digest.hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_fresh_process_prepares_many_clues_at_the_same_moment():
    program = (
        "from concurrent.futures import ThreadPoolExecutor; from threading import Barrier\n"
        "from clue_service.corpus.generate import Corpus\n"
        "from clue_service.matching.domain import prepare\n"
        "from clue_service.matching.prepared import ClueText\n"
        "clues, together = [ClueText.of_body(body) for body in Corpus(9, 'fit').clues(24)], Barrier(24)\n"
        "with ThreadPoolExecutor(24) as threads:\n"
        "    print(len(list(threads.map(lambda clue: (together.wait(), prepare(clue)), clues))))\n"
    )
    found = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True) for _ in range(3)
    ]
    assert [(one.stdout, one.stderr) for one in found] == [("24\n", "")] * 3
