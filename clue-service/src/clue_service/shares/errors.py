"""Refusals about shares."""

from chassis.errors import Category, HeliError, Text


class ShareNotYours(HeliError):
    """Clues are shared by the office and the leaders of their commission."""

    code = "share_not_yours"
    category = Category.FORBIDDEN
    title = Text("仅线索所属案管部门和本级负责人可共享", "Only the commission's office and leaders share its clues")


class ShareOver(HeliError):
    """The share is revoked or has expired."""

    code = "share_over"
    category = Category.CONFLICT
    title = Text("该共享已撤销或到期", "The share is revoked or has expired")
