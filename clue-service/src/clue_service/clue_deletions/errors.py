"""Refusals about deletions of clues."""

from chassis.errors import Category, HeliError, Text


class ClueHeld(HeliError):
    """Something keeps the content from being deleted; members ``holds`` and ``kept_until`` say what and how long."""

    code = "clue_held"
    category = Category.CONFLICT
    title = Text("线索尚不具备销毁条件", "The clue's content may not be deleted yet")


class DeletionExists(HeliError):
    """The deletion of this clue is asked for already; member ``deletion_id``."""

    code = "deletion_exists"
    category = Category.CONFLICT
    title = Text("该线索的销毁申请正在审批", "The deletion of this clue waits for a decision already")
