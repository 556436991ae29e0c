"""Which headers cross the door. What describes one connection, or claims an identity, stays outside."""

from collections.abc import Iterable

from gateway.errors import MalformedRequest

RawHeaders = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Framing is made anew on each side; the rest is ours to say.
_NOT_INWARD = _HOP_BY_HOP | {
    b"baggage", b"content-length", b"expect", b"forwarded", b"host", b"traceparent", b"tracestate", b"x-real-ip",
    b"x-request-id",
}  # fmt: skip
_NOT_OUTWARD = _HOP_BY_HOP | {b"content-length", b"date", b"server", b"x-request-id"}
_CLAIMS = (b"x-user-", b"x-forwarded-", b"heli-")
_ONCE = frozenset({b"authorization", b"content-type", b"host", b"idempotency-key", b"if-match"})


def inward_headers(
    headers: Iterable[tuple[bytes, bytes]], *, request_id: str, traceparent: str, scheme: str
) -> list[tuple[str, str]]:
    """The headers a service gets.

    The caller's address is not passed on: the platform keeps none, so that no report can be traced by it.

    Raises:
        MalformedRequest: a header that decides something is there twice.
    """
    named, host = _named_in_connection(headers), ""
    kept: list[tuple[str, str]] = []
    once: set[bytes] = set()
    for name, value in headers:
        if name in _ONCE:
            if name in once:
                raise MalformedRequest
            once.add(name)
        if name == b"host":
            host = value.decode("latin-1")
        if name in _NOT_INWARD or name in named or b"_" in name or name.startswith(_CLAIMS):
            continue
        kept.append((name.decode("latin-1"), _text(value)))
    quoted_host = host.replace("\\", "").replace('"', "")
    kept.append(("x-request-id", request_id))
    kept.append(("traceparent", traceparent))
    kept.append(("forwarded", f'for=unknown;host="{quoted_host}";proto={scheme}'))
    return kept


def outward_headers(headers: Iterable[tuple[bytes, bytes]], *, request_id: str) -> RawHeaders:
    """The headers a caller gets, but for the length: lower-case, with the request id and safe defaults."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = _named_in_connection(lowered)
    kept = [(name, value) for name, value in lowered if name not in _NOT_OUTWARD and name not in named]
    present = {name for name, _ in kept}
    if b"cache-control" not in present:
        kept.append((b"cache-control", b"no-store"))
    if b"x-content-type-options" not in present:
        kept.append((b"x-content-type-options", b"nosniff"))
    kept.append((b"x-request-id", request_id.encode()))
    return kept


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The first value of a header; ``name`` in lower case."""
    return next((value for one, value in headers if one.lower() == name), None)


def _named_in_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(token.strip().lower() for value in values for token in value.split(b",")) if values else _NONE


_NONE: frozenset[bytes] = frozenset()


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
