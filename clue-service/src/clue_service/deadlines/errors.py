"""Refusals about clocks."""

from chassis.errors import Category, HeliError, Text


class WrongApprover(HeliError):
    """The rule names another approver; member ``approver`` says which roles of which units."""

    code = "wrong_approver"
    category = Category.INVALID
    title = Text("批准人不具有该规则要求的职务或层级", "The rule asks for an approver of another role or unit")


class ClockNotExtendable(HeliError):
    """The rule of the running clock knows no extension, or none as long; member ``latest`` says how long."""

    code = "clock_not_extendable"
    category = Category.CONFLICT
    title = Text("该期限不得延长，或超过可延长的期限", "This limit is not extended, or not so far")


class ClockNotPausable(HeliError):
    """The rule knows no pause, or the clock has run out: what is late does not become punctual by standing still."""

    code = "clock_not_pausable"
    category = Category.CONFLICT
    title = Text("该期限不得中止，或已届满", "This limit does not stand still, or has run out")


class RecomputingRuns(HeliError):
    """Another run counts due dates anew at the moment."""

    code = "recomputing_runs"
    category = Category.CONFLICT
    title = Text("期限正在重新计算", "Due dates are being counted anew already")
