"""Refusals of streams."""

from chassis.errors import Category, HeliError, Text


class TicketInvalid(HeliError):
    code = "stream_ticket_invalid"
    category = Category.UNAUTHENTICATED
    title = Text("流票据无效、已用过或已过期", "The stream ticket is not valid, was used or has expired")
