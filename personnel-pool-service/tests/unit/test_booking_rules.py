"""Quotas, periods, limits: pure arithmetic."""

from datetime import date
from uuid import uuid4

import pytest
from personnel_pool_service.bookings.domain import (
    Booking,
    Period,
    homes_over_quota,
    is_within_months,
    months_later,
    most_at_once,
    quota,
)


def period(first: int, last: int) -> Period:
    return Period(date(2026, 1, first), date(2026, 1, last))


def booking(home: str, first: int, last: int) -> Booking:
    return Booking(uuid4(), home, period(first, last))


@pytest.mark.parametrize(
    ("share", "members", "expected"),
    [
        (0.2, 0, 1),
        (0.2, 4, 1),
        (0.2, 5, 1),
        (0.2, 9, 1),
        (0.2, 10, 2),
        (0.5, 3, 1),
        (0.5, 4, 2),
        (1, 7, 7),
        (0.29, 100, 29),
    ],
)
def test_a_quota_is_the_floor_of_the_share_but_never_less_than_one(share: float, members: int, expected: int) -> None:
    assert quota(share, members) == expected


def test_the_first_and_the_last_day_count() -> None:
    assert period(1, 1).days == 1
    assert period(1, 5).overlaps(period(5, 9))
    assert not period(1, 5).overlaps(period(6, 9))


def test_bookings_one_after_the_other_are_never_at_once() -> None:
    bookings = [booking("a", 1, 5), booking("a", 6, 9), booking("a", 10, 12)]
    assert most_at_once(bookings, period(1, 31)) == 1
    assert most_at_once([*bookings, booking("a", 5, 6)], period(1, 31)) == 2
    assert most_at_once(bookings, period(20, 31)) == 0


def test_only_the_home_unit_that_lends_too_many_on_one_day_is_over_its_quota() -> None:
    held = [booking("a", 1, 5), booking("b", 1, 5)]
    wanted = [booking("a", 6, 9), booking("b", 5, 9)]
    assert homes_over_quota(wanted, held, {"a": 1, "b": 1}) == ["b"]
    assert homes_over_quota(wanted, held, {"a": 1, "b": 2}) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 11, 23), -36, date(2023, 11, 23)),
        (date(2026, 12, 1), -12, date(2025, 12, 1)),
    ],
)
def test_months_end_with_their_last_day(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


def test_three_months_last_until_the_day_before() -> None:
    assert is_within_months(Period(date(2026, 12, 1), date(2027, 2, 28)), 3)
    assert not is_within_months(Period(date(2026, 12, 1), date(2027, 3, 1)), 3)
