"""Every program replaced under load: no request fails, nothing is done twice, no event is lost."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from chassis.runtime import all_handlers
from chassis.service import Service, build_resources
from chassis.settings import PlatformSettings
from clue_service.main import SERVICE as CLUE
from heli_local.running import RunningStack
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL

pytestmark = pytest.mark.e2e

SERVICES = (CLUE, POOL, INSPECTION, NOTIFICATION)
SETTLE_S = 120.0
WRITES_IN = 10
"""One request in so many registers a clue, whose events go on to the other services."""
READS = (
    ("supervisor", "/v1/clues?limit=20"),
    ("supervisor", "/v1/notifications?limit=20"),
    ("supervisor", "/v1/units/su-housing"),
    ("office", "/v1/rounds?limit=20"),
    ("supervisor", "/v1/overlap-alerts?limit=20"),
)
NAMES = tuple(
    f"{family}{given}" for family in "赵钱孙李周吴郑王冯陈" for given in ("试甲", "试乙", "试丙", "试丁", "试戊")
)


@dataclass
class Load:
    """Requests at a steady rate, whether or not the ones before were answered; none is sent a second time."""

    url: str
    rate: int
    tokens: dict[str, str]
    answered: Counter[int] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    registered: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)

    async def run(self, over: asyncio.Event) -> None:
        limits = httpx2.Limits(max_connections=300, max_keepalive_connections=50)
        async with (
            httpx2.AsyncClient(base_url=self.url, timeout=30, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            began, number = time.monotonic(), 0
            while not over.is_set():
                group.create_task(self._one(client, number))
                number += 1
                await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))

    async def _one(self, client: httpx2.AsyncClient, number: int) -> None:
        began = time.monotonic()
        try:
            if number % WRITES_IN == 0:
                answer = await client.post("/v1/clues", headers=self._headers("clerk"), json=letter(number))
                if answer.status_code == 201:
                    self.registered.add(answer.json()["id"])
            else:
                who, path = READS[number % len(READS)]
                answer = await client.get(path, headers=self._headers(who))
        except httpx2.HTTPError as error:
            self.failed[type(error).__name__] += 1
            return
        self.seconds.append(time.monotonic() - began)
        self.answered[answer.status_code] += 1
        if answer.status_code >= 300:
            self.failed[f"{answer.status_code} {answer.text[:200]}"] += 1

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": str(uuid4())}


def letter(number: int) -> dict[str, Any]:
    """A clue like no other."""
    chance = random.Random(number)
    return {
        "source_code": "PETITION",
        "channel": "letter",
        "received_on": "2026-11-20",
        "subjects": [{"name": chance.choice(NAMES), "unit_name": f"夏宁市第{number}试验站"}],
        "allegations": [{"text": f"编号{chance.getrandbits(64):x}的采购未经招标。"}],
        "reporter": {"identity_type": "anonymous"},
    }


def sign_in(url: str) -> dict[str, str]:
    people = {
        "clerk": ("rolling-clerk", "pet-dh", "intake_officer"),
        "supervisor": ("rolling-supervisor", "cmo-dh", "case_supervisor"),
        "office": ("rolling-office", "insp-xn", "inspection_office"),
    }
    tokens = {}
    for who, (sub, unit, role) in people.items():
        answer = httpx2.post(f"{url}/dev/token", json={"sub": sub, "unit": unit, "roles": [role]}, timeout=30)
        assert answer.status_code == 200, answer.text
        tokens[who] = answer.json()["access_token"]
    return tokens


class Databases:
    """The four databases of a stack, read as their owners."""

    def __init__(self, stack: RunningStack) -> None:
        server = json.loads((stack.home / "postgres" / "server.json").read_text())
        self._urls = {
            service.short: f"postgresql://{service.short}_owner:{server['passwords'][f'{service.short}_owner']}"
            f"@127.0.0.1:{server['port']}/{service.short}"
            for service in SERVICES
        }

    async def ask(self, short: str, query: str) -> list[Any]:
        connection = await asyncpg.connect(self._urls[short])
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def missing(self) -> list[str]:
        """Events that were committed and are not on the stream, or not handled by a service that follows them."""
        found, emitted = [], []
        for service in SERVICES:
            rows = await self.ask(service.short, "select event_id, subject, sent_at is not null from outbox")
            found += [f"{event} of {service.short} is not sent" for event, _, is_sent in rows if not is_sent]
            emitted += [(event, kind_of(subject)) for event, subject, _ in rows]
        for service in SERVICES:
            ids = {event for (event,) in await self.ask(service.short, "select event_id from inbox")}
            kinds = followed(service)
            found += [
                f"{kind} is not handled by {service.short}"
                for event, kind in emitted
                if kind in kinds and event not in ids
            ]
        return found

    async def dead(self) -> int:
        return sum([(await self.ask(service.short, "select count(*) from dead_letter"))[0][0] for service in SERVICES])


def kind_of(subject: str) -> str:
    return subject.removeprefix("evt.").rpartition(".")[0]


def followed(service: Service) -> frozenset[str]:
    """The types of events it has handlers for; nothing is opened for that."""
    settings = PlatformSettings(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return frozenset(all_handlers(service, build_resources(service, settings)))


async def replace(stack: RunningStack, *names: str) -> list[str]:
    command = [sys.executable, "-m", "heli_local.main", "restart", "--home", str(stack.home), *names]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


async def settled(databases: Databases) -> list[str]:
    deadline = time.monotonic() + SETTLE_S
    while (missing := await databases.missing()) and time.monotonic() < deadline:  # noqa: ASYNC110 - in other processes
        await asyncio.sleep(0.5)
    return missing


async def restarted_under(load: Load, stack: RunningStack, rounds: list[tuple[str, ...]]) -> list[str]:
    """Replace, round after round, while the load goes on, and for a moment before and after."""
    over = asyncio.Event()
    loading = asyncio.create_task(load.run(over))
    said = []
    try:
        for names in rounds:
            seen = sum(load.answered.values())
            while sum(load.answered.values()) < seen + load.rate and not loading.done():  # noqa: ASYNC110 - a count
                await asyncio.sleep(0.05)
            said += await replace(stack, *names)
    finally:
        over.set()
        await loading
    return said


async def check(stack: RunningStack, load: Load, rounds: list[tuple[str, ...]]) -> None:
    databases = Databases(stack)
    before = {row[0] for row in await databases.ask("clue", "select id from clue")}
    said = await restarted_under(load, stack, rounds)
    missing = await settled(databases)
    after = {str(row[0]) for row in await databases.ask("clue", "select id from clue")} - {str(one) for one in before}
    ordered = sorted(load.seconds)
    told = {
        "answered": dict(load.answered), "failed": dict(load.failed), "registered": len(load.registered),
        "p50_ms": round(1000 * ordered[len(ordered) // 2]), "p99_ms": round(1000 * ordered[len(ordered) * 99 // 100]),
        "longest_ms": round(1000 * ordered[-1]), "missing_events": len(missing),
    }  # fmt: skip
    print("\n".join([*said, json.dumps(told)]))
    assert load.failed == {}
    assert after == load.registered
    assert missing == []
    assert await databases.dead() == 0


@pytest.fixture
def load(stack: RunningStack) -> Callable[[int], Load]:
    return lambda rate: Load(stack.url, rate, sign_in(stack.url))


async def test_two_services_and_the_gateway_are_replaced_without_a_failed_request(
    stack: RunningStack, load: Callable[[int], Load]
) -> None:
    await check(stack, load(20), [("clue-service", "notification-service", "gateway")])


@pytest.mark.proof
async def test_everything_is_replaced_twice_under_a_hundred_requests_a_second(
    stack: RunningStack, load: Callable[[int], Load]
) -> None:
    await check(stack, load(100), [(), ()])
