"""Refusals about coordination reports."""

from chassis.errors import Category, HeliError, Text


class DayNotOver(HeliError):
    """A report tells a day that is over: nothing can be added to it any more."""

    code = "report_day_not_over"
    category = Category.INVALID
    title = Text("数据截止日须早于今天", "The as-of day must be over")


class DayOutsidePeriod(HeliError):
    code = "report_day_outside_period"
    category = Category.INVALID
    title = Text("数据截止日不能早于报告期起始日", "The as-of day lies before the period")


class DecisionWithoutAnswer(HeliError):
    """Member ``missing`` lists the numbers of decisions nobody has answered for."""

    code = "decision_without_answer"
    category = Category.CONFLICT
    title = Text("尚有决定事项没有落实情况", "Some decisions have no outcome yet")
