"""Who calls in a measurement: the gateway's own connections, so that calling takes little of the machine's time."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from gateway.connections import Connection

_PATIENCE_S = 600


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    content: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)


class Caller:
    """Calls one process on loopback, on as many kept connections as there are calls at once."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        self._host, self._port = parts.hostname, parts.port
        self._kept: list[Connection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._kept:
            connection.close()

    async def ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """The whole answer. Raises RuntimeError where it is not one of 2xx, and what ``Connection`` raises."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}:{self._port}", f"content-length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection = self._kept.pop() if self._kept else await self._connect()
        await connection.ask(
            ("\r\n".join(lines) + "\r\n\r\n").encode(), content, is_head=False, first_byte_s=_PATIENCE_S
        )
        body = bytearray()
        while part := await connection.read(_PATIENCE_S):
            body += part
        if connection.is_reusable:
            self._kept.append(connection)
        if connection.status // 100 != 2:
            message = f"{method} {path}: {connection.status} {body.decode(errors='replace')}"
            raise RuntimeError(message)
        return Answer(connection.status, bytes(body))

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(self._lost), self._host, self._port)
        return connection

    def _lost(self, connection: Connection) -> None:
        if connection in self._kept:
            self._kept.remove(connection)
