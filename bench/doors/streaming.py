"""Event streams: 2,000 people with an open inbox on one gateway worker, an event each second for all of them."""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import Any

from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from chassis.testing.harness import TestIssuer

from doors import serving
from doors.figures import Part, at_rate, cpu_s, floor_ms, row, spread
from doors.stub import STREAM

_STREAMS, _SECONDS, _AT_ONCE = 2_000, 10, 50
_DATA = re.compile(rb"data: (\d+)\n")
_HERE = b": here\n"


class _Reader(asyncio.Protocol):
    """Notes how late each event comes."""

    def __init__(self) -> None:
        self._held = b""
        self._transport: Any = None
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_open = False
        self.late_ms: list[float] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self.begun.done() and _HERE in self._held:
            self.is_open = self._held.startswith(b"HTTP/1.1 200")
            self.begun.set_result(None)
        end = 0
        for found in _DATA.finditer(self._held):
            end = found.end()
            self.late_ms.append((time.monotonic_ns() - int(found[1])) / 1e6)
        self._held = self._held[end:]

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        if not self.begun.done():
            self.begun.set_result(None)

    def ask(self, token: str, target: str) -> None:
        head = f"GET {target} HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer {token}\r\n\r\n"
        self._transport.write(head.encode())

    def close(self) -> None:
        self._transport.close()


async def measure(*, is_quick: bool) -> Part:
    """Open all, let them run, count who is still there and how late events came."""
    count, seconds = (200, 2) if is_quick else (_STREAMS, _SECONDS)
    issuer, stub = TestIssuer(), free_port()
    program: list[str | Path] = [sys.executable, Path(__file__).with_name("stub.py"), str(stub)]
    with scratch_folder() as folder:
        async with serving.serving_keys(issuer) as jwks, serving.running(folder, "stub", program, stub):
            upstream = f"http://127.0.0.1:{stub}"
            async with serving.gateway(folder, issuer=issuer, jwks=jwks, upstream=upstream) as (base, pid):
                return await _measured(int(base.rsplit(":", 1)[1]), pid, issuer, count, seconds)


async def _measured(port: int, pid: int, issuer: TestIssuer, count: int, seconds: int) -> Part:
    tokens = [issuer.token(f"person-{number}", unit="cdi-a", roles=["handler"]) for number in range(count)]
    before = _memory_kib(pid)
    readers = await _open_all(port, tokens)
    for reader in readers:
        reader.late_ms.clear()
    grown = _memory_kib(pid) - before
    cpu, waits = cpu_s(pid), await _ask_meanwhile(port, tokens[0], seconds)
    share = (cpu_s(pid) - cpu) / seconds
    held, least = sum(one.is_open for one in readers), min(len(one.late_ms) for one in readers)
    late = [ms for one in readers for ms in one.late_ms]
    for reader in readers:
        reader.close()
    return {
        "rows": [
            row("open event streams, one worker", f"≥ {count:,}", f"{held:,}", is_met=held >= count),
            row(
                f"events each of them had in {seconds} s, at least",
                f"≥ {seconds - 1}",
                str(least),
                is_met=least >= seconds - 1,
            ),
            row("an event reaches all of them, ms late", "", spread(late)),
            row("an ordinary request meanwhile, 100 requests/s, ms", "", spread(waits)),
            row("memory per stream, KiB", "", f"{grown / count:.1f}"),
            row("CPU of the worker meanwhile, share of a core", "", f"{share:.0%}"),
            row("floor: a millisecond of pure computation, ms", "", spread(floor_ms())),
        ]
    }


async def _open_all(port: int, tokens: list[str]) -> list[_Reader]:
    gate, loop = asyncio.Semaphore(_AT_ONCE), asyncio.get_running_loop()

    async def go(token: str) -> _Reader:
        async with gate:
            _, reader = await loop.create_connection(_Reader, "127.0.0.1", port)
            reader.ask(token, STREAM)
            await reader.begun
            return reader

    return list(await asyncio.gather(*(go(token) for token in tokens)))


async def _ask_meanwhile(port: int, token: str, seconds: int) -> list[float]:
    found: list[float] = []
    request = (
        f"GET /v1/clues HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    ).encode()

    async def ask(_number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.perf_counter()
        writer.write(request)
        await reader.read(-1)
        found.append((time.perf_counter() - started) * 1000)
        writer.close()

    await at_rate(100, seconds, ask)
    return found


def _memory_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
