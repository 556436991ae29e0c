"""Refusals about notices to reporters."""

from chassis.errors import Category, HeliError, Text


class NotAcceptedYet(HeliError):
    """Nobody is told that a report is accepted before it is; member ``status`` is the clue's."""

    code = "not_accepted_yet"
    category = Category.CONFLICT
    title = Text("线索尚未受理，不得告知", "The clue has not been accepted yet")
