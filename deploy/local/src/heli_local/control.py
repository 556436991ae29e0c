"""How another `heli` command speaks to the supervisor of a data folder: one request, then lines until it is done.

A loopback port and a secret in stack.json, which only the owner of the folder can read.
"""

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from heli_local.home import Home, StackError

ASK_S = 10.0
LINE_S = 300.0
_DONE, _FAILED = "done", "failed"

Say = Callable[[str], None]
Do = Callable[[list[str], Say], Awaitable[None]]


class Control:
    """The supervisor's ear."""

    def __init__(self, home: Home, restart: Do) -> None:
        """`restart` gets names and a way to say how it goes; it raises StackError where it cannot."""
        self._home = home
        self._restart = restart
        self._secret = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, and note where."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self._home.note_control({"port": port, "secret": self._secret})

    async def close(self) -> None:
        """Listen no more. Safe to call twice."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(kind: str, line: str) -> None:
            writer.write(json.dumps({kind: line}).encode() + b"\n")

        try:
            async with asyncio.timeout(ASK_S):
                asked = json.loads(await reader.readline())
            if not hmac.compare_digest(str(asked["secret"]).encode(), self._secret.encode()):
                return
            try:
                await self._restart(list(asked["restart"]), lambda line: say("said", line))
            except StackError as error:
                say(_FAILED, str(error))
            else:
                say(_DONE, "")
            await writer.drain()
        except (OSError, TimeoutError, ValueError, KeyError, TypeError):
            return  # whoever spoke is no command of ours, or has left
        finally:
            writer.close()


def ask_restart(home: Home, names: list[str]) -> Iterator[str]:
    """Have processes of a running stack replaced, all that can be where no names are given; what is said meanwhile.

    Raises StackError where nothing runs, or the supervisor cannot do it.
    """
    control: dict[str, Any] = home.read_state().get("control") or {}
    if not home.is_held() or not control:
        raise StackError(f"nothing runs on {home.folder}")
    try:
        with socket.create_connection(("127.0.0.1", control["port"]), timeout=ASK_S) as connection:
            connection.settimeout(LINE_S)
            connection.sendall(json.dumps({"secret": control["secret"], "restart": names}).encode() + b"\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    ((kind, text),) = json.loads(line).items()
                    if kind == _FAILED:
                        raise StackError(text)
                    if kind == _DONE:
                        return
                    yield text
    except OSError as error:
        raise StackError(f"the supervisor does not answer: {error}") from error
    raise StackError("the supervisor ended meanwhile")
