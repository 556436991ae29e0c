"""Refusals about look-backs."""

from chassis.errors import Category, HeliError, Text


class NothingOpen(HeliError):
    """Every item of the round is struck off the list."""

    code = "nothing_open"
    category = Category.CONFLICT
    title = Text("该轮没有未销号的整改事项", "No rectification item of that round is open")


class AlreadyLookedAt(HeliError):
    code = "already_looked_at"
    category = Category.CONFLICT
    title = Text("该事项已有回头看结论", "This item has its outcome already")
