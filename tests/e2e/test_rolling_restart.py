"""Every program replaced under load: no request fails, nothing is done twice, no event is lost.

A machine that is asked for more than it carries fails requests whatever is restarted. So the same load runs first with
nothing replaced: where that fails, the test says that it is the load, and nothing about restarts.
"""

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

import httpx2
import pytest
from heli_local.running import RunningStack

pytestmark = pytest.mark.e2e

STEADY_S = 10.0
CARRIED_P99_S = 4.0
"""A load whose answers take longer than this with nothing replaced is more than the machine carries: the gateway gives
up a service that is silent for ten seconds, and a program that starts takes a core for three."""
Mix = tuple[tuple[str, str, int], ...]
EVERYTHING: Mix = (
    ("clerk", "", 10),
    ("supervisor", "/v1/clues?limit=20", 18),
    ("supervisor", "/v1/notifications?limit=20", 18),
    ("supervisor", "/v1/units/su-housing", 18),
    ("office", "/v1/rounds?limit=20", 18),
    ("supervisor", "/v1/overlap-alerts?limit=20", 18),
)
"""Who asks for what, how often in a hundred; without an address a clue is registered, whose events go on to the other
services."""
MOSTLY_READS: Mix = (
    ("clerk", "", 1),
    ("supervisor", "/v1/clues?limit=20", 3),
    ("supervisor", "/v1/overlap-alerts?limit=20", 3),
    ("supervisor", "/v1/notifications?limit=20", 8),
    ("office", "/v1/rounds?limit=20", 5),
    ("supervisor", "/v1/units/su-housing", 80),
)
"""What two cores carry at a hundred a second beside whoever asks and the programs that start: by the costs in
docs/benchmarks/costs.md about one core; one intake a second."""
NAMES = tuple(
    f"{family}{given}" for family in "赵钱孙李周吴郑王冯陈" for given in ("试甲", "试乙", "试丙", "试丁", "试戊")
)


@dataclass
class Load:
    """Requests at a steady rate, whether or not the ones before were answered; none is sent a second time."""

    url: str
    rate: int
    tokens: dict[str, str]
    mix: Mix = EVERYTHING
    answered: Counter[int] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    registered: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Counts, and how long answers took."""
        ordered = sorted(self.seconds) or [0.0]
        return {
            "answered": dict(self.answered), "failed": dict(self.failed), "registered": len(self.registered),
            "p50_ms": round(1000 * ordered[len(ordered) // 2]),
            "p99_ms": round(1000 * ordered[len(ordered) * 99 // 100]), "longest_ms": round(1000 * ordered[-1]),
        }  # fmt: skip

    async def run(self, over: asyncio.Event) -> None:
        limits = httpx2.Limits(max_connections=300, max_keepalive_connections=50)
        async with (
            httpx2.AsyncClient(base_url=self.url, timeout=120, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            began, number = time.monotonic(), 0
            while not over.is_set():
                group.create_task(self._one(client, number))
                number += 1
                await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))

    async def _one(self, client: httpx2.AsyncClient, number: int) -> None:
        began = time.monotonic()
        ((who, path, _),) = random.Random(number).choices(self.mix, [share for *_, share in self.mix])
        try:
            if path:
                answer = await client.get(path, headers=self._headers(who))
            else:
                answer = await client.post("/v1/clues", headers=self._headers(who), json=letter(number))
                if answer.status_code == 201:
                    self.registered.add(answer.json()["id"])
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


async def replace(stack: RunningStack, *names: str) -> list[str]:
    command = [sys.executable, "-m", "heli_local.main", "restart", "--home", str(stack.home), *names]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


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


async def is_carried(load: Load) -> None:
    """The load alone, for a moment, with nothing replaced."""
    over = asyncio.Event()
    loading = asyncio.create_task(load.run(over))
    await asyncio.wait({loading}, timeout=STEADY_S)
    over.set()
    await loading
    told = load.told()
    print("with nothing replaced:", json.dumps(told))
    assert load.failed == {}, "OVERLOAD: it fails with nothing replaced, which says nothing about restarts"
    assert told["p99_ms"] <= 1000 * CARRIED_P99_S, "OVERLOAD: too slow with nothing replaced"


async def check(stack: RunningStack, accounts: Any, load: Load, rounds: list[tuple[str, ...]]) -> None:
    databases = accounts.Databases(stack)
    before = {row[0] for row in await databases.ask("clue", "select id from clue")}
    said = await restarted_under(load, stack, rounds)
    missing = await accounts.settled(databases)
    after = {str(row[0]) for row in await databases.ask("clue", "select id from clue")} - {str(one) for one in before}
    print("\n".join([*said, json.dumps(load.told() | {"missing_events": len(missing)})]))
    assert load.failed == {}
    assert after == load.registered
    assert missing == []
    assert await databases.dead() == 0


@pytest.fixture
def load(stack: RunningStack) -> Callable[..., Load]:
    return lambda rate, mix=EVERYTHING: Load(stack.url, rate, sign_in(stack.url), mix)


async def test_two_services_and_the_gateway_are_replaced_without_a_failed_request(
    stack: RunningStack, accounts: Any, load: Callable[..., Load]
) -> None:
    await check(stack, accounts, load(5), [("clue-service", "notification-service", "gateway")])


@pytest.mark.proof
async def test_everything_is_replaced_twice_under_a_hundred_requests_a_second(
    stack: RunningStack, accounts: Any, load: Callable[..., Load]
) -> None:
    await is_carried(load(100, MOSTLY_READS))
    await check(stack, accounts, load(100, MOSTLY_READS), [(), ()])
