"""The body of a request on its way in: counted as it comes, held if small, so that it can be sent twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from chassis.errors import BodyTooLarge, HeliError
from starlette.types import Message, Receive

from gateway.errors import MalformedRequest

_HELD_BYTES = 64 * 1024
_DRAIN_BYTES = 64 * 1024 * 1024
_DRAIN_S = 5.0


class ClientGone(Exception):
    """The caller hung up."""


class RequestBody:
    """At most ``limit`` bytes. Small bodies of known length are held; others are streamed once."""

    def __init__(self, receive: Receive, *, length: bytes | None, chunked: bool, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._declared = _declared(length)
        if self._declared is not None and self._declared > limit:
            raise BodyTooLarge(headers={"Connection": "close"})
        self._chunked = chunked
        self.held: bytes | None = None
        self.refusal: HeliError | ClientGone | None = None
        self.is_complete = False
        self._awaited: asyncio.Event | None = None

    @property
    def is_replayable(self) -> bool:
        """Whether it can be sent a second time."""
        return self.held is not None

    async def hold(self) -> None:
        """Read it all if that is known to be little."""
        if self._chunked or (self._declared or 0) > _HELD_BYTES:
            return
        if not self._declared:
            self.held = b""
            self._completed()
            return
        self.held = b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives; what ends it early is also kept in ``refusal``."""
        seen, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.refusal = ClientGone()
                raise self.refusal
            chunk, more = _part(message)
            seen += len(chunk)
            if seen > self._limit:
                self.refusal = BodyTooLarge(headers={"Connection": "close"})
                raise self.refusal
            if chunk:
                yield chunk
        self._completed()

    async def until_complete(self) -> None:
        """Wait until the whole body has come."""
        if not self.is_complete:
            self._awaited = asyncio.Event()
            await self._awaited.wait()

    def _completed(self) -> None:
        self.is_complete = True
        if self._awaited is not None:
            self._awaited.set()


async def drain(receive: Receive) -> None:
    """Throw away the rest of a refused body, within bounds: a caller still writing would lose the refusal otherwise."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            more = True
            while more and seen < _DRAIN_BYTES:
                message = await receive()
                chunk, more = _part(message)
                seen += len(chunk)


def _declared(length: bytes | None) -> int | None:
    if length is None:
        return None
    if not length.isdigit():
        raise MalformedRequest
    return int(length)


def _part(message: Message) -> tuple[bytes, bool]:
    return message.get("body", b""), message.get("more_body", False)
