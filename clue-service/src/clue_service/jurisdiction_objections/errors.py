"""Refusals about jurisdiction objections."""

from chassis.errors import Category, HeliError, Text


class ObjectionTooLate(HeliError):
    """The term to object is over; member ``objectable_until`` says when it ended."""

    code = "objection_too_late"
    category = Category.INVALID
    title = Text("已超过提出管辖异议的期限", "The term to object to jurisdiction is over")


class ObjectionExists(HeliError):
    """What was handed over is objected to once; member ``objection_id``."""

    code = "objection_exists"
    category = Category.CONFLICT
    title = Text("该移送已提出过管辖异议", "An objection to this transfer was raised already")


class OtherSideConfirms(HeliError):
    """What a meeting came to is confirmed or disputed by the side that did not record it."""

    code = "other_side_confirms"
    category = Category.FORBIDDEN
    title = Text("须由另一方确认", "The other side confirms this")
