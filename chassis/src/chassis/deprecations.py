"""Operations that will go: said once at the route, shown in OpenAPI and in every answer (RFC 9745, RFC 8594)."""

from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any

_SINCE, _SUNSET, _SUCCESSOR = "x-deprecated-since", "x-sunset", "x-successor"


def deprecated(*, since: date, sunset: date | None = None, successor: str | None = None) -> dict[str, Any]:
    """What a route's decorator is given: ``@router.get("/v1/old", **deprecated(since=…, successor="/v1/new"))``.

    Args:
        since: The day from which callers should move.
        sunset: The day from which it may answer no more; not before ``since``.
        successor: The address that takes its place.

    Raises:
        ValueError: it would be gone before it was deprecated.
    """
    if sunset is not None and sunset < since:
        message = "gone before it was deprecated"
        raise ValueError(message)
    told = {
        _SINCE: since.isoformat(),
        _SUNSET: sunset.isoformat() if sunset else None,
        _SUCCESSOR: successor,
    }
    return {"deprecated": True, "openapi_extra": {name: value for name, value in told.items() if value is not None}}


def headers_of(route: object) -> list[tuple[bytes, bytes]]:
    """What an answer of a route says about its end; nothing for most."""
    told = getattr(route, "openapi_extra", None) or {}
    if _SINCE not in told:
        return []
    found = [(b"deprecation", b"@%d" % _midnight(told[_SINCE]).timestamp())]
    if _SUNSET in told:
        found.append((b"sunset", format_datetime(_midnight(told[_SUNSET]), usegmt=True).encode()))
    if _SUCCESSOR in told:
        found.append((b"link", f'<{told[_SUCCESSOR]}>; rel="successor-version"'.encode()))
    return found


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
