"""Refusals about clocks beside the first."""

from chassis.errors import Category, HeliError, Text


class NotUnderInquiry(HeliError):
    """A reply is awaited while a talk or inquiry is under way only; member ``status`` is the clue's."""

    code = "not_under_inquiry"
    category = Category.CONFLICT
    title = Text("线索不在谈话函询阶段，不计函询回复期限", "No inquiry is under way for this clue")


class ReplyAwaited(HeliError):
    """The reply of this subject is awaited already: one clock for a letter."""

    code = "reply_awaited"
    category = Category.CONFLICT
    title = Text("该被反映人的函询回复期限已在计算", "The reply of this subject is awaited already")


class ReportStaysOwed(HeliError):
    """Nobody takes back what the inspection office is owed; it ends with the clue, or once the office is told."""

    code = "report_stays_owed"
    category = Category.CONFLICT
    title = Text("向巡察办反馈的期限不得人工撤销", "What the inspection office is owed is not taken back")
