"""Cursors of lists that go by id."""

from uuid import UUID

from chassis.errors import InvalidCursor
from chassis.pagination import decode_cursor, encode_cursor


def id_of_cursor(cursor: str | None) -> UUID | None:
    """The id a list goes on from; raises ``InvalidCursor``."""
    if not cursor:
        return None
    try:
        return UUID(decode_cursor(cursor, str)[0])
    except ValueError as error:
        raise InvalidCursor from error


def cursor_of_id(last: UUID, *, more: bool) -> str | None:
    """The cursor after the last item of a page, or None on the last page."""
    return encode_cursor(str(last)) if more else None
