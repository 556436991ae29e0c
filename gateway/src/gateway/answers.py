"""The answer on its way out: held while small, so that a broken one becomes a problem document; else streamed."""

import asyncio
from typing import Protocol

import aiohttp
from starlette.types import Message, Scope

from gateway.errors import BadGateway
from gateway.headers import RawHeaders, outward_headers
from gateway.upstream import Slot

_HELD_BYTES = 64 * 1024
_BODILESS = frozenset({204, 304})
_EVENT_STREAM = "text/event-stream"


class Recipient(Protocol):
    """Whom an answer goes to."""

    scope: Scope
    request_id: str

    async def send(self, message: Message) -> None:
        """Send one ASGI message."""


async def relay(response: aiohttp.ClientResponse, to: Recipient, slot: Slot, deadline: asyncio.Timeout) -> None:
    """Pass an answer on.

    Raises:
        BadGateway: the answer broke off or is none; the caller may have seen its beginning.
    """
    headers = outward_headers(response.raw_headers, request_id=to.request_id)
    if response.status < 200:
        raise BadGateway  # an upgrade nobody asked for
    if to.scope["method"] == "HEAD" or response.status in _BODILESS:
        await _send_bodiless(response, to, headers)
    elif response.content_type == _EVENT_STREAM:
        slot.become_stream()
        deadline.reschedule(None)
        headers = [(name, value) for name, value in headers if name not in (b"cache-control", b"x-accel-buffering")]
        await _start(to, response.status, [*headers, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")])
        await _stream_events(response, to, slot)
    else:
        await _hold_or_stream(response, to, headers, deadline)


async def _send_bodiless(response: aiohttp.ClientResponse, to: Recipient, headers: RawHeaders) -> None:
    length = response.headers.get("content-length")
    if length is not None and length.isdigit() and response.status != 204:
        headers = [*headers, (b"content-length", length.encode())]
    await _start(to, response.status, headers)
    await to.send({"type": "http.response.body", "body": b""})


async def _hold_or_stream(
    response: aiohttp.ClientResponse, to: Recipient, headers: RawHeaders, deadline: asyncio.Timeout
) -> None:
    held = bytearray()
    try:
        async for chunk in response.content.iter_any():
            held += chunk
            if len(held) > _HELD_BYTES:
                break
        else:
            await _start(to, response.status, [*headers, (b"content-length", str(len(held)).encode())])
            await to.send({"type": "http.response.body", "body": bytes(held)})
            return
    except (aiohttp.ClientError, TimeoutError) as error:
        raise BadGateway(headers={"Retry-After": "1"}) from error
    deadline.reschedule(None)
    length = response.headers.get("content-length")
    framing = [(b"content-length", length.encode())] if length is not None and length.isdigit() else []
    await _start(to, response.status, [*headers, *framing])
    await _stream(response, to, bytes(held))


async def _stream(response: aiohttp.ClientResponse, to: Recipient, first: bytes) -> None:
    try:
        if first:
            await to.send({"type": "http.response.body", "body": first, "more_body": True})
        async for chunk in response.content.iter_any():
            await to.send({"type": "http.response.body", "body": chunk, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as error:
        raise BadGateway from error
    await to.send({"type": "http.response.body", "body": b""})


async def _stream_events(response: aiohttp.ClientResponse, to: Recipient, slot: Slot) -> None:
    try:
        await _stream(response, to, b"")
    except asyncio.CancelledError:
        streaming = asyncio.current_task()
        if not slot.is_ended or streaming is None:
            raise
        streaming.uncancel()
        await to.send({"type": "http.response.body", "body": b""})


async def _start(to: Recipient, status: int, headers: RawHeaders) -> None:
    await to.send({"type": "http.response.start", "status": status, "headers": headers})
