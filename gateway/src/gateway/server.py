"""The HTTP server's own refusals: heads without end, heads that trickle, and bytes that are not HTTP."""

import asyncio
import json
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any
from uuid import uuid4

import uvicorn
from chassis.errors import HeliError
from chassis.logging import get_logger
from chassis.problems import PROBLEM_TYPE, STATUS, problem_body
from chassis.serving import Server
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.errors import HeadersTooLarge, MalformedRequest, RequestTooSlow

_HEAD_S = 15.0
_LINGER_S = 1.0
_HELD_BYTES = 16 * 1024
# The proxy refuses heads above its own limit in the caller's language; this bounds what an unfinished head may hold.
_UNFINISHED_HEAD_BYTES = 512 * 1024

log = get_logger(__name__)


class DoorServer(Server):
    """Ends event streams as soon as it is told to stop: they would keep it, and the services behind, waiting."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop came."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_streams)


class HeldWrites:
    """A transport for one answer: its head waits for the first of its body, or for the loop's next turn.

    A write is a call of the system, and most answers are a head and one part: one call instead of two.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Hold what comes first, send it with what comes next."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        elif len(data) < _HELD_BYTES:
            self._held = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        """Send what is held, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class DoorProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a bound on the head's size and time; malformed requests get a problem document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """A caller connected: its first head is due."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(_HEAD_S, self._refuse, RequestTooSlow())

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller left."""
        self._head_done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to an unfinished head."""
        if self._refused:
            return
        super().data_received(data)
        if self._in_head and not self._refused:
            if self._head_timer is None:  # most heads come whole and need none
                self._head_timer = self.loop.call_later(_HEAD_S, self._refuse, RequestTooSlow())
            self._head_bytes += len(data)
            if self._head_bytes > _UNFINISHED_HEAD_BYTES:
                self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """A head ended."""
        self._head_done()
        super().on_headers_complete()
        if self.cycle is not None and self.cycle.transport is self.transport:
            self.cycle.transport = HeldWrites(self.transport, self.loop)  # type: ignore[assignment]  # all a cycle uses

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's English sentence is replaced
        """Refuse what is not HTTP."""
        self._refuse(MalformedRequest())

    def _head_done(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, error: HeliError) -> None:
        self._head_done()
        if self._refused or self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started or self.pipeline:
                self.transport.close()  # an answer is under way: another one would be taken for its body
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        request_id = str(uuid4())
        log.info("request_refused", code=error.code, request_id=request_id)
        body = json.dumps(problem_body(error, language="zh-CN", request_id=request_id), ensure_ascii=False).encode()
        head = (
            f"content-type: {PROBLEM_TYPE}\r\ncontent-language: zh-CN\r\ncontent-length: {len(body)}\r\n"
            f"cache-control: no-store\r\nx-request-id: {request_id}\r\nconnection: close\r\n\r\n"
        )
        self._refused = True
        self.transport.write(STATUS_LINE[STATUS[error.category]] + head.encode() + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        # Closing at once would reset the connection of a caller who is still writing, and the answer with it.
        self.loop.call_later(_LINGER_S, self.transport.close)
