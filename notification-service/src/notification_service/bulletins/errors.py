"""Refusals of this room."""

from chassis.errors import Category, HeliError, Text


class BulletinNotYours(HeliError):
    """The reader holds none of the roles that bulletins are for."""

    code = "bulletin_not_yours"
    category = Category.FORBIDDEN
    title = Text("您的角色不能查阅统计通报", "Your role does not read bulletins")
