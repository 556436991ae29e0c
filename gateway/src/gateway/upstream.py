"""One service behind the door: connections, bounded waits, a bulkhead, a breaker, at most one second attempt."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from chassis.errors import HeliError
from chassis.logging import get_logger
from yarl import URL

from gateway.bodies import ClientGone, RequestBody
from gateway.breaker import Breaker, RetryBudget
from gateway.errors import BadGateway, UpstreamBusy, UpstreamDown, UpstreamTimeout
from gateway.settings import GatewaySettings

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
_SLOT_WAIT_S = 1.0
_RETRY_PAUSE_S = (0.05, 0.15)
_RETRY_AFTER = {"Retry-After": "1"}
_NO_AUTO_HEADERS = frozenset({"Accept", "Accept-Encoding", "Content-Type", "User-Agent"})

log = get_logger(__name__)


def open_session(settings: GatewaySettings) -> aiohttp.ClientSession:
    """The HTTP client of the proxy path: no cookies, no decompression, no limit but our own bulkheads."""
    return aiohttp.ClientSession(
        # Idle connections are let go before a service closes them (65 s), so none is reused while it is closing.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, use_dns_cache=True),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=settings.connect_timeout_s, sock_read=settings.idle_timeout_s
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_NO_AUTO_HEADERS,
    )


class Slot:
    """A place in the bulkhead; an event stream gives it back early and takes one among the streams."""

    def __init__(self, upstream: "Upstream") -> None:
        self._upstream = upstream
        self._holds_place = True
        self._streaming: asyncio.Task[object] | None = None
        self.is_ended = False
        """Whether the stream was ended from here, because the gateway stops."""

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

    def release(self) -> None:
        """Give back whatever is held."""
        self._leave_bulkhead()
        self._upstream.streams.discard(self)
        self._streaming = None

    def _leave_bulkhead(self) -> None:
        if self._holds_place:
            self._upstream.places.release()
            self._holds_place = False


class Upstream:
    """A service at ``base_url``."""

    def __init__(self, name: str, base_url: str, session: aiohttp.ClientSession, settings: GatewaySettings) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self._session = session
        self._first_byte_s = settings.first_byte_timeout_s
        self._breaker = Breaker()
        self._budget = RetryBudget()
        self.places = asyncio.Semaphore(settings.upstream_connections)
        self.most_streams = settings.stream_connections
        self.streams: set[Slot] = set()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """A place for one exchange; waits a second for one, then refuses."""
        try:
            async with asyncio.timeout(_SLOT_WAIT_S):
                await self.places.acquire()
        except TimeoutError as error:
            raise UpstreamBusy(headers=_RETRY_AFTER) from error
        slot = Slot(self)
        try:
            yield slot
        finally:
            slot.release()

    async def send(
        self, method: str, target: str, headers: list[tuple[str, str]], body: RequestBody
    ) -> aiohttp.ClientResponse:
        """Send a request and wait for the head of the answer, which the caller must close.

        Raises:
            UpstreamDown: no connection, or the breaker is open.
            UpstreamTimeout: connected, but no answer in time.
            BadGateway: the connection broke, or what came was not HTTP.
        """
        if not self._breaker.admits():
            raise UpstreamDown(headers=_RETRY_AFTER)
        self._budget.earn()
        keyed = any(name.lower() == "idempotency-key" for name, _ in headers)
        repeatable = body.is_replayable and (method in _IDEMPOTENT or keyed)
        try:
            response = await self._attempt(method, target, headers, body, may_repeat=repeatable)
        except (UpstreamDown, UpstreamTimeout, BadGateway) as error:
            self._breaker.failed()
            log.warning("upstream_failed", upstream=self.name, code=error.code, exc_info=error.__cause__)
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return response

    async def _attempt(
        self, method: str, target: str, headers: list[tuple[str, str]], body: RequestBody, *, may_repeat: bool
    ) -> aiohttp.ClientResponse:
        try:
            return await self._once(method, target, headers, body)
        except UpstreamDown:
            # Nothing was sent, so a body that is still at hand may go with any method.
            if not (body.is_replayable and self._budget.spend()):
                raise
        except BadGateway:
            if not (may_repeat and self._budget.spend()):
                raise
        await asyncio.sleep(random.uniform(*_RETRY_PAUSE_S))  # noqa: S311 - jitter, not a secret
        return await self._once(method, target, headers, body)

    async def _once(
        self, method: str, target: str, headers: list[tuple[str, str]], body: RequestBody
    ) -> aiohttp.ClientResponse:
        data = (body.held or None) if body.is_replayable else body.chunks()
        url = URL(self.base_url + target, encoded=True)
        try:
            async with asyncio.timeout(None) as deadline, _first_byte(deadline, body, self._first_byte_s):
                return await self._session.request(method, url, headers=headers, data=data, allow_redirects=False)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UpstreamDown(headers=_RETRY_AFTER) from error
        except TimeoutError as error:
            raise _refused(body) or UpstreamTimeout from error
        except aiohttp.ClientError as error:
            raise _refused(body) or BadGateway(headers=_RETRY_AFTER) from error


@asynccontextmanager
async def _first_byte(deadline: asyncio.Timeout, body: RequestBody, seconds: float) -> AsyncIterator[None]:
    """Start the wait for the first byte when the whole body has been sent."""
    loop = asyncio.get_running_loop()
    if body.complete.is_set():
        deadline.reschedule(loop.time() + seconds)
        yield
        return

    async def arm() -> None:
        await body.complete.wait()
        deadline.reschedule(loop.time() + seconds)

    arming = asyncio.create_task(arm())
    try:
        yield
    finally:
        arming.cancel()


def _refused(body: RequestBody) -> HeliError | ClientGone | None:
    """What ended the body early, if anything did: then the failed exchange is not the service's fault."""
    return body.refusal
