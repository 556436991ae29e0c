"""The limits of lending, as configured."""

from personnel_pool_service.bookings.domain import Rest
from personnel_pool_service.secondments.service import Limits
from personnel_pool_service.settings import PoolSettings


def limits_of(settings: PoolSettings) -> Limits:
    """What the settings allow."""
    return Limits(
        share=settings.lending_share,
        max_months=settings.lending_max_months,
        rest=Rest(
            cumulative_months=settings.lending_cumulative_months,
            window_months=settings.lending_window_months,
            cool_down_days=settings.lending_cool_down_days,
        ),
    )
