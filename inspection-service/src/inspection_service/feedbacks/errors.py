"""Refusals about feedback."""

from chassis.errors import Category, HeliError, Text


class NotDecidedYet(HeliError):
    """The unit is told once the dispatching Party body has decided."""

    code = "not_decided_yet"
    category = Category.CONFLICT
    title = Text("派出党组织研究决定后方可反馈", "Feedback waits for the decision of the dispatching Party body")


class NoTarget(HeliError):
    code = "no_target"
    category = Category.INVALID
    title = Text("该单位不是本轮巡察对象", "The unit is not a target of this round")
