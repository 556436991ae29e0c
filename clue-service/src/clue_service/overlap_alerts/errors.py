"""Refusals about overlap alerts."""

from chassis.errors import Category, HeliError, Text


class NotYourVote(HeliError):
    """Only the case supervisors of the commissions involved and a leader of their common superior decide."""

    code = "not_your_vote"
    category = Category.FORBIDDEN
    title = Text("您不能就该重叠提示表决", "You have no vote on this overlap alert")


class NothingConcluded(HeliError):
    """No consultation about this overlap has an approved conclusion; members ``state`` (its), ``allowed_moves``."""

    code = "nothing_concluded"
    category = Category.CONFLICT
    title = Text("该重叠提示尚无经批准的会商结论", "No consultation about this overlap has an approved conclusion")
