"""Refusals about rounds."""

from chassis.errors import Category, HeliError, Text


class UnknownProfile(HeliError):
    code = "unknown_profile"
    category = Category.INVALID
    title = Text("没有该组队规则集", "There is no rule set of this name")


class UnitRequired(HeliError):
    """The caller's token names no unit of the directory."""

    code = "unit_required"
    category = Category.FORBIDDEN
    title = Text("您的令牌没有单位目录中的单位", "Your token names no unit of the directory")


class RoundHasOpenTeams(HeliError):
    """A team of the round is not closed yet; member ``teams`` lists them."""

    code = "round_has_open_teams"
    category = Category.CONFLICT
    title = Text("本轮尚有未结束的巡察组", "The round still has teams that are not closed")


class RoundIsOver(HeliError):
    code = "round_is_over"
    category = Category.CONFLICT
    title = Text("本轮已结束", "The round is over")


class TargetIsManned(HeliError):
    """A target already has a team; members ``targets``."""

    code = "target_is_manned"
    category = Category.CONFLICT
    title = Text("该对象已有巡察组", "This target already has a team")
