"""Refusals about requests for entries of the library."""

from chassis.errors import Category, HeliError, Text


class LibraryRequestNotYours(HeliError):
    """Requests are decided by those who look after the entry, never by who asked."""

    code = "library_request_not_yours"
    category = Category.FORBIDDEN
    title = Text("您不能处理该查阅申请", "This request is not yours to decide")


class LibraryItemOpen(HeliError):
    """The entry is open to the caller already, or a request of theirs is waiting."""

    code = "library_request_needless"
    category = Category.CONFLICT
    title = Text("您已可查阅，或已有待批申请", "You may read it already, or your request is waiting")


class LibraryRequestOver(HeliError):
    """The grant has expired."""

    code = "library_request_over"
    category = Category.CONFLICT
    title = Text("该授权已到期", "The grant has expired")
