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
SAFE: RawHeaders = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
"""What an answer says unless its service says otherwise: data, never a page of its own."""
DEADLINE = b"heli-deadline-ms"
"""How long the gateway will wait for the answer, milliseconds: a service may stop what nobody waits for."""
_ONCE = frozenset({b"authorization", b"content-type", b"host", b"idempotency-key", b"if-match", b"transfer-encoding"})


def inward_headers(
    headers: RawHeaders, *, request_id: str, traceparent: str, scheme: str, deadline_ms: int
) -> RawHeaders:
    """The headers a service gets; names are lower-case already.

    The caller's address is not passed on: the platform keeps none, so that no report can be traced by it.

    Raises:
        MalformedRequest: a header that decides something is there twice.
    """
    named, host = _named_in_connection(headers), b""
    kept: RawHeaders = []
    once: set[bytes] = set()
    for header in headers:
        name = header[0]
        if name in _ONCE:
            if name in once:
                raise MalformedRequest
            once.add(name)
        if name == b"host":
            host = header[1]
        if not (name in _NOT_INWARD or name in named or b"_" in name or name.startswith(_CLAIMS)):
            kept.append(header)
    quoted_host = host.replace(b"\\", b"").replace(b'"', b"")
    kept.append((b"x-request-id", request_id.encode()))
    kept.append((b"traceparent", traceparent.encode()))
    kept.append((b"forwarded", b'for=unknown;host="%b";proto=%b' % (quoted_host, scheme.encode())))
    kept.append((DEADLINE, b"%d" % deadline_ms))
    return kept


def outward_headers(headers: RawHeaders, *, request_id: str) -> RawHeaders:
    """The headers a caller gets, but for the length: with the request id and safe defaults; names are lower-case."""
    named = _named_in_connection(headers)
    kept = [header for header in headers if header[0] not in _NOT_OUTWARD and header[0] not in named]
    present = {name for name, _ in kept}
    kept += [header for header in SAFE if header[0] not in present]
    kept.append((b"x-request-id", request_id.encode()))
    return kept


def require_host(headers: RawHeaders, http_version: str) -> None:
    """Raise ``MalformedRequest`` for an HTTP/1.1 request that names no host, as RFC 9112 asks."""
    if http_version != "1.0" and value_of(headers, b"host") is None:
        raise MalformedRequest


def is_chunked(headers: RawHeaders, http_version: str) -> bool:
    """Whether the body comes in chunks.

    Raises:
        MalformedRequest: it is coded in some other way as well, which nobody here would undo, or HTTP/1.0 that knows
            no coding: RFC 9112 takes such framing for faulty.
    """
    coding = value_of(headers, b"transfer-encoding")
    if coding is None:
        return False
    if http_version == "1.0" or coding.strip().lower() != b"chunked":
        raise MalformedRequest(headers={"Connection": "close"})
    return True


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The first value of a header; all names are in lower case."""
    for one, value in headers:
        if one == name:
            return value
    return None


def _named_in_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(token.strip().lower() for value in values for token in value.split(b",")) if values else _NONE


_NONE: frozenset[bytes] = frozenset()
