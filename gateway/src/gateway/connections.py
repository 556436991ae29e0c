"""HTTP/1.1 to a service: one exchange at a time on a kept connection, strict about framing.

The parser is llhttp (httptools). An answer whose end is not beyond doubt breaks the exchange; bytes nobody asked for
are never taken for an answer, and the connection they came on is not used again. See ADR 24.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httptools

from gateway.headers import RawHeaders

_HEAD_BYTES = 64 * 1024
_PAUSE_BYTES = 256 * 1024  # a service that is quicker than the caller waits from here on
_SWITCHING = 101
_BODILESS = frozenset({204, 304})


class BrokenAnswer(Exception):
    """The connection ended early, or what came is not an answer."""


class Connection(asyncio.Protocol):
    """A connection to a service, and the answer that is coming on it."""

    def __init__(self, on_lost: Callable[["Connection"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_lost = on_lost
        self._transport: Any = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._reading_paused = False
        self.is_lost = False
        self.idle_since = 0.0
        self._awaited: asyncio.Future[None] | None = None
        self._is_complete = True
        self._reset(is_head=False)

    def _reset(self, *, is_head: bool) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._is_head = is_head
        self.status = 0
        self.headers: RawHeaders = []
        self.length: bytes | None = None
        """The declared length of the body, digits; None if it is framed otherwise."""
        self._head_bytes = self._header_bytes = 0
        self._has_head = self._is_interim = self._has_excess = self._is_chunked = self._may_be_kept = False
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._error: Exception | None = None

    # What callers do

    async def ask(self, head: bytes, body: bytes | AsyncIterator[bytes], *, is_head: bool, first_byte_s: float) -> None:
        """Send a request and wait for the head of its answer: ``status``, ``headers``.

        Raises:
            BrokenAnswer: the connection ended, or what came is no answer.
            TimeoutError: the whole request was sent and nothing came in time.
        """
        self._reset(is_head=is_head)
        self._is_complete = False
        if isinstance(body, bytes):
            self._transport.write(head + body)
            await self._until(lambda: self._has_head, first_byte_s)
        else:
            self._transport.write(head)
            await self._send_while_listening(body, first_byte_s)

    async def read(self, idle_s: float) -> bytes:
        """What has come of the body, waiting for some; empty at its end.

        Raises:
            BrokenAnswer: the body broke off.
            TimeoutError: nothing came for so long.
        """
        while not self._chunks and not self._is_complete:
            await self._until(lambda: bool(self._chunks) or self._is_complete, idle_s)
        if self._error is not None and not self._chunks:
            raise self._error
        return self.take()

    def take(self) -> bytes:
        """What is at hand of the body."""
        chunks = self._chunks
        whole = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._chunks = []
        self._buffered = 0
        if self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()
        return whole

    @property
    def is_whole(self) -> bool:
        """Whether the whole body is at hand."""
        return self._is_complete and self._error is None

    @property
    def is_reusable(self) -> bool:
        """Whether the next request may use this connection."""
        return self._is_complete and self._may_be_kept and not self._has_excess and not self.is_lost

    def close(self) -> None:
        """End the connection, whatever is under way on it."""
        self._may_be_kept = False
        if self._transport is not None and not self.is_lost:
            self._transport.abort()

    # What the event loop does

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The service closed: the end of an answer that is framed by nothing else, an early end of any other."""
        self.is_lost = True
        self._writable.set()
        if not self._is_complete:
            ends_here = self._has_head and not self._is_chunked and self.length is None and exc is None
            self._end(None if ends_here else BrokenAnswer("closed"))
        self._on_lost(self)

    def pause_writing(self) -> None:
        """The service takes less than is sent."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It takes more."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_complete:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._end(BrokenAnswer(type(error).__name__))
            self.close()
            return
        if not self._has_head:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES:
                self._end(BrokenAnswer("head without end"))
                self.close()
        elif self._has_excess:
            self.close()
        elif self._buffered > _PAUSE_BYTES and not self._reading_paused and not self._is_complete:
            self._reading_paused = True
            self._transport.pause_reading()

    # What the parser does

    def on_message_begin(self) -> None:
        """An answer begins; after a whole one it is one too many."""
        self._has_excess = self._is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; those after the body are dropped."""
        if self._has_head:
            return
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > _HEAD_BYTES:
            raise BrokenAnswer("head too large")
        name = name.lower()
        if name == b"content-length":
            self.length = value.strip()
        elif name == b"transfer-encoding":
            if self._is_chunked or value.strip().lower() != b"chunked":
                raise BrokenAnswer("transfer-encoding")
            self._is_chunked = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is there; heads of 1xx are not it."""
        if self._is_complete:
            return
        status = self._parser.get_status_code()
        if status == _SWITCHING or (self._is_chunked and self.length is not None):
            raise BrokenAnswer("framing")  # an upgrade nobody asked for, or two lengths
        self._is_interim = status < 200
        if self._is_interim:
            self.headers, self.length = [], None
            return
        self.status, self._has_head = status, True
        if self._is_head or status in _BODILESS:
            # llhttp does not know that an answer to HEAD has no body, so it cannot say where the next one begins.
            self._may_be_kept = not self._is_head
            self._finish()
        self._wake()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if not self._is_complete:
            self._chunks.append(body)
            self._buffered += len(body)
            self._wake()

    def on_message_complete(self) -> None:
        """The end of an answer."""
        if self._is_interim:
            self._is_interim = False
        elif not self._is_complete:
            self._may_be_kept = True
            self._finish()
            self._wake()

    def _finish(self) -> None:
        self._is_complete = True
        self._may_be_kept = self._may_be_kept and self._parser.should_keep_alive()

    # Waiting

    def _end(self, error: Exception | None) -> None:
        self._is_complete = True
        self._error = self._error or error
        self._wake()

    def _wake(self) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    async def _until(self, is_there: Callable[[], bool], seconds: float) -> None:
        timer: asyncio.TimerHandle | None = None
        try:
            while not is_there():
                if self._is_complete:
                    raise self._error or BrokenAnswer("no answer")
                if timer is None:
                    timer = self._loop.call_later(seconds, self._too_late)
                self._awaited = self._loop.create_future()
                await self._awaited
        finally:
            self._awaited = None
            if timer is not None:
                timer.cancel()

    def _too_late(self) -> None:
        self._end(TimeoutError("silence"))
        self.close()

    async def _send_while_listening(self, body: AsyncIterator[bytes], first_byte_s: float) -> None:
        """A service may answer before it has the whole body; the rest is not sent then, nor the connection kept."""
        sending = asyncio.create_task(self._send_chunks(body))
        sending.add_done_callback(lambda _: self._wake())
        try:
            while not (self._has_head or self._is_complete or sending.done()):
                self._awaited = self._loop.create_future()
                await self._awaited
            if sending.done():
                await sending
                await self._until(lambda: self._has_head, first_byte_s)
            elif not self._has_head:
                raise self._error or BrokenAnswer("closed")
        finally:
            self._awaited = None
            if not sending.done():
                sending.cancel()
                self._has_excess = True

    async def _send_chunks(self, body: AsyncIterator[bytes]) -> None:
        async for chunk in body:
            if self.is_lost:
                raise BrokenAnswer("closed")
            self._transport.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await self._writable.wait()
        self._transport.write(b"0\r\n\r\n")
