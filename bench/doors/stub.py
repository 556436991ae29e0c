"""A service that costs little: 1 KiB of JSON for any address, and a stream of the time.

Started as a program: ``python stub.py PORT``.
"""

import asyncio
import sys
import time
from typing import Any

import uvloop

STREAM = "/v1/notifications/stream"
BODY = b'{"items":["' + b"x" * 1010 + b'"]}'


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


class _Stub(asyncio.Protocol):
    ordinary = _answer(BODY)
    open_streams: set[Any] = set()  # noqa: RUF012 - shared by all connections on purpose

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            target = self._held.split(b" ", 2)[1]
            self._held = self._held[end + 4 :]
            if target == STREAM.encode():
                self._transport.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                    b"7\r\n: here\n\r\n"
                )
                self.open_streams.add(self._transport)
            else:
                self._transport.write(self.ordinary)

    def connection_lost(self, _error: Exception | None) -> None:
        self.open_streams.discard(self._transport)


async def _tell() -> None:
    while True:
        await asyncio.sleep(1)
        for transport in list(_Stub.open_streams):
            said = b"data: %d\n\n" % time.monotonic_ns()
            transport.write(b"%x\r\n%b\r\n" % (len(said), said))


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Stub, "127.0.0.1", port, backlog=4096)
    async with server:
        await _tell()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
