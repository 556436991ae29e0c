"""Periods of trend reports. Pure."""

from datetime import date, timedelta

PERIOD = r"^20\d\d(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"


def bounds_of(period: str) -> tuple[date, date]:
    """First and last day of a year, half year, quarter or month: ``2026``, ``2026-H1``, ``2026-Q3``, ``2026-07``."""
    year, _, part = period.partition("-")
    months = {"H": 6, "Q": 3}.get(part[:1], 1 if part else 12)
    number = int(part.lstrip("HQ")) if part else 1
    first = date(int(year), (number - 1) * months + 1, 1)
    after = first.month + months
    last = date(first.year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    return first, last
