"""Refusals about clarifications."""

from chassis.errors import Category, HeliError, Text


class NotConcludedUntrue(HeliError):
    """Only what was checked and did not prove true is clarified; members ``state`` and ``closure`` are the clue's."""

    code = "not_concluded_untrue"
    category = Category.CONFLICT
    title = Text("仅对查否了结的线索予以澄清", "Only a clue that ended as untrue is clarified")


class ClarificationExists(HeliError):
    """There is one for this subject; member ``clarification_id``."""

    code = "clarification_exists"
    category = Category.CONFLICT
    title = Text("该对象的澄清已在办理", "A clarification for this subject exists already")
