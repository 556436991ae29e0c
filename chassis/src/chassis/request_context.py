"""What every request to a process of ours gets: an id, a step in a trace, a bounded body, a line in log and metrics."""

import asyncio
import re
import time
from uuid import uuid4

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import errors, telemetry, tracing
from chassis.deprecations import headers_of
from chassis.logging import get_logger
from chassis.problems import problem_response
from chassis.uow import Cause

_DEADLINE, _DEADLINE_DIGITS = "heli-deadline-ms", 9
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

log = get_logger(__name__)


class RequestContextMiddleware:
    """Gives each request an id and a trace, bounds its body, counts and logs it: route template only, no query."""

    def __init__(self, app: ASGIApp, body_limit: int, upload_limit: int) -> None:
        self._app = app
        self._body_limit = body_limit
        self._upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        parent = request.headers.get("traceparent")
        if scope["path"] in _QUIET:
            await self._serve(request, telemetry.child_traceparent(parent), receive, send)
            return
        method = _known(scope["method"])
        with tracing.step(method, tracing.SERVER, parent, {"http.request.method": method}) as answering:
            status = await self._serve(request, answering.traceparent, receive, send)
            route = _route_of(scope)
            answering.rename(f"{method} {route}")
            answering.note("http.route", route)
            answering.note("http.response.status_code", status)
            if status >= 500:
                answering.fail(str(status))

    async def _serve(self, request: Request, traceparent: str, receive: Receive, send: Send) -> int:
        """Serve one request within its trace; returns the status of the answer."""
        scope = request.scope
        offered = request.headers.get("x-request-id", "")
        request_id = offered if _REQUEST_ID.match(offered) else str(uuid4())
        request.state.request_id = request_id
        request.state.cause = Cause(request_id=request_id, correlation_id=request_id, traceparent=traceparent)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=telemetry.trace_id(traceparent))
        started = time.perf_counter()
        status: int | None = None
        allowed = _allowed_s(request.headers.get(_DEADLINE, ""))
        deadline = asyncio.timeout(allowed)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                ours = [(b"x-request-id", request_id.encode()), *headers_of(scope.get("route"))]
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and not deadline.expired():
                deadline.reschedule(None)  # the caller has the head: a body may take its time, a stream for ever
            await send_with_id(message)

        length = request.headers.get("content-length", "")
        takes_file = "-imports/" in f"{scope['path']}/" or scope["path"].endswith("/attachments")
        limit = self._upload_limit if takes_file else self._body_limit
        try:
            if length.isdigit() and int(length) > limit:
                raise errors.BodyTooLarge
            async with deadline:
                if allowed == 0:
                    raise errors.DeadlinePassed
                await self._app(scope, _bounded(receive, limit), send_in_time)
        except Exception as error:
            if status is not None:
                raise  # the answer is under way: only breaking the connection tells the caller
            named = _named(error, is_late=deadline.expired())
            if named.category is errors.Category.INTERNAL:
                log.error("unexpected_error", exc_info=error)
            await problem_response(named, request.headers, request_id)(scope, receive, send_with_id)
        status = status or 500
        _observe(scope, status, time.perf_counter() - started)
        return status


def _named(error: Exception, *, is_late: bool) -> errors.HeliError:
    if isinstance(error, errors.HeliError):
        return error
    return errors.DeadlinePassed() if is_late and isinstance(error, TimeoutError) else errors.InternalError()


def _allowed_s(header: str) -> float | None:
    """How long the gateway waits for the answer; None where nobody says."""
    return int(header) / 1000 if header.isascii() and header.isdigit() and len(header) <= _DEADLINE_DIGITS else None


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise errors.BodyTooLarge
        return message

    return bounded


def _observe(scope: Scope, status: int, seconds: float) -> None:
    route, method = _route_of(scope), _known(scope["method"])
    telemetry.HTTP_REQUESTS.labels(method, route, str(status)).inc()
    telemetry.HTTP_SECONDS.labels(method, route).observe(seconds)
    if route not in _QUIET:
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _route_of(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _known(method: str) -> str:
    return method if method in _METHODS else "OTHER"


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
