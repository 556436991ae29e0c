"""A TCP proxy that makes a network slow, half-open or cut, as a test asks."""

import asyncio
from contextlib import suppress

_CHUNK = 65536


class FaultProxy:
    """Listens on a port of loopback and passes on to another, until told otherwise."""

    def __init__(self, target_port: int, port: int = 0) -> None:
        self.target_port = target_port
        self.port = port
        self.delay_s = 0.0
        """How long each chunk waits, in each direction."""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def go_silent(self) -> None:
        """Half-open: connections stay, new ones are accepted, nothing is passed on any more."""
        self._flowing.clear()

    def cut(self) -> None:
        """Reset every connection, as a network does that comes back after a while."""
        for writer in list(self._writers):
            writer.transport.abort()

    def heal(self) -> None:
        """Pass on again; what went silent is cut, since its bytes are gone."""
        self.delay_s = 0.0
        if not self._flowing.is_set():
            self.cut()
            self._flowing.set()

    async def close(self) -> None:
        """Stop listening and cut what there is."""
        if self._server is not None:
            self._server.close()
            self._flowing.set()
            self.cut()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        onward: asyncio.StreamWriter | None = None
        try:
            await self._flowing.wait()
            answers, onward = await asyncio.open_connection("127.0.0.1", self.target_port)
            self._writers.add(onward)
            there = asyncio.create_task(self._pass_on(reader, onward))
            back = asyncio.create_task(self._pass_on(answers, writer))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        except OSError:
            return  # nobody listens there now: the caller's connection is closed as it would be
        finally:
            for one in (writer, onward):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
