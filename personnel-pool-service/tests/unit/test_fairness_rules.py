"""Gini, Lorenz and days, against values known from elsewhere."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.fairness.domain import by_home, days_within, gini, lorenz, person_days


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0.0), ([0, 0], 0.0), ([5], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 1], 0.75), ([1, 2, 3, 4], 0.25)],
)
def test_gini_of_known_spreads(values: list[float], expected: float) -> None:
    assert gini(values) == expected


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    count, total = len(values), sum(values)
    pairs = sum(abs(one - other) for one in values for other in values)
    assert gini(values) == pytest.approx(pairs / (2 * count * total) if total else 0.0, abs=1e-4)
    curve = lorenz(values)
    assert (curve[0], curve[-1]) == ((0.0, 0.0), pytest.approx((1.0, 1.0)))
    assert all(share <= people + 1e-9 for people, share in curve)


def test_gini_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="negative"):
        gini([1, -1])


def test_days_count_only_within_the_period_and_idle_members_count_too() -> None:
    asked = Period(date(2026, 12, 1), date(2026, 12, 31))
    stretches = [Period(date(2026, 11, 25), date(2026, 12, 2)), Period(date(2026, 12, 30), date(2027, 1, 9))]
    assert days_within(stretches, asked) == 4
    lent, idle = uuid4(), uuid4()
    people = person_days({lent: "a", idle: "a"}, {lent: stretches}, asked)
    assert [one.days for one in people] == [4, 0]
    (home,) = by_home(people)
    assert (home.members, home.lent, home.days, home.days_per_member) == (2, 1, 4, 2.0)
