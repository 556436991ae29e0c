"""Which periods are due, and what a page makes of figures."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notification_service.bulletins.domain import Period, Rhythm, period_of, periods_due
from notification_service.bulletins.figures import Line, Part
from notification_service.bulletins.pages import digest_of, page_of, sheet_of

MONTH, QUARTER, HALF_YEAR = Rhythm.MONTH, Rhythm.QUARTER, Rhythm.HALF_YEAR
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("rhythm", "today", "newest", "numbers"),
    [
        (MONTH, date(2026, 11, 30), None, ["2026-10"]),
        (MONTH, date(2026, 12, 1), None, ["2026-11"]),
        (MONTH, date(2027, 1, 1), date(2026, 11, 1), ["2026-12"]),
        (MONTH, date(2026, 12, 31), date(2026, 11, 1), []),
        (MONTH, date(2027, 3, 2), date(2026, 11, 1), ["2026-12", "2027-01", "2027-02"]),
        (QUARTER, date(2026, 12, 31), None, ["2026-Q3"]),
        (QUARTER, date(2027, 1, 1), date(2026, 7, 1), ["2026-Q4"]),
        (HALF_YEAR, date(2026, 6, 30), None, ["2025-H2"]),
        (HALF_YEAR, date(2026, 7, 1), date(2025, 7, 1), ["2026-H1"]),
    ],
)
def test_what_is_due(rhythm: Rhythm, today: date, newest: date | None, numbers: list[str]) -> None:
    assert [one.number for one in periods_due(rhythm, today, newest)] == numbers


@given(st.sampled_from(Rhythm), DAYS, st.integers(1, 400))
def test_made_day_by_day_or_after_a_pause_every_period_comes_once(rhythm: Rhythm, start: date, days: int) -> None:
    def made(visits: list[date]) -> list[Period]:
        found = periods_due(rhythm, start, None)
        for day in visits:
            found += periods_due(rhythm, day, found[-1].first)
        return found

    end = date.fromordinal(start.toordinal() + days)
    daily = made([date.fromordinal(start.toordinal() + number) for number in range(days + 1)])
    assert made([end]) == daily
    assert all(later == earlier.next() for earlier, later in pairwise(daily))
    assert daily[-1].next() == period_of(rhythm, end), "all that is over, and nothing that is not"


LINES = (Line("登记线索", "", "", 12), Line("按来源", "PETITION", "<信访>", 7), Line("按来源", "AUDIT", "审计", "<3"))
PARTS = (Part("clue", LINES), Part("inspection", None))
PERIOD = Period(MONTH, date(2026, 11, 1))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_same_figures_are_the_same_page_and_the_same_workbook(language: str) -> None:
    assert page_of(PERIOD, PARTS, language) == page_of(PERIOD, PARTS, language)
    assert sheet_of(PERIOD, PARTS, language) == sheet_of(PERIOD, PARTS, language)
    assert digest_of(PERIOD, PARTS) in page_of(PERIOD, PARTS, language)
    assert digest_of(PERIOD, PARTS[:1]) != digest_of(PERIOD, PARTS)


def test_a_page_escapes_names_shows_small_numbers_as_such_and_says_what_is_missing() -> None:
    page = page_of(PERIOD, PARTS, "zh-CN")
    assert "<信访>" not in page
    assert "&lt;信访&gt;" in page
    assert "审计 &lt;3" in page
    assert "您无权查阅该部分数据" in page
    assert "监督工作月度通报（2026-11）" in page
    assert "<script" not in page
