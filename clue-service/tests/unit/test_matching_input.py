"""The normaliser takes whatever a letter may hold, and says the same of the same letter twice."""

from typing import Any

import pytest
from clue_service.matching.domain import prepare
from clue_service.matching.prepared import ClueText
from hypothesis import given, settings
from hypothesis import strategies as st

LETTERS = st.text(max_size=300)
PIECES = st.sampled_from(
    [
        "张某某",
        "市住建局",
        "五万余元",
        "2021年3月",
        "前年",
        "局长",
        "１２３",
        "買買提·吐爾遜",
        "'; drop table clue; --",
        "😀",
        "Ma Li",
        "x" * 50,
    ]
)
TEXTS = st.one_of(LETTERS, st.lists(PIECES, max_size=12).map("".join))


def body(text: str, **subject: str | None) -> dict[str, Any]:
    return {
        "source_code": "PETITION",
        "received_on": "2026-01-05",
        "subjects": [subject] if subject else [],
        "allegations": [{"text": text}],
    }


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, name=TEXTS, unit=TEXTS, post=TEXTS)
def test_any_text_is_prepared_and_twice_the_same(text: str, name: str, unit: str, post: str) -> None:
    clue = body(text, name=name, unit_name=unit, post=post)
    first, second = prepare(ClueText.of_body(clue)), prepare(ClueText.of_body(clue))
    assert first.keys.tolist() == second.keys.tolist()
    assert len(first.keys) <= 2_000
    assert all(-(2**31) <= key < 2**31 for key in first.keys.tolist())


@pytest.mark.parametrize(
    "piece", ["1", "一二三", "1,", "1.1", "张三", "王某某，", "元", "前年", "局", "万", "一年", "·", "（", "😀"]
)
def test_the_longest_letter_of_one_repeated_piece_is_prepared(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    prepared = prepare(ClueText.of_body(body(text)))
    assert len(prepared.keys) <= 2_000


def test_no_subject_and_one_character_are_enough() -> None:
    assert prepare(ClueText.of_body(body("查"))).keys is not None
