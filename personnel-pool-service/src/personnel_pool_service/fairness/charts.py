"""Fairness figures as a picture: SVG, drawn here, without scripts or anything loaded from elsewhere."""

import leather

from personnel_pool_service.fairness.domain import lorenz
from personnel_pool_service.fairness.service import Figures

_HOMES_SHOWN = 20
_WIDTH, _HEIGHT = 800, 480


def chart_of_people(figures: Figures) -> str:
    """The Lorenz curve of days per pool member, beside the line of perfect evenness."""
    chart = leather.Chart(f"Lent days, {figures.period.first} – {figures.period.last}, Gini {figures.gini_people:.3f}")
    chart.add_line([(0, 0), (1, 1)], name="even", stroke_color="#999999")
    chart.add_line(lorenz([one.days for one in figures.people]), name="lent", stroke_color="#b4281e")
    chart.add_x_scale(0, 1)
    chart.add_y_scale(0, 1)
    chart.add_x_axis(name="share of pool members, least lent first")
    chart.add_y_axis(name="share of days")
    return _drawn(chart)


def chart_of_homes(figures: Figures) -> str:
    """Days per member of the home units most called upon."""
    shown = figures.homes[:_HOMES_SHOWN]
    chart = leather.Chart(f"Days lent per member, {figures.period.first} – {figures.period.last}")
    chart.add_bars([(one.days_per_member, one.home_unit) for one in reversed(shown)] or [(0, "-")])
    chart.add_x_axis(name="days per pool member")
    return _drawn(chart)


def _drawn(chart: leather.Chart) -> str:
    drawn: str = chart.to_svg(width=_WIDTH, height=_HEIGHT)
    return drawn
