"""The way through the door: raw ASGI from the caller's connection to a service's and back."""

import asyncio
import functools
from collections.abc import Callable, Mapping

from chassis.errors import BodyTooLarge, HeliError, InternalError, NotFound, TooManyRequests
from chassis.identity import Authenticator
from chassis.logging import get_logger
from chassis.problems import problem_response
from prometheus_client import Counter
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from chassis import telemetry, tracing
from gateway.answers import relay
from gateway.bodies import ClientGone, RequestBody, drain
from gateway.cors import Origins
from gateway.deadlines import Deadline
from gateway.errors import HeadersTooLarge, RequestTooSlow, UpstreamDown, UpstreamTimeout
from gateway.exchange import Exchange
from gateway.headers import SAFE, inward_headers, is_chunked, require_host, value_of
from gateway.limits import RateLimiter
from gateway.routing import DEV_PATHS, SERVICE_OF_SEGMENT, TICKET_PATHS, Route, route_of
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream

ISSUER = "issuer"
REVOCATIONS_PATH = "/v1/token-revocations"

# Most answers are quicker; only slower ones pay for a task that notices a caller hanging up.
_WATCH_AFTER_S = 0.2
_REVOKED = frozenset({200, 201})
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

log = get_logger(__name__)


class Proxy:
    """Identity, limits, routing; then one exchange with a service."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        upstreams: Mapping[str, Upstream],
        authenticator: Authenticator,
        limiter: RateLimiter,
    ) -> None:
        self._settings = settings
        self._origins = Origins(settings.cors_origins)
        self._upstreams = upstreams
        self._authenticator = authenticator
        self._limiter = limiter
        self._policy = (b"ratelimit-policy", limiter.policy.encode())
        self._total_s = settings.total_timeout_s
        self._watch_after_s = min(_WATCH_AFTER_S, self._total_s)
        self._revoked: Callable[[], None] = _nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under ``/v1`` or ``/dev``."""
        exchange = Exchange(scope, receive, send)
        exchange.extra_headers = self._origins.answer_headers(exchange.headers)
        preflight = self._origins.preflight(scope["method"], exchange.headers)
        if preflight is not None:
            exchange.extra_headers = preflight
            await exchange.send({"type": "http.response.start", "status": 204, "headers": []})
            await exchange.send({"type": "http.response.body", "body": b""})
            return
        parent = (value_of(exchange.headers, b"traceparent") or b"").decode("latin-1")
        name, method = _name_of(scope), _method_of(scope)
        with tracing.step(f"{method} {name}", tracing.SERVER, parent, {"http.request.method": method}) as passing:
            exchange.traceparent = passing.traceparent
            await self._answer(exchange)
            passing.note("http.route", name)
            passing.note("http.response.status_code", exchange.status)
            if exchange.status >= 500:
                passing.fail(str(exchange.status))

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self._guarded(exchange)
        except ClientGone:
            exchange.status = exchange.status or 499
        except BodyTooLarge as error:
            await drain(exchange.receive)
            await _refuse(exchange, error)
        except HeliError as error:
            await _refuse(exchange, error)
        except Exception as error:
            log.exception("proxy_failed", exc_info=error, request_id=exchange.request_id)
            await _refuse(exchange, InternalError())
        if exchange.status in _REVOKED and exchange.scope["path"] == REVOCATIONS_PATH:
            self._revoked()
        _observe(exchange)

    def end_streams(self) -> None:
        """End all open event streams: a server that stops would wait for them."""
        for upstream in self._upstreams.values():
            for slot in list(upstream.streams):
                slot.end_stream()

    def end_streams_of(self, token_ids: frozenset[str]) -> None:
        """End the event streams that were opened with these tokens."""
        for upstream in self._upstreams.values():
            for slot in [one for one in upstream.streams if one.token_id in token_ids]:
                slot.end_stream()

    def on_revocation(self, action: Callable[[], None]) -> None:
        """Call ``action`` whenever a token has been revoked through this door."""
        self._revoked = action

    async def _guarded(self, exchange: Exchange) -> None:
        """Serve, and stop when the caller hangs up."""
        serving = asyncio.current_task()
        assert serving is not None
        watching: list[asyncio.Task[None]] = []

        def watch() -> None:
            deadline.watch()
            watching.append(asyncio.create_task(_cancel_when_gone(exchange, body, serving)))

        require_host(exchange.headers, exchange.scope["http_version"])
        route = self._route(exchange)
        body = self._body(exchange, route)
        deadline = Deadline(self._total_s, serving)
        later = asyncio.get_running_loop().call_later(self._watch_after_s, watch)
        try:
            await self._serve(exchange, route, body, deadline)
        except TimeoutError as error:
            raise (UpstreamTimeout if body.is_complete else RequestTooSlow) from error
        except asyncio.CancelledError as error:
            if exchange.is_gone:
                serving.uncancel()
                raise ClientGone from None
            if not deadline.is_over:
                raise
            serving.uncancel()
            raise (UpstreamTimeout if body.is_complete else RequestTooSlow) from error
        finally:
            later.cancel()
            deadline.lift()
            for task in watching:
                task.cancel()

    def _body(self, exchange: Exchange, route: Route) -> RequestBody:
        head = sum(len(name) + len(value) + 4 for name, value in exchange.headers) + len(exchange.target)
        if head > self._settings.header_limit:
            raise HeadersTooLarge(headers={"Connection": "close"})
        return RequestBody(
            exchange.receive,
            length=value_of(exchange.headers, b"content-length"),
            chunked=is_chunked(exchange.headers, exchange.scope["http_version"]),
            limit=self._settings.upload_limit if route.takes_upload else self._settings.body_limit,
        )

    def _route(self, exchange: Exchange) -> Route:
        path = exchange.scope["path"]
        if path in DEV_PATHS and ISSUER in self._upstreams:
            return Route(ISSUER)
        route = route_of(path)
        if route is None:
            raise NotFound
        return route

    async def _serve(self, exchange: Exchange, route: Route, body: RequestBody, deadline: Deadline) -> None:
        self._count(exchange, await self._caller(exchange, route))
        await body.hold()
        headers = inward_headers(
            exchange.headers,
            request_id=exchange.request_id,
            traceparent=exchange.traceparent,
            scheme=exchange.scope["scheme"],
            deadline_ms=deadline.left_ms,
        )
        upstream = self._upstreams.get(route.service)
        if upstream is None:
            raise UpstreamDown
        async with upstream.slot() as slot:
            slot.token_id = exchange.token_id
            try:
                answer = await upstream.send(slot, exchange.scope["method"], exchange.target, headers, body)
                try:
                    await relay(answer, exchange, slot, deadline, idle_s=self._settings.idle_timeout_s)
                finally:
                    upstream.give_back(answer)
            except asyncio.CancelledError:
                if deadline.is_over and body.is_complete:
                    slot.failed()
                raise

    async def _caller(self, exchange: Exchange, route: Route) -> str:
        """Whom the limits count: the verified caller, or the address where none is needed or none was given."""
        authorization = value_of(exchange.headers, b"authorization")
        client = exchange.scope.get("client")
        address = f"address:{client[0] if client else '-'}"
        ticketed = authorization is None and exchange.scope["path"] in TICKET_PATHS
        if route.service == ISSUER or (ticketed and b"ticket=" in exchange.scope["query_string"]):
            return address
        try:
            principal = await self._authenticator.authenticate((authorization or b"").decode("latin-1"))
        except HeliError:
            self._count(exchange, address)
            raise
        exchange.token_id = principal.token_id
        return f"sub:{principal.sub}"

    def _count(self, exchange: Exchange, caller: str) -> None:
        verdict = self._limiter.take(caller)
        # As in draft-ietf-httpapi-ratelimit-headers-11.
        left = (b"ratelimit", b'"default";r=%d;t=%d' % (verdict.remaining, verdict.reset_s))
        exchange.extra_headers = [*exchange.extra_headers, self._policy, left]
        if not verdict.allowed:
            raise TooManyRequests(headers={"Retry-After": str(verdict.reset_s)})


