"""Refusals about competence."""

from chassis.errors import Category, HeliError, Text


class CompetentElsewhere(HeliError):
    """People decided that another commission is competent; members ``competent``, ``route``, ``allowed_moves``."""

    code = "competent_elsewhere"
    category = Category.CONFLICT
    title = Text("已确定由其他纪委监委管辖，请按权限移交", "Another commission is competent; hand the clue over to it")


class WrongRoute(HeliError):
    """The recipient is not the commission that was found competent; members as of ``competent_elsewhere``."""

    code = "wrong_route"
    category = Category.CONFLICT
    title = Text("移交对象与已确定的管辖不符", "The recipient is not the commission that was found competent")
