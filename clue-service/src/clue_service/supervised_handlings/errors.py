"""Refusals about supervised handling."""

from chassis.errors import Category, HeliError, Text


class NothingToEscalate(HeliError):
    """A report that is neither late nor was given back is waited for."""

    code = "nothing_to_escalate"
    category = Category.CONFLICT
    title = Text("督办事项未超期且未被退回，不得升级", "The report is neither overdue nor was it given back")
