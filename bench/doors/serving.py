"""The processes that are measured, and what they need around them."""

import asyncio
import base64
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from chassis.embedded import ChildProcess, free_port
from chassis.embedded.process import log_tail
from chassis.testing.harness import TestIssuer

_PATIENCE_S = 30
UNLIMITED = {"HELI_RATE_PER_S": "1000000", "HELI_RATE_BURST": "1000000"}
"""A benchmark asks as a few callers what thousands of them would."""


@asynccontextmanager
async def serving_keys(issuer: TestIssuer) -> AsyncIterator[str]:
    """The issuer's keys over HTTP; the address of its JWKS."""
    request = httpx2.Request("GET", "http://issuer.test")
    body = issuer.answer(request).content

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks.json"


@asynccontextmanager
async def running(
    folder: Path, name: str, command: list[str | Path], port: int, env: Mapping[str, str] | None = None
) -> AsyncIterator[int]:
    """A process that listens on ``port``; its process id."""
    log = folder / f"{name}.log"
    whole = {**os.environ, **env} if env is not None else None
    child = ChildProcess(command, cwd=folder, log=log, env=whole)
    try:
        deadline = asyncio.get_running_loop().time() + _PATIENCE_S
        while not _listens(port):
            if not child.is_alive() or asyncio.get_running_loop().time() > deadline:
                message = f"{name} does not listen:\n{log_tail(log)}"
                raise RuntimeError(message)
            await asyncio.sleep(0.05)
        yield child.pid
    finally:
        child.stop()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def gateway(folder: Path, *, issuer: TestIssuer, jwks: str, upstream: str) -> AsyncIterator[tuple[str, int]]:
    """The gateway with one worker before one upstream: address and process id."""
    port = free_port()
    env = {
        **identity(folder, issuer, jwks, port),
        **UNLIMITED,
        **{f"HELI_{name}_URL": upstream for name in ("CLUE", "POOL", "INSPECTION", "NOTIFICATION")},
    }
    async with running(folder, "gateway", [program("gateway"), "api"], port, env) as pid:
        yield f"http://127.0.0.1:{port}", pid


@asynccontextmanager
async def notification(
    folder: Path, *, issuer: TestIssuer, jwks: str, urls: tuple[str, str]
) -> AsyncIterator[tuple[str, int]]:
    """notification-service, API and worker in one process, on these of PostgreSQL and NATS: address and process id."""
    port = free_port()
    env = {
        **identity(folder, issuer, jwks, port),
        "HELI_CLIENT_ID": "notification-service",
        "HELI_DATABASE_URL": urls[0],
        "HELI_NATS_URL": urls[1],
    }
    async with running(folder, "notification", [program("notification-service"), "all"], port, env) as pid:
        yield f"http://127.0.0.1:{port}", pid


def identity(folder: Path, issuer: TestIssuer, jwks: str, port: int) -> dict[str, str]:
    """What any process of the platform is told: whom to believe, where to listen, its key ring."""
    ring = folder / "keys.json"
    if not ring.exists():  # kept data is sealed with it
        ring.write_text(json.dumps({"current": "1", "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}))
    return {
        "HELI_ENVIRONMENT": "local",
        "HELI_ISSUER": issuer.name,
        "HELI_JWKS_URL": jwks,
        "HELI_TOKEN_URL": f"{issuer.name}/token",
        "HELI_BIND_PORT": str(port),
        "HELI_PUBLIC_URL": "http://gateway.test",
        "HELI_KEYS_FILE": str(ring),
        "HELI_LOG_LEVEL": "error",
    }


def program(name: str) -> Path:
    """A command of this environment."""
    return Path(sys.executable).with_name(name)
