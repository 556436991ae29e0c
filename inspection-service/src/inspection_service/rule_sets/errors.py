"""Refusals about rule sets."""

from chassis.errors import Category, HeliError, Text


class InvalidRuleSet(HeliError):
    """A rule or weight that cannot be meant; ``errors`` name each by pointer."""

    code = "invalid_rule_set"
    category = Category.INVALID
    title = Text("规则集有误", "The rule set is wrong")


class RuleSetIsFinal(HeliError):
    """Only a draft may be changed; draw up the next version instead."""

    code = "rule_set_is_final"
    category = Category.CONFLICT
    title = Text("该版本已生效或已停用，不能修改，请另拟新版本", "This version is final; draw up the next one")


class AuthorMayNotDecide(HeliError):
    code = "rule_set_author_may_not_decide"
    category = Category.FORBIDDEN
    title = Text("起草规则集的人不能批准其生效", "Whoever drafted a rule set may not put it in force")