def _nothing() -> None:
    """What happens after a revocation until somebody wants to know of it."""


async def _cancel_when_gone(exchange: Exchange, body: RequestBody, serving: asyncio.Task[None]) -> None:
    await body.until_complete()
    while True:
        if (await exchange.receive())["type"] == "http.disconnect":
            exchange.is_gone = True
            serving.cancel()
            return


async def _refuse(exchange: Exchange, error: HeliError) -> None:
    if exchange.status:
        # The answer has begun: leaving without its end makes the server cut the connection, which the caller notices.
        log.warning("answer_cut", code=error.code, request_id=exchange.request_id)
        return
    response = problem_response(error, Headers(raw=exchange.headers), exchange.request_id)
    response.headers["x-request-id"] = exchange.request_id
    for name, value in SAFE:
        response.headers[name.decode()] = value.decode()
    await response(exchange.scope, exchange.receive, exchange.send)


def _name_of(scope: Scope) -> str:
    """The first segment, which is known; what follows may be anything."""
    path = scope["path"]
    if path in DEV_PATHS:
        return str(path)
    segment = path.split("/", 3)[2]
    return f"/v1/{segment}" if segment in SERVICE_OF_SEGMENT else "unmatched"


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def _observe(exchange: Exchange) -> None:
    route = "dev" if exchange.scope["path"] in DEV_PATHS else "proxy"
    _counter(_method_of(exchange.scope), route, exchange.status).inc()


@functools.cache
def _counter(method: str, route: str, status: int) -> Counter:
    return telemetry.HTTP_REQUESTS.labels(method, route, str(status))
