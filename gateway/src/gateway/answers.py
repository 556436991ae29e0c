"""The answer on its way out: held while small, so that a broken one becomes a problem document; else streamed."""

import asyncio
from typing import Protocol

from starlette.types import Message, Scope

from gateway.connections import BrokenAnswer, Connection
from gateway.deadlines import Deadline
from gateway.errors import BadGateway
from gateway.headers import RawHeaders, outward_headers, value_of
from gateway.upstream import Slot

_HELD_BYTES = 64 * 1024
_BODILESS = frozenset({204, 304})
_EVENT_STREAM = b"text/event-stream"


class Recipient(Protocol):
    """Whom an answer goes to."""

    scope: Scope
    request_id: str

    async def send(self, message: Message) -> None:
        """Send one ASGI message."""


async def relay(answer: Connection, to: Recipient, slot: Slot, deadline: Deadline, *, idle_s: float) -> None:
    """Pass an answer on; ``idle_s`` is how long a streamed one may be silent. The slot is told how it went.

    Raises:
        BadGateway: the answer broke off; the caller may have seen its beginning.
    """
    headers = outward_headers(answer.headers, request_id=to.request_id)
    if to.scope["method"] == "HEAD" or answer.status in _BODILESS:
        slot.succeeded()
        await _send_bodiless(answer, to, headers)
    elif (value_of(answer.headers, b"content-type") or b"").partition(b";")[0].strip().lower() == _EVENT_STREAM:
        slot.become_stream()
        slot.succeeded()  # it lives for an hour, and says nothing by its end
        deadline.lift()
        headers = [(name, value) for name, value in headers if name not in (b"cache-control", b"x-accel-buffering")]
        await _start(to, answer.status, [*headers, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")])
        await _stream_events(answer, to, slot, idle_s)
    else:
        await _hold_or_stream(answer, to, slot, headers, deadline, idle_s)


async def _send_bodiless(answer: Connection, to: Recipient, headers: RawHeaders) -> None:
    if answer.length is not None and answer.status != 204:
        headers = [*headers, (b"content-length", answer.length)]
    await _start(to, answer.status, headers)
    await to.send({"type": "http.response.body", "body": b""})


async def _hold_or_stream(
    answer: Connection, to: Recipient, slot: Slot, headers: RawHeaders, deadline: Deadline, idle_s: float
) -> None:
    held = b""
    try:
        while not answer.is_whole and len(held) <= _HELD_BYTES:
            held += await answer.read(idle_s)
    except (BrokenAnswer, TimeoutError) as error:
        slot.failed()
        raise BadGateway(headers={"Retry-After": "1"}) from error
    slot.succeeded()  # a long answer takes long: that it began well lets others in, and a break later counts as well
    if answer.is_whole:
        whole = held + answer.take()
        await _start(to, answer.status, [*headers, (b"content-length", b"%d" % len(whole))])
        await to.send({"type": "http.response.body", "body": whole})
        return
    deadline.lift()
    framing = [(b"content-length", answer.length)] if answer.length is not None else []
    await _start(to, answer.status, [*headers, *framing])
    await to.send({"type": "http.response.body", "body": held, "more_body": True})
    try:
        await _stream(answer, to, idle_s)
    except BadGateway:
        slot.failed()
        raise


async def _stream(answer: Connection, to: Recipient, idle_s: float) -> None:
    try:
        while chunk := await answer.read(idle_s):
            await to.send({"type": "http.response.body", "body": chunk, "more_body": True})
    except (BrokenAnswer, TimeoutError) as error:
        raise BadGateway from error
    await to.send({"type": "http.response.body", "body": b""})


async def _stream_events(answer: Connection, to: Recipient, slot: Slot, idle_s: float) -> None:
    try:
        await _stream(answer, to, idle_s)
    except asyncio.CancelledError:
        streaming = asyncio.current_task()
        if not slot.is_ended or streaming is None:
            raise
        streaming.uncancel()
        await to.send({"type": "http.response.body", "body": b""})


async def _start(to: Recipient, status: int, headers: RawHeaders) -> None:
    await to.send({"type": "http.response.start", "status": status, "headers": headers})
