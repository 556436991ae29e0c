"""Which web pages may read answers: those of the configured origins, with a token they hold; never by cookie."""

from collections.abc import Iterable

from gateway.headers import RawHeaders, value_of

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_ASKED = (
    b"authorization, content-type, accept-language, idempotency-key, if-match, last-event-id, traceparent, x-request-id"
)
_SHOWN = (
    b"allow, content-digest, content-disposition, deprecation, etag, link, location, ratelimit, ratelimit-policy, "
    b"retry-after, sunset, www-authenticate, x-request-id"
)
_REMEMBER_S = b"600"


class Origins:
    """The origins that may call from a browser, such as ``https://front.example``; none by default."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(one.rstrip("/").encode() for one in allowed)

    def answer_headers(self, request: RawHeaders) -> RawHeaders:
        """What an answer to this request says about who may read it."""
        if not self._allowed:
            return []
        origin = value_of(request, b"origin")
        vary = [(b"vary", b"Origin")]
        if origin not in self._allowed:
            return vary
        return [*vary, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", _SHOWN)]

    def preflight(self, method: str, request: RawHeaders) -> RawHeaders | None:
        """The answer to a browser that asks first; None if this is another request, or not from an allowed origin."""
        is_asking = method == "OPTIONS" and value_of(request, b"access-control-request-method") is not None
        if not is_asking or value_of(request, b"origin") not in self._allowed:
            return None
        return [
            *self.answer_headers(request),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _ASKED),
            (b"access-control-max-age", _REMEMBER_S),
        ]
