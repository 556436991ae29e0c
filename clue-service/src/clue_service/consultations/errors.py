"""Refusals about consultations."""

from chassis.errors import Category, HeliError, Text


class QuorumMissing(HeliError):
    """Members: ``quorum`` and ``attended``, how many units are needed and how many came."""

    code = "quorum_missing"
    category = Category.CONFLICT
    title = Text("参加单位未达到法定数", "Too few of the participating units attended")


class ActionsOpen(HeliError):
    """A consultation closes when all its actions are done or withdrawn; member ``open_actions`` has their ids."""

    code = "actions_open"
    category = Category.CONFLICT
    title = Text("尚有未办结的落实事项", "Actions of the consultation are still open")


class OpinionsOpened(HeliError):
    """Opinions are open: the one that was given stands, and no unit is invited any more."""

    code = "opinions_opened"
    category = Category.CONFLICT
    title = Text("意见已公开，不得再更改", "Opinions are open; nothing about them can be changed")


class AlreadySigned(HeliError):
    code = "already_signed"
    category = Category.CONFLICT
    title = Text("贵单位已签署会商纪要", "Your unit has signed the minutes already")


class DidNotAttend(HeliError):
    """Minutes are signed by units that attended."""

    code = "did_not_attend"
    category = Category.FORBIDDEN
    title = Text("贵单位未参加本次会商", "Your unit did not attend the consultation")
