"""Refusals that all proceedings share."""

from chassis.errors import Category, HeliError, Text


class PartRequired(HeliError):
    """The caller sees the item but has not the part in it that the move asks for; member ``who`` says who has."""

    code = "part_required"
    category = Category.FORBIDDEN
    title = Text("您的角色或单位不能在此事项中执行该操作", "Your role or unit has not the part this move asks for")


class OwnDraft(HeliError):
    """Whoever drew something up does not approve it."""

    code = "own_draft"
    category = Category.FORBIDDEN
    title = Text("不得审批本人起草的内容", "You may not decide on what you drew up yourself")
