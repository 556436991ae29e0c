"""Refusals of notices."""

from chassis.errors import Category, HeliError, Text


class AcknowledgementNotAsked(HeliError):
    code = "acknowledgement_not_asked"
    category = Category.CONFLICT
    title = Text("该提醒无需确认，请在事项本身中办理", "This notice asks for none; deal with its item instead")
