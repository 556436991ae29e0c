"""Refusals about rectification items."""

from chassis.errors import Category, HeliError, Text


class FeedbackFirst(HeliError):
    """Only what is put right at once may be asked for before the unit was told the result."""

    code = "feedback_first"
    category = Category.CONFLICT
    title = Text("反馈之前只能交办立行立改事项", "Before the feedback only immediate fixes can be asked for")


class FindingNotHeld(HeliError):
    code = "finding_withdrawn"
    category = Category.CONFLICT
    title = Text("该问题已撤回，不能交办整改", "The finding was withdrawn; nothing is to be put right")


class VerifierMayNotSignOff(HeliError):
    code = "verifier_may_not_sign_off"
    category = Category.FORBIDDEN
    title = Text("核查人不能办理销号", "Whoever verified an item may not sign it off")


class DateNotLater(HeliError):
    code = "date_not_later"
    category = Category.INVALID
    title = Text("新期限须晚于原期限和今天", "The new date must lie after the old one and after today")
