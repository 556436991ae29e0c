"""A receiver on a real port, owners that are asked for rights, and a service that sends there."""

import asyncio
import email
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from email.policy import default
from typing import Any

import httpx2
import pytest
import uvicorn
from aiosmtpd.controller import UnthreadedController
from chassis.http import PeerFailed
from chassis.service import Resources
from chassis.testing.harness import Harness
from fastapi import FastAPI
from notification_service.webhooks.delivering import send_due
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATIENCE_S = 90


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the test run."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Got:
    """One message as it came in."""

    headers: dict[str, str]
    body: str

    @property
    def event(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass
class Receiver:
    """Takes messages and answers as told; 204 when nothing is said."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def take(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.got.append(Got(dict(request.headers), body))
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0) if self.answers else Response(status_code=204)

    def types(self) -> list[str]:
        return [one.event["type"] for one in self.got]


@asynccontextmanager
async def serving(app: Any, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The app on a real port; its address."""
    config = uvicorn.Config(app, host=host, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = QuietServer(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait on
            await asyncio.sleep(0.01)
    yield f"http://{host}:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    async with serving(Starlette(routes=[Route("/hook", made.take, methods=["POST"])])) as address:
        made.url = f"{address}/hook"
        yield made


@dataclass
class Owners:
    """Stands for the services that own things and say who may read them; the real ones answer end to end."""

    readable: set[tuple[str, str]] = field(default_factory=set)
    away: bool = False
    asked: int = 0

    def __getitem__(self, _name: str) -> "Owners":
        return self

    def __contains__(self, _name: object) -> bool:
        return True

    def allow(self, sub: str, path: str) -> None:
        self.readable.add((sub, path))

    async def call(self, method: str, path: str, *, json: Any, **_more: Any) -> httpx2.Response:
        assert (method, path) == ("POST", "/v1/visibility-checks")
        self.asked += 1
        if self.away:
            raise PeerFailed
        return httpx2.Response(200, json={"visible": [(json["sub"], one) in self.readable for one in json["paths"]]})

    async def close(self) -> None:
        return


@pytest.fixture
def owners() -> Owners:
    return Owners()


@pytest.fixture
def outward_app(app: FastAPI, owners: Owners) -> FastAPI:
    """The service's app, asking the stand-in owners."""
    app.state.resources = replace(app.state.resources, peers=owners)
    return app


@pytest.fixture(autouse=True)
def _loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELI_WEBHOOK_NETWORKS", '["127.0.0.0/8"]')
    monkeypatch.setenv("HELI_WEBHOOK_TIMEOUT_S", "5")


@pytest.fixture
def sending(outward_app: FastAPI) -> Callable[[], Awaitable[None]]:
    """``await sending()``: one turn of the timer, and the turns it started."""

    async def run() -> None:
        resources: Resources = outward_app.state.resources
        await send_due(resources)
        await asyncio.gather(*resources.own.turns.values())

    return run


@pytest.fixture
async def outside(outward_app: FastAPI, city: Harness) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the service that sends to loopback."""
    transport = httpx2.ASGITransport(app=outward_app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as http:
        yield http


@dataclass
class Mailbox:
    """A mail server that keeps what it takes and answers as told."""

    got: list[Message] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd asks for it
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.got.append(email.message_from_bytes(envelope.content, policy=default))
        return answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def text(self, number: int = -1) -> str:
        return str(self.got[number].get_content())  # type: ignore[attr-defined]  # messages of the default policy have it


@pytest.fixture
async def mailbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    made = Mailbox()
    server = UnthreadedController(made, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop())
    server.server = await server._create_server()
    made.port = server.server.sockets[0].getsockname()[1]
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(made.port)), ("TLS", "none"), ("TIMEOUT_S", "20")):
        monkeypatch.setenv(f"HELI_SMTP_{name}", value)
    monkeypatch.setenv("HELI_SMTP_FROM", "heli@platform.test")
    monkeypatch.setenv("HELI_CHAT_SCHEMES", '["json"]')
    monkeypatch.setenv("HELI_CHAT_NETWORKS", '["127.0.0.1/32"]')
    yield made
    server.server.close()
    await server.server.wait_closed()
