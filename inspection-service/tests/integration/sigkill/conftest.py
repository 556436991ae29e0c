"""inspection-service and personnel-pool-service as real processes on real PostgreSQL and NATS; the killed come back."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.embedded import EmbeddedNats, EmbeddedPostgres, ServiceDatabase, free_port
from chassis.migrations import migrate
from chassis.testing.harness import TestIssuer
from chassis.testing.plugin import EXTENSIONS
from inspection_service.main import SERVICE as INSPECTION
from personnel_pool_service.main import SERVICE as POOL

SCRIPT = Path(__file__).with_name("service_process.py")
PATIENCE_S = 240.0
"""A killed worker's job waits 30 s for its lease to end, and both services must come back first."""
FIRST_MONDAY = date(2027, 1, 4)
UNITS = (
    ("pc-k", "party_committee", None),
    ("cdi-k", "cdi", "pc-k"),
    ("insp-k", "inspection_office", "pc-k"),
    ("su-k1", "supervised_unit", "pc-k"),
    ("su-k2", "supervised_unit", "pc-k"),
)


@pytest.fixture(scope="module")
def platform(issuer: TestIssuer) -> Iterator[str]:
    """What the two services need of others: keys and tokens of the issuer, and a clue-service that knows of no clue."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(json.loads(issuer.answer(httpx2.Request("GET", "http://issuer.test")).content))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            if self.path == "/v1/integrity-checks":
                asked = json.loads(sent)["cadres"]
                items = [{"cadre_id": one["cadre_id"], "open_clue": False} for one in asked]
                return self._answer({"items": items})
            client = dict(part.split("=", 1) for part in sent.split("&"))["client_id"]
            return self._answer({"access_token": issuer.token(f"svc:{client}", roles=["service"]), "expires_in": 600})

        def _answer(self, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_args: Any) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class ServiceProcess:
    """One service; ``deaths`` counts how often it was killed, and it is started again each time."""

    short: str
    environment: dict[str, str]
    fuse: Path
    deaths: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['HELI_BIND_PORT']}"

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, str(SCRIPT), self.short], env=self.environment)

    def kill_at(self, boundary: int) -> None:
        """Let it die at that boundary from now."""
        burning = self.fuse.with_suffix(".new")
        burning.write_text(str(boundary))
        burning.rename(self.fuse)

    def revive(self) -> None:
        """Start it again if it was killed; any other end is a fault."""
        assert self.process is not None
        code = self.process.poll()
        if code is not None:
            assert code == -signal.SIGKILL, f"{self.short} ended by itself with {code}"
            self.deaths += 1
            self.start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class World:
    """Both services, people who call them, and weeks that no other test has used."""

    services: dict[str, ServiceProcess]
    http: httpx2.AsyncClient
    token: Callable[..., str]
    cadres: list[str]
    weeks: Iterator[int]

    def next_week(self) -> dict[str, str]:
        monday = FIRST_MONDAY + timedelta(weeks=next(self.weeks))
        return {"starts_on": monday.isoformat(), "ends_on": (monday + timedelta(days=4)).isoformat()}

    async def ask(self, who: str, short: str, method: str, path: str, body: Any = None) -> httpx2.Response | None:
        """One try as ``role@unit``; None where the service is gone or has no answer for now."""
        role, _, unit = who.partition("@")
        headers = {"Authorization": f"Bearer {self.token(f'{role}-{unit}', unit=unit or None, roles=[role])}"}
        for service in self.services.values():
            service.revive()
        with suppress(httpx2.TransportError):
            answer = await self.http.request(method, self.services[short].url + path, json=body, headers=headers)
            return answer if answer.status_code < 500 else None
        return None

    async def insist(
        self, who: str, short: str, method: str, path: str, body: Any = None, *, until: Callable[[Any], bool]
    ) -> Any:
        """Ask until the answer is as wanted, as a person does who finds the service gone and tries again."""
        deadline, answer = time.monotonic() + PATIENCE_S, None
        while time.monotonic() < deadline:
            answer = await self.ask(who, short, method, path, body)
            if answer is not None and until(answer):
                return answer.json()
            await asyncio.sleep(0.05)  # the condition lives in another process
        said = "no answer" if answer is None else f"{answer.status_code} {answer.text}"
        message = f"{method} {path} did not come true: {said}"
        raise AssertionError(message)

    async def read(self, who: str, short: str, path: str, until: Callable[[Any], bool] = lambda _body: True) -> Any:
        return await self.insist(
            who, short, "GET", path, until=lambda answer: answer.status_code == 200 and until(answer.json())
        )

    async def do(self, who: str, short: str, path: str, body: Any = None, *, method: str = "POST") -> Any:
        return await self.insist(
            who, short, method, path, {} if body is None else body, until=lambda answer: answer.status_code < 300
        )

    async def are_ready(self) -> None:
        for short in self.services:
            await self.insist("nobody@", short, "GET", "/readyz", until=lambda answer: answer.status_code == 200)


@pytest.fixture(scope="module")
def processes(
    postgres_server: EmbeddedPostgres,
    nats_server: EmbeddedNats,
    platform: str,
    issuer: TestIssuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, ServiceProcess]]:
    """Both services, started; stopped at the end of the module."""
    folder = tmp_path_factory.mktemp("fuses")
    keys = folder / "keys.json"  # what is sealed must be open to the process that comes after a killed one
    keys.write_text(json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(range(32))).decode()}}))
    ports = {service.short: free_port() for service in (INSPECTION, POOL)}
    urls = {f"HELI_{short.upper()}_URL": f"http://127.0.0.1:{port}" for short, port in ports.items()}
    started: dict[str, ServiceProcess] = {}
    for service in (POOL, INSPECTION):
        database: ServiceDatabase = postgres_server.create_service_database(
            f"killed_{service.short}", extensions=EXTENSIONS
        )
        migrate(service.migrations, database.owner)
        fuse = folder / service.short
        environment = {
            **os.environ,
            **urls,
            "HELI_ENVIRONMENT": "local",
            "HELI_BIND_PORT": str(ports[service.short]),
            "HELI_DATABASE_URL": database.app,
            "HELI_DATABASE_OWNER_URL": database.owner,
            "HELI_NATS_URL": nats_server.url(),
            "HELI_STREAM_MAX_BYTES": str(64 * 2**20),
            "HELI_ISSUER": issuer.name,
            "HELI_JWKS_URL": f"{platform}/jwks.json",
            "HELI_TOKEN_URL": f"{platform}/token",
            "HELI_CLIENT_ID": service.name,
            "HELI_CLIENT_SECRET": "x",
            "HELI_CLUE_URL": platform,
            "HELI_PUBLIC_URL": "http://gateway.test",
            "HELI_LENDING_SHARE": "1",
            "HELI_LENDING_CUMULATIVE_MONTHS": "0",
            "HELI_KEYS_FILE": str(keys),
            "FUSE_FILE": str(fuse),
        }
        started[service.short] = ServiceProcess(service.short, environment, fuse)
        started[service.short].start()
    yield started
    for service_process in started.values():
        service_process.stop()


@pytest.fixture(scope="module")
def people() -> list[str]:
    """Cadres made so far: one city for all tests of the module."""
    return []


@pytest.fixture(scope="module")
def weeks() -> Iterator[int]:
    """Weeks in which nobody is lent yet: what a test leaves behind must not stand in the way of the next."""
    return count()


@pytest.fixture
async def world(
    processes: dict[str, ServiceProcess], issuer: TestIssuer, people: list[str], weeks: Iterator[int]
) -> AsyncIterator[World]:
    """Both services ready, a small city in them, no fuse burning."""
    async with httpx2.AsyncClient(timeout=60) as http:
        made = World(processes, http, issuer.token, people, weeks)
        await made.are_ready()
        if not people:
            await _found_city(made)
        for process in processes.values():
            process.deaths = 0
        yield made
        for process in processes.values():
            process.fuse.unlink(missing_ok=True)


async def _found_city(world: World) -> None:
    manager = "pool_manager@pc-k"
    for code, unit_type, parent in UNITS:
        unit = {"name": code, "unit_type": unit_type, "parent_code": parent, "level": "city"}
        await world.do(manager, "pool", f"/v1/units/{code}", unit, method="PUT")
    for number in range(6):
        cadre = {
            "name": "测试干部",
            "home_unit": "insp-k",
            "rank": "division_deputy",
            "gender": "female" if number % 2 else "male",
            "party_member": True,
            "pool_kinds": ["inspection_leader", "inspection_member"],
        }
        made = await world.do(manager, "pool", "/v1/cadres", cadre)
        world.cadres.append(made["id"])
