"""Refusals about briefings."""

from chassis.errors import Category, HeliError, Text


class TeamHasEntered(HeliError):
    """Briefings are asked for before entry."""

    code = "team_is_not_preparing"
    category = Category.CONFLICT
    title = Text("巡察组不在进驻前准备阶段", "The team is not preparing its entry")


class NothingSaid(HeliError):
    """An acknowledgement tells something, or says that there is nothing to tell."""

    code = "nothing_said"
    category = Category.INVALID
    title = Text("请填写通报内容或注明无情况", "Tell something, or say that there is nothing to report")
