"""Small cells cannot be read nor worked out; figures have one form."""

from datetime import date

import pytest
from clue_service.statistics.domain import SMALLEST, Figures, Scope, document_of, protected, rows_of
from clue_service.statistics.sheets import as_csv, as_xlsx
from clue_service.trend_reports.domain import bounds_of
from hypothesis import given
from hypothesis import strategies as st


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(0, 9), max_size=9))
def test_a_small_cell_is_neither_shown_nor_worked_out_from_the_total(counts: dict[str, int]) -> None:
    shown = protected(counts)
    assert set(shown) == {code for code, number in counts.items() if number}
    assert all(number is None or number == counts[code] >= SMALLEST for code, number in shown.items())
    hidden = [code for code, number in shown.items() if number is None]
    missing = sum(counts[code] for code in hidden)
    if hidden and len(hidden) < len(shown):
        assert len(hidden) >= 2
        assert missing >= SMALLEST


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 7, "b": 9}, {"a": 7, "b": 9}),
        ({"a": 1, "b": 9, "c": 5}, {"a": None, "b": 9, "c": None}),
        ({"a": 1, "b": 1, "c": 5}, {"a": None, "b": None, "c": None}),
        ({"a": 1, "b": 2, "c": 5}, {"a": None, "b": None, "c": 5}),
        ({"a": 2}, {"a": None}),
        ({}, {}),
    ],
)
def test_small_cells_by_example(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert protected(counts) == shown


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_periods(period: str, first: date, last: date) -> None:
    assert bounds_of(period) == (first, last)


def _figures(clues: int, categories: dict[str, int]) -> Figures:
    return Figures(
        clues=clues, by_source={"PETITION": clues}, by_channel={}, by_category=categories, by_month={}, by_unit={},
        dispositions={}, outcomes={}, forms={}, advice=1, library={"advice": 1},
    )  # fmt: skip


SCOPE = Scope("cdi-dh", ("internal",), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 5))


def test_hotspots_are_what_grew_and_may_be_shown() -> None:
    told = document_of(SCOPE, _figures(20, {"C1": 9, "D3": 7, "D6": 4}), _figures(12, {"C1": 3, "D3": 9}))
    assert told["hotspots"] == [
        {"category": "C1", "now": 9, "before": 3, "more": 6},
        {"category": "D6", "now": 4, "before": 0, "more": 4},
    ]
    assert told["advice_served"] is None
    assert SCOPE.before().first == date(2026, 3, 31)
    hidden = document_of(SCOPE, _figures(5, {"C1": 3, "D3": 2}), _figures(0, {}))
    assert hidden["hotspots"] == []


def test_sheets_have_one_form_and_show_no_small_cell() -> None:
    told = document_of(SCOPE, _figures(20, {"C1": 9, "D3": 1, "D6": 4, "D1": 6}))
    assert ("by_category", "D3", None) in rows_of(told)
    sheet = as_csv(told, "zh-CN").decode("utf-8-sig")
    assert "按问题类别,D3,廉洁纪律,<3\r\n" in sheet
    assert "By category,C1,Corruption and bribery,9\r\n" in as_csv(told, "en").decode("utf-8-sig")
    assert as_xlsx(told, "en") == as_xlsx(told, "en")
    assert as_xlsx(told, "en") != as_xlsx(told, "zh-CN")
