"""Which half years are over, and by when a report is contributed to and heard."""

from datetime import date

import pytest
from inspection_service.coordination_reports import domain


@pytest.mark.parametrize(
    ("since", "today", "periods"),
    [
        (date(2026, 1, 1), date(2026, 6, 30), []),
        (date(2026, 1, 1), date(2026, 7, 1), ["2026-H1"]),
        (date(2026, 6, 30), date(2026, 7, 1), ["2026-H1"]),
        (date(2026, 7, 1), date(2026, 7, 1), []),
        (date(2026, 7, 1), date(2026, 12, 31), []),
        (date(2026, 3, 9), date(2028, 1, 1), ["2026-H1", "2026-H2", "2027-H1", "2027-H2"]),
        (date(2027, 1, 1), date(2026, 6, 30), []),
    ],
)
def test_a_half_year_is_owed_once_its_last_day_is_over(since: date, today: date, periods: list[str]) -> None:
    assert domain.periods_over(since, today) == periods


def test_units_have_ten_working_days_and_the_committee_hears_within_thirty_days() -> None:
    # The first three days of October 2025 and more are holidays; July has none.
    assert domain.contribute_until(date(2025, 6, 30)) == date(2025, 7, 14)
    assert domain.contribute_until(date(2024, 12, 31)) == date(2025, 1, 15)  # after New Year's Day
    assert domain.hear_until(date(2026, 12, 31)) == date(2027, 1, 30)
