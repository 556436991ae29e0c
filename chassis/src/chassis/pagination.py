"""Opaque cursors and the one shape of every list."""

import base64
import binascii
import json
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from chassis.errors import InvalidCursor

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(*keys: str | int) -> str:
    """A cursor that remembers the sort keys of the last item."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> list[Any]:
    """The sort keys of a cursor; raises ``InvalidCursor`` unless they have exactly these types."""
    try:
        keys = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor from error
    if not isinstance(keys, list) or [type(key) for key in keys] != list(types):
        raise InvalidCursor
    return keys


def id_of_cursor(cursor: str | None) -> UUID | None:
    """The id a list goes on from; raises ``InvalidCursor``."""
    if not cursor:
        return None
    try:
        return UUID(decode_cursor(cursor, str)[0])
    except ValueError as error:
        raise InvalidCursor from error
