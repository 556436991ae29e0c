"""Refusals about duties."""

from chassis.errors import Category, HeliError, Text


class DutyArranged(HeliError):
    """This unit has this duty already, or had it in this period."""

    code = "duty_arranged"
    category = Category.CONFLICT
    title = Text("该单位本期已设定此项定期任务", "This unit has this duty already")


class LaterPeriodFollows(HeliError):
    """A period that another follows is not where a duty is stopped; the latest is."""

    code = "later_period_follows"
    category = Category.CONFLICT
    title = Text("已有后续周期，请在最近一期停止", "A later period follows; stop the latest one")
