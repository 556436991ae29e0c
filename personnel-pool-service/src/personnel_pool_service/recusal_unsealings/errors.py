"""Why grounds stay sealed."""

from chassis.errors import Category, HeliError, Text


class NotReadable(HeliError):
    """Only the two people, and only in the time after approval."""

    code = "not_readable"
    category = Category.FORBIDDEN
    title = Text("回避事由当前不可查阅", "The grounds cannot be read now")
