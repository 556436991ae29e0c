"""One service behind the door: kept connections, bounded waits, a bulkhead, a breaker, at most one second attempt."""

import asyncio
import random
import ssl
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from chassis.logging import get_logger

from gateway.bodies import RequestBody
from gateway.breaker import Breaker, RetryBudget
from gateway.connections import BrokenAnswer, Connection
from gateway.errors import BadGateway, MalformedRequest, UpstreamBusy, UpstreamDown, UpstreamTimeout
from gateway.headers import RawHeaders
from gateway.settings import GatewaySettings

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_SLOT_WAIT_S = 1.0
_KEPT_S = 30.0  # less than the 65 s a service keeps one, so that none is used while it is closing
_RETRY_PAUSE_S = (0.05, 0.15)
_RETRY_AFTER = {"Retry-After": "1"}
_PORTS = {"http": 80, "https": 443}

log = get_logger(__name__)


class Slot:
    """A place in the bulkhead, waited for a second at most; an event stream changes to one among the streams.

    Whoever leaves it without having said how the exchange went has learned nothing about the service.
    """

    def __init__(self, upstream: "Upstream") -> None:
        self._upstream = upstream
        self._holds_place = False
        self._is_probe = False
        self._streaming: asyncio.Task[object] | None = None
        self.is_ended = False
        """Whether the stream was ended from here, because the gateway stops or its token was revoked."""
        self.token_id: str | None = None

    async def __aenter__(self) -> Self:
        places = self._upstream.places
        if places.locked():
            try:
                async with asyncio.timeout(_SLOT_WAIT_S):
                    await places.acquire()
            except TimeoutError as error:
                raise UpstreamBusy(headers=_RETRY_AFTER) from error
        else:
            await places.acquire()
        self._holds_place = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave_bulkhead()
        self._upstream.streams.discard(self)
        self._streaming = None
        if self._is_probe:
            self._is_probe = False
            self._upstream.breaker.abandoned()

    def begin(self) -> None:
        """An exchange starts; raises ``UpstreamDown`` while the service is being spared."""
        breaker = self._upstream.breaker
        if not breaker.admits():
            raise UpstreamDown(headers=_RETRY_AFTER)
        self._is_probe = breaker.is_open

    def succeeded(self) -> None:
        """The service answered, whole as far as it can be judged."""
        self._is_probe = False
        self._upstream.breaker.succeeded()

    def failed(self) -> None:
        """No connection, no answer in time, or one that broke off."""
        self._is_probe = False
        self._upstream.breaker.failed()

    def become_stream(self) -> None:
        """Leave the bulkhead; raises ``UpstreamBusy`` when there are too many streams already."""
        if len(self._upstream.streams) >= self._upstream.most_streams:
            raise UpstreamBusy(headers=_RETRY_AFTER)
        self._streaming = asyncio.current_task()
        self._upstream.streams.add(self)
        self._leave_bulkhead()

    def end_stream(self) -> None:
        """End the stream as if the service had: the reader resumes elsewhere or later."""
        self.is_ended = True
        if self._streaming is not None:
            self._streaming.cancel()

    def _leave_bulkhead(self) -> None:
        if self._holds_place:
            self._upstream.places.release()
            self._holds_place = False


class Upstream:
    """A service at ``base_url``."""

    def __init__(self, name: str, base_url: str, settings: GatewaySettings) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        self.name = name
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._authority, self._prefix = parts.netloc.encode(), parts.path.rstrip("/").encode()
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_s = settings.connect_timeout_s
        self._first_byte_s = settings.first_byte_timeout_s
        self.breaker = Breaker()
        self._budget = RetryBudget()
        self._kept: list[Connection] = []
        self.places = asyncio.Semaphore(settings.upstream_connections)
        self.most_streams = settings.stream_connections
        self.streams: set[Slot] = set()

    def slot(self) -> Slot:
        """A place for one exchange: ``async with``; raises ``UpstreamBusy`` after a second."""
        return Slot(self)

    def close(self) -> None:
        """Close the connections that are kept."""
        for connection in list(self._kept):
            connection.close()

    async def send(self, slot: Slot, method: str, target: bytes, headers: RawHeaders, body: RequestBody) -> Connection:
        """Send a request and wait for the head of the answer; the caller must give the connection back, and tell the
        slot how the exchange went: a head says little about the rest.

        Raises:
            UpstreamDown: no connection, or the breaker is open.
            UpstreamTimeout: connected, but no answer in time.
            BadGateway: the connection broke, or what came was not HTTP.
        """
        slot.begin()
        self._budget.earn()
        head = self._head(method, target, headers, body)
        try:
            return await self._attempt(method, head, headers, body)
        except (UpstreamDown, UpstreamTimeout, BadGateway) as error:
            slot.failed()
            log.warning("upstream_failed", upstream=self.name, code=error.code, exc_info=error.__cause__)
            raise

    def give_back(self, connection: Connection) -> None:
        """An exchange is over: keep its connection for the next one, or close it."""
        if connection.is_reusable:
            connection.idle_since = asyncio.get_running_loop().time()
            self._kept.append(connection)
        else:
            connection.close()

    def _head(self, method: str, target: bytes, headers: RawHeaders, body: RequestBody) -> bytes:
        lines = [b"%b %b%b HTTP/1.1\r\nhost: %b" % (method.encode(), self._prefix, target, self._authority)]
        lines += [b"%b: %b" % header for header in headers]
        if body.held is None:
            lines.append(b"transfer-encoding: chunked")
        elif body.held or method in _WITH_BODY:
            lines.append(b"content-length: %d" % len(body.held))
        head = b"\r\n".join(lines)
        # The caller's own server refuses line ends within a header; a second wall against smuggling costs little.
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            raise MalformedRequest
        return head + b"\r\n\r\n"

    async def _attempt(self, method: str, head: bytes, headers: RawHeaders, body: RequestBody) -> Connection:
        try:
            return await self._once(method, head, body)
        except UpstreamDown:
            # Nothing was sent, so a body that is still at hand may go with any method.
            if not (body.is_replayable and self._budget.spend()):
                raise
        except BadGateway:
            is_repeatable = method in _IDEMPOTENT or any(name == b"idempotency-key" for name, _ in headers)
            if not (body.is_replayable and is_repeatable and self._budget.spend()):
                raise
        await asyncio.sleep(random.uniform(*_RETRY_PAUSE_S))  # noqa: S311 - jitter, not a secret
        return await self._once(method, head, body)

    async def _once(self, method: str, head: bytes, body: RequestBody) -> Connection:
        connection = self._take_kept() or await self._connect()
        try:
            await connection.ask(
                head,
                body.chunks() if body.held is None else body.held,
                is_head=method == "HEAD",
                first_byte_s=self._first_byte_s,
            )
        except BaseException as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise UpstreamTimeout from error
            if isinstance(error, BrokenAnswer):
                raise BadGateway(headers=_RETRY_AFTER) from error
            raise
        return connection

    def _take_kept(self) -> Connection | None:
        now = asyncio.get_running_loop().time()
        while self._kept:
            connection = self._kept.pop()
            if not connection.is_lost and now - connection.idle_since < _KEPT_S:
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        try:
            async with asyncio.timeout(self._connect_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._forget), self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise UpstreamDown(headers=_RETRY_AFTER) from error
        return connection

    def _forget(self, connection: Connection) -> None:
        if connection in self._kept:
            self._kept.remove(connection)
