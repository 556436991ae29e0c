"""Clocks against hand-dated cases."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from clue_service.deadlines.domain import (
    DISPOSITION_OPINION,
    OVERLAP_ACKNOWLEDGEMENT,
    SUPERIOR_LEVEL_REPORT,
    Due,
    DueRule,
    add_months,
    due_after,
    end_of_day,
)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 5, 20), 12, date(2027, 5, 20)),
    ],
)
def test_months_clamp_at_the_end_of_the_month(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        # National Day 2024: 1–7 October off, Sunday 29 September and Saturday 12 October are working days.
        (SUPERIOR_LEVEL_REPORT, date(2024, 9, 27), date(2024, 10, 10)),
        (OVERLAP_ACKNOWLEDGEMENT, date(2024, 9, 27), date(2024, 10, 8)),
        (SUPERIOR_LEVEL_REPORT, date(2024, 6, 3), date(2024, 6, 11)),  # 10 June is the Dragon Boat Festival
        (DISPOSITION_OPINION, date(2024, 9, 1), date(2024, 10, 8)),  # 1 October is a holiday: the next working day
        (DISPOSITION_OPINION, date(2024, 3, 14), date(2024, 4, 15)),  # 14 April is a Sunday
        (DISPOSITION_OPINION, date(2024, 4, 11), date(2024, 5, 11)),  # a Saturday, but one that is worked
    ],
)
def test_a_limit_ends_on_its_working_day(rule: DueRule, start: date, due: date) -> None:
    assert due_after(rule, start) == Due(due)


def test_a_year_without_a_calendar_counts_weekdays_and_is_provisional() -> None:
    assert due_after(SUPERIOR_LEVEL_REPORT, date(2090, 1, 2)) == Due(date(2090, 1, 9), is_provisional=True)


def test_a_day_ends_in_the_last_second_of_the_civil_day() -> None:
    assert end_of_day(date(2026, 11, 23), ZoneInfo("Asia/Shanghai")) == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
