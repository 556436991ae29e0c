"""Where chats may go: each connection is checked at the socket, whatever library opens it and however often it asks.

A name that was checked may turn inward before it is connected to, an answer may redirect, and the libraries behind
Apprise look names up by themselves. So the interpreter's own audit events are listened to, and only while a chat is
being sent by the thread that sends it.
"""

import ipaddress
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from notification_service.webhooks.targets import Network, is_permitted

_WAYS_OUT = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class InnerAddress(OSError):
    """A connection to where no chat may go."""


@dataclass
class Guard:
    """Networks beyond the public internet that are permitted, and whether something else was tried."""

    networks: Sequence[Network]
    has_refused: bool = False


_present: ContextVar[Guard | None] = ContextVar("chat_guard", default=None)


@contextmanager
def guarded(networks: Sequence[Network]) -> Iterator[Guard]:
    """Within it, in this thread and those it hands its context to, ``InnerAddress`` ends connections elsewhere."""
    _listen()
    guard = Guard(networks)
    token = _present.set(guard)
    try:
        yield guard
    finally:
        _present.reset(token)


def is_chat_address(address: object, networks: Sequence[Network]) -> bool:
    """Whether a socket's address is one that a chat may be at: an IP address, public or permitted."""
    host = address[0] if isinstance(address, tuple) and address else None
    if not isinstance(host, str):
        return False  # a socket file, a device
    try:
        return is_permitted(ipaddress.ip_address(host), networks, "https")
    except ValueError:
        return False  # a name would be looked up after this check


@cache
def _listen() -> None:
    sys.addaudithook(_on_event)


def _on_event(event: str, args: tuple[object, ...]) -> None:
    if event not in _WAYS_OUT:
        return
    guard = _present.get()
    if guard is not None and args[1] is not None and not is_chat_address(args[1], guard.networks):
        guard.has_refused = True
        raise InnerAddress("no chat may be there")
