"""Refusals about unsealings."""

from chassis.errors import Category, HeliError, Text


class UnsealingNotYours(HeliError):
    """Neither asked by the caller nor for the caller to decide."""

    code = "unsealing_not_yours"
    category = Category.FORBIDDEN
    title = Text("您的角色不能申请或审批启封", "Your role may not ask for or decide this unsealing")


class NoReporterKept(HeliError):
    """The vault holds nobody for this clue."""

    code = "no_reporter_kept"
    category = Category.CONFLICT
    title = Text("该线索没有实名举报人信息", "No reporter's identity is kept for this clue")
