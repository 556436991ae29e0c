"""HTTP servers that can take each other's place: sockets handed down, readiness told, callers let go of gently.

Whoever starts a process may hand it an open listening socket, in systemd's way (`LISTEN_FDS`, sd_listen_fds(3)), under
the name `http`, and a pipe under the name `ready`. A process that has a pipe listens only once it is ready, and then
says so on it. So a successor serves on the very socket of its predecessor before that is told to stop, and no
connection is refused or reset in between.
"""

import asyncio
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.lifespan.on import LifespanOn

from chassis.logging import get_logger

FIRST_HANDED = 3
"""The number of the first descriptor that is handed down, as systemd has it."""
HTTP, READY = "http", "ready"

_LETTING_GO_S = 1.0
REQUESTS_S = 20
"""Longest time that requests under way are given to end."""
PARTS_S = 8
"""Longest time that relay, consumer and jobs of a process that serves as well are given; a worker alone gets more."""
STOP_SECONDS = int(_LETTING_GO_S) + REQUESTS_S + PARTS_S + 3
"""From SIGTERM until a process is gone, at the longest: callers, requests, parts, and what is closed after them.
Whoever kills a process earlier cuts off answers."""
_ASK_S = 0.1

log = get_logger(__name__)


@dataclass
class Handed:
    """What this process was started with: sockets to serve on, None to bind one; and where to say that it is ready."""

    sockets: list[socket.socket] | None = None
    ready: int | None = None


def take_handed() -> Handed:
    """Take what was handed to this process, once: children of it inherit neither descriptors nor variables."""
    variables = [os.environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")]
    if variables[0] != str(os.getpid()):
        return Handed()
    count, names = int(variables[1] or 0), variables[2].split(":")
    handed = Handed()
    for number in range(FIRST_HANDED, FIRST_HANDED + count):
        os.set_inheritable(number, False)
        if names[number - FIRST_HANDED : number - FIRST_HANDED + 1] == [READY]:
            handed.ready = number
        else:
            handed.sockets = [*(handed.sockets or []), socket.socket(fileno=number)]
    return handed


class Server(uvicorn.Server):
    """A server that a successor can replace without a caller noticing."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._handed = Handed()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal comes, on the sockets given, else on those handed down, else on address and port."""
        self._handed = take_handed()
        if self._handed.ready is not None:
            self.config.load()
            self.config.lifespan_class = _ReadyLifespan
        super().run(sockets or self._handed.sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self._handed.ready is not None:
            with suppress(BrokenPipeError):  # who wanted to know is gone
                os.write(self._handed.ready, b"ready\n")
            os.close(self._handed.ready)
            self._handed.ready = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, let go of callers, finish what is under way, end.

        A kept connection that is closed at once may carry a request at that moment, which would fail. So each is
        closed with an answer that says so, for a second, before those that were not used are closed without one.
        """
        for server in self.servers:
            server.close()
        state = self.server_state
        state.default_headers = [*state.default_headers, (b"connection", b"close")]
        loop = asyncio.get_running_loop()
        until = loop.time() + _LETTING_GO_S
        while state.connections and not self.force_exit and loop.time() < until:  # noqa: ASYNC110 - as in uvicorn
            await asyncio.sleep(_ASK_S / 2)
        await super().shutdown(sockets)


class _ReadyLifespan(LifespanOn):
    """A start-up that ends when the app says that it is ready."""

    async def startup(self) -> None:
        await super().startup()
        while not self.should_exit and not await _is_ready(self.config.loaded_app):  # noqa: ASYNC110 - readiness sets no event
            await asyncio.sleep(_ASK_S)


async def _is_ready(app: Any) -> bool:
    """Ask the app in its own process; nobody listens yet."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/readyz", "raw_path": b"/readyz", "query_string": b"", "root_path": "",
        "headers": [], "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return statuses == [200]
