"""Tickets over HTTP."""

from datetime import datetime

from chassis.web import ResponseModel


class TicketOut(ResponseModel):
    """Put it into ``?ticket=`` of the stream's address, for clients that cannot send a header."""

    ticket: str
    expires_at: datetime
