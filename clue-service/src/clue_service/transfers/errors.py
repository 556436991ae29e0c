"""Refusals about transfers."""

from chassis.errors import Category, HeliError, Text


class NotYourTransfer(HeliError):
    """The receiver's case office receives and sends back; the sender's takes back and records."""

    code = "not_your_transfer"
    category = Category.FORBIDDEN
    title = Text("该操作须由移送的另一方或其案管部门办理", "This is for the other side's case office")
