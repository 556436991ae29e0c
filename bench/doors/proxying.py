"""The gateway's price for one proxied request beside nginx's, and the time it adds at 100 requests per second."""

import asyncio
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from chassis.testing.harness import TestIssuer

from doors import serving
from doors.figures import Part, at, at_rate, cpu_s, floor_ms, row, spread

_CONNECTIONS = 32
_CALLERS = 50
_AIM, _MUST = 9, 12
_ANSWER = json.dumps({"items": ["x" * 992]})

_COMMON = """daemon off; worker_processes 1; pid nginx-{name}.pid; error_log stderr error; user root;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000;
  client_body_temp_path {name}-body; proxy_temp_path {name}-proxy; fastcgi_temp_path {name}-fcgi;
  uwsgi_temp_path {name}-uwsgi; scgi_temp_path {name}-scgi;
  {body}
}}"""
_UPSTREAM = """server {{ listen 127.0.0.1:{port};
  location / {{ default_type application/json; return 200 '{answer}'; }} }}"""
_PROXY = """upstream up {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port};
  location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}"""


async def measure(*, is_quick: bool) -> Part:
    """Both proxies before the same upstream, in turns."""
    nginx = shutil.which("nginx")
    if nginx is None:
        text = "not measured: nginx is absent (Debian: `apt-get install nginx`)"
        return {"rows": [row("CPU per proxied request beside nginx", f"≤ {_MUST} ×", text)], "bars": {}}
    with scratch_folder() as folder:
        async with AsyncExitStack() as stack:
            upstream, plain = free_port(), free_port()
            body = _UPSTREAM.format(port=upstream, answer=_ANSWER)
            await _nginx(stack, folder, nginx, "upstream", upstream, body)
            body = _PROXY.format(port=plain, upstream=upstream)
            nginx_pid = await _nginx(stack, folder, nginx, "proxy", plain, body)
            issuer = TestIssuer()
            jwks = await stack.enter_async_context(serving.serving_keys(issuer))
            base, pid = await stack.enter_async_context(
                serving.gateway(folder, issuer=issuer, jwks=jwks, upstream=f"http://127.0.0.1:{upstream}")
            )
            door = int(base.rsplit(":", 1)[1])
            tokens = [issuer.token(f"caller-{number}", unit="cdi-a", roles=["handler"]) for number in range(_CALLERS)]
            requests = [_request(token) for token in tokens]
            price = await _prices({"nginx": (plain, nginx_pid), "gateway": (door, pid)}, requests, is_quick=is_quick)
            times = await _waits({"direct": upstream, "nginx": plain, "gateway": door}, requests, is_quick=is_quick)
    return _part(price, times, _version(nginx), _amount(is_quick=is_quick)[1])


async def _nginx(stack: AsyncExitStack, folder: Path, program: str, name: str, port: int, body: str) -> int:
    conf = folder / f"{name}.conf"
    conf.write_text(_COMMON.format(name=name, body=body))
    command: list[str | Path] = [program, "-p", folder, "-c", conf]
    return await stack.enter_async_context(serving.running(folder, f"nginx-{name}", command, port))


def _version(nginx: str) -> str:
    return subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr.rpartition("/")[2].strip()


def _request(token: str) -> bytes:
    return (
        "GET /v1/clues?status=registered&limit=50 HTTP/1.1\r\nHost: gateway.test\r\nAccept: application/json\r\n"
        f"Accept-Language: zh-CN\r\nUser-Agent: bench\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()


class _Caller:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def at(cls, port: int) -> "_Caller":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> None:
        """One request and its whole answer, which must be the upstream's."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if not head.startswith(b"http/1.1 200") or len(body) != len(_ANSWER):
            message = f"answered {head[:80]!r} {body[:200]!r}"
            raise RuntimeError(message)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def _prices(
    doors: dict[str, tuple[int, int]], requests: Sequence[bytes], *, is_quick: bool
) -> dict[str, list[float]]:
    """CPU-µs per request of each process, by round; the doors take turns."""
    rounds, each = _amount(is_quick=is_quick)
    found: dict[str, list[float]] = {name: [] for name in doors}
    for number in range(rounds + 1):
        for name, (port, pid) in doors.items():
            before = cpu_s(pid)
            await _ask_many(port, requests, each)
            if number:  # the first round opens connections and meets every token for the first time
                found[name].append((cpu_s(pid) - before) / each * 1e6)
    return found


def _amount(*, is_quick: bool) -> tuple[int, int]:
    """Rounds, and requests in each."""
    return (2, 2_000) if is_quick else (7, 8_000)


async def _ask_many(port: int, requests: Sequence[bytes], count: int) -> None:
    left = iter(range(count))

    async def work() -> None:
        caller = await _Caller.at(port)
        for number in left:
            await caller.ask(requests[number % len(requests)])
        caller.close()

    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))


async def _waits(doors: dict[str, int], requests: Sequence[bytes], *, is_quick: bool) -> dict[str, list[float]]:
    """Milliseconds from request to whole answer at 100 requests per second, the doors in turns."""
    found: dict[str, list[float]] = {name: [] for name in doors}
    for _ in range(1 if is_quick else 3):
        for name, port in doors.items():
            idle = [await _Caller.at(port) for _ in range(8)]
            for caller in idle:
                await caller.ask(requests[0])

            async def ask(number: int, idle: list[_Caller] = idle, name: str = name, port: int = port) -> None:
                caller = idle.pop() if idle else await _Caller.at(port)
                started = time.perf_counter()
                await caller.ask(requests[number % len(requests)])
                found[name].append((time.perf_counter() - started) * 1000)
                idle.append(caller)

            await at_rate(100, 2 if is_quick else 6, ask)
            for caller in idle:
                caller.close()
    return found


def _part(price: dict[str, list[float]], times: dict[str, list[float]], version: str, each: int) -> Part:
    nginx, gateway = (statistics.median(price[name]) for name in ("nginx", "gateway"))
    ratios = [ours / theirs for ours, theirs in zip(price["gateway"], price["nginx"], strict=True)]
    ratio = gateway / nginx
    added = at(times["gateway"], 0.5) - at(times["direct"], 0.5)
    rounds = f"median of {len(ratios)} rounds of {each:,}"
    return {
        "rows": [
            row(f"nginx {version}, plain proxy, CPU-µs per request", "", f"{nginx:.1f} ({rounds})"),
            row("gateway, verified ES256 token, CPU-µs per request", "", f"{gateway:.1f}"),
            row(
                "gateway ÷ nginx",
                f"≤ {_MUST} ×, aim {_AIM} ×",
                f"{ratio:.1f} × (rounds from {min(ratios):.1f} to {max(ratios):.1f})",
                is_met=ratio <= _MUST,
            ),
            row("time added by the gateway at 100 requests/s, p50, ms", "≤ 1.0", f"{added:.2f}", is_met=added <= 1),
            *(row(f"answer, {name}, 100 requests/s, ms", "", spread(one)) for name, one in times.items()),
            row("floor: a millisecond of pure computation, ms", "", spread(floor_ms())),
        ],
        "bars": {"nginx": nginx, "gateway": gateway},
        "waits": {name: [at(one, share) for share in (0.5, 0.95, 0.99)] for name, one in times.items()},
    }
