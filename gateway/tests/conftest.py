"""A real gateway on loopback in front of real servers that behave, misbehave or lie, as each test asks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from chassis.testing.harness import TestIssuer
from gateway.app import Gateway
from gateway.main import server_config
from gateway.server import DoorServer
from gateway.settings import GatewaySettings
from starlette.types import ASGIApp, Receive, Scope, Send

RawServer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class _QuietServer(DoorServer):
    """Leaves the signals to the test runner."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config, getattr(config.app, "end_streams", lambda: None))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Servers:
    """uvicorn servers of one test, told to stop together: each takes a moment to notice."""

    def __init__(self) -> None:
        self._running: list[tuple[_QuietServer, asyncio.Task[None]]] = []

    async def start(self, config: uvicorn.Config) -> str:
        """Serve on a free port; returns the address."""
        config.port = 0
        config.timeout_graceful_shutdown = 1
        server = _QuietServer(config)
        task = asyncio.create_task(server.serve())
        self._running.append((server, task))
        async with asyncio.timeout(60):
            while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait on
                await asyncio.sleep(0.005)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    async def start_app(self, app: ASGIApp) -> str:
        """Serve an ASGI app."""
        return await self.start(
            uvicorn.Config(app, host="127.0.0.1", log_config=None, access_log=False, lifespan="off")
        )

    def signal(self, address: str) -> None:
        """Tell one server to stop, as SIGTERM would."""
        port = int(address.rsplit(":", 1)[1])
        (server,) = [one for one, _ in self._running if one.servers[0].sockets[0].getsockname()[1] == port]
        server.handle_exit(15, None)

    async def stop(self) -> None:
        """Stop them all."""
        for server, _ in self._running:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running))


@asynccontextmanager
async def serving_raw(handler: RawServer) -> AsyncIterator[str]:
    """Serve bytes; yields its address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what arrived: method, path, query, headers, length of the body."""
    if scope["path"] == "/readyz":
        await answer(send, 200, b"{}")
        return
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = json.dumps(
        {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "length": length,
        }
    )
    await answer(send, 200, body.encode(), (b"content-type", b"application/json"), (b"etag", b'"7"'))


async def answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send a whole answer of known length."""
    framing = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [framing, *headers]})
    await send({"type": "http.response.body", "body": body})


class Door:
    """A running gateway and a client of it."""

    def __init__(self, base_url: str, client: httpx2.AsyncClient, issuer: TestIssuer, servers: Servers) -> None:
        self.base_url = base_url
        self.client = client
        self._issuer = issuer
        self._servers = servers

    def stop(self) -> None:
        """What SIGTERM does."""
        self._servers.signal(self.base_url)

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1])

    def token(self, sub: str = "zhang", **claims: Any) -> str:
        return self._issuer.token(sub, unit="cdi-a", roles=["handler"], **claims)

    def headers(self, sub: str = "zhang", **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(sub)}", "Accept-Language": "en", **more}

    async def raw(self, request: bytes) -> bytes:
        """Send bytes and read until the gateway closes or falls silent for long."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        try:
            async with asyncio.timeout(60):
                return await reader.read(-1)
        finally:
            writer.close()


OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
async def open_door(issuer: TestIssuer) -> AsyncIterator[OpenDoor]:
    """``await open_door(clue=app_or_address, rate_burst=…)`` → a gateway in front of these servers.

    The pool, which every gateway asks for revoked tokens, is another server than the rest.
    """
    servers = Servers()
    clients: list[httpx2.AsyncClient] = []

    async def keys(_scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, 200, issuer.answer(None).content)  # type: ignore[arg-type]  # the request is not read

    jwks = await servers.start_app(keys)

    async def make(*, clue: ASGIApp | str = echo, pool: ASGIApp | None = None, **settings: Any) -> Door:
        base = clue if isinstance(clue, str) else await servers.start_app(clue)
        configured = GatewaySettings.model_validate(
            {
                "environment": "local",
                "issuer": issuer.name,
                "jwks_url": f"{jwks}/jwks.json",
                "issuer_url": base,
                "clue_url": base,
                "pool_url": jwks if pool is None else await servers.start_app(pool),
                "inspection_url": base,
                "notification_url": base,
                **settings,
            }
        )
        url = await servers.start(server_config(Gateway(configured), configured))
        clients.append(httpx2.AsyncClient(base_url=url, timeout=60))
        return Door(url, clients[-1], issuer, servers)

    yield make
    for client in clients:
        await client.aclose()
    await servers.stop()


@pytest.fixture
async def open_raw() -> AsyncIterator[Callable[[RawServer], Awaitable[str]]]:
    """``await open_raw(handler)`` → address of a server that sends exactly the handler's bytes."""
    async with AsyncExitStack() as stack:

        async def make(handler: RawServer) -> str:
            return await stack.enter_async_context(serving_raw(handler))

        yield make
