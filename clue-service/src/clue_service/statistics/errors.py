"""Refusals about figures."""

from chassis.errors import Category, HeliError, Text


class FiguresNotYours(HeliError):
    """Figures of a commission are for its office and its leaders."""

    code = "figures_not_yours"
    category = Category.FORBIDDEN
    title = Text("统计数据仅供本级案管部门和负责人查阅", "Figures are for the office and the leaders of the commission")


class FiguresDayNotOver(HeliError):
    """Figures are told as of a day that is over, so that they can be told again."""

    code = "figures_day_not_over"
    category = Category.INVALID
    title = Text("统计截止日须为已过去的日期", "Figures are told as of a day that is over")
