"""The runbooks with the fault there: something real is broken, the page's own steps are followed, nothing is missing.

A stack of its own; what `kubectl rollout restart` is in a cluster, `heli restart` is here.
"""

import asyncio
import base64
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import nats
import pytest
from heli_local.home import Home
from heli_local.running import HELI, RunningStack
from heli_local.topology import SERVICES

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

PATIENCE_S = 120.0
RECEIVER = "notification-service"
SHORT = [service.short for service in SERVICES]
REFUSING = """
create function refuse_notices() returns trigger language plpgsql as $$
begin raise exception 'a defect, for a while' using errcode = 'P0001'; end $$;
create trigger refuse_notices before insert on notice for each statement execute function refuse_notices();
"""


@dataclass
class Broken:
    """A stack to break, and what is asked of it."""

    stack: RunningStack
    client: httpx2.AsyncClient
    accounts: Any
    pages: Any
    folder: Path

    async def token(self, sub: str, unit: str, *roles: str) -> dict[str, str]:
        answer = await self.client.post("/dev/token", json={"sub": sub, "unit": unit, "roles": list(roles)})
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    async def take_in(self) -> str:
        """A clue, whose event notification-service turns into notices."""
        body = {
            "source_code": "PETITION", "channel": "letter", "received_on": "2026-01-05",
            "subjects": [{"name": "方启航", "unit_name": f"夏宁市第{secrets.randbelow(10**9)}试验站"}],
            "allegations": [{"text": "违规发放津贴。"}],
        }  # fmt: skip
        headers = await self.token("faults-clerk", "pet-dh", "intake_officer") | {"Idempotency-Key": str(uuid4())}
        answer = await self.client.post("/v1/clues", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def told_of(self, clue: str) -> int:
        """How many notices there are of a clue."""
        ((count,),) = await self.databases.ask("notification", f"select count(*) from notice where item_id = '{clue}'")
        return int(count)

    async def waiting_letters(self) -> int:
        """Dead letters of all services that were not applied since."""
        asked = [(short, "select count(*) from dead_letter where redriven_at is null") for short in SHORT]
        return sum([int((await self.databases.ask(*one))[0][0]) for one in asked])

    async def do(self, short: str, statements: str) -> None:
        connection = await asyncpg.connect(self.pages.superuser_url(self.stack, short))
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    @property
    def databases(self) -> Any:
        return self.accounts.Databases(self.stack)

    @property
    def shell(self) -> Any:
        return self.pages.shell_of(self.stack, self.folder)

    def run(self, text: str) -> list[str]:
        return list(self.pages.done(self.shell.run(text)).splitlines())

    async def replace(self, *names: str) -> None:
        command = [HELI, "restart", "--home", self.stack.home, *names]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


async def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await holds():  # in other processes
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


@pytest.fixture
async def broken(spare_stack: RunningStack, accounts: Any, pages: Any, tmp_path: Path) -> AsyncIterator[Broken]:
    async with httpx2.AsyncClient(base_url=spare_stack.url, timeout=120) as client:
        yield Broken(spare_stack, client, accounts, pages, tmp_path)


async def test_dead_letters_are_listed_mended_and_applied_again(broken: Broken, pages: Any) -> None:
    await broken.do("notification", REFUSING)
    clue = await broken.take_in()

    await until(broken.waiting_letters)
    look = pages.one("dead-letters.md", "dead-letters list").text.replace("clue", "notification")
    letters = [json.loads(line) for line in broken.run(look)]
    assert {one["error_code"] for one in letters} == {"unexpected"}
    assert "津贴" not in json.dumps(letters, ensure_ascii=False)
    again = pages.one("dead-letters.md", "dead-letters redrive").text.replace("clue", "notification")
    again = again.replace("17 18", " ".join(str(one["id"]) for one in letters))
    refused = broken.shell.run(again)
    assert refused.returncode == 1, "the cause is still there"
    assert await broken.told_of(clue) == 0
    await broken.do("notification", "drop trigger refuse_notices on notice; drop function refuse_notices()")
    assert broken.run(again) == [f"{one['id']} applied" for one in letters]
    assert broken.run(look) == []
    assert await broken.told_of(clue) == 1
    assert await broken.waiting_letters() == 0


async def test_a_lost_stream_is_filled_again(broken: Broken, pages: Any) -> None:
    receiver = broken.stack.pids()[RECEIVER]
    os.kill(receiver, signal.SIGSTOP)
    try:
        clue = await broken.take_in()

        async def is_published() -> bool:
            waiting = await broken.databases.ask("clue", "select 1 from outbox where sent_at is null")
            return not waiting

        await until(is_published)
        await lose_the_stream(broken.stack)
    finally:
        os.kill(receiver, signal.SIGCONT)
    said = broken.run(pages.one("lost-stream.md", "refill").text)
    assert len(said) == 4
    assert any(not line.startswith("0 ") for line in said), said
    assert await broken.accounts.settled(broken.databases) == []
    assert await broken.told_of(clue) == 1
    assert await broken.waiting_letters() == 0


async def lose_the_stream(stack: RunningStack) -> None:
    server = json.loads((stack.home / "nats" / "server.json").read_text())
    admin = await nats.connect(f"nats://admin:{server['passwords']['admin']}@127.0.0.1:{server['port']}")
    assert await admin.jetstream().delete_stream("EVT")
    await admin.close()


async def test_a_relay_goes_on_when_its_leader_is_ended_and_when_the_broker_comes_back(
    broken: Broken, pages: Any
) -> None:
    broker = broken.stack.pids()["nats"]
    os.kill(broker, signal.SIGSTOP)
    try:
        clues = [await broken.take_in()]
        waiting = await broken.databases.ask("clue", "select 1 from outbox where sent_at is null")
        assert waiting, "the events wait while nobody takes them"
        (query,) = [block.text for block in pages.blocks("sql") if block.page == "stuck-relay.md"]
        connection = await asyncpg.connect(pages.superuser_url(broken.stack, "clue"))
        leaders = [row["pid"] for row in await connection.fetch(query)]
        assert leaders
        for pid in leaders:
            assert await connection.fetchval("select pg_terminate_backend($1)", pid)
        await connection.close()
    finally:
        os.kill(broker, signal.SIGCONT)
    clues.append(await broken.take_in())
    broken.run(pages.one("stuck-relay.md", "refill").text)
    assert await broken.accounts.settled(broken.databases) == []
    assert [await broken.told_of(clue) for clue in clues] == [1, 1]
    assert await broken.waiting_letters() == 0


async def test_a_key_is_appended_rolled_out_and_seals_everything(broken: Broken, pages: Any) -> None:
    who = await broken.token("faults-supervisor", "cmo-dh", "case_supervisor")
    told = {"clue_id": None, "kind": "asked_about", "way": "phone", "standing": "other", "happened_on": "2026-01-05",
            "intervener": {"name": "甲某"}, "account": "来电询问进展。"}  # fmt: skip
    made = await broken.client.post("/v1/interference-records", json=told, headers=who)
    assert made.status_code == 201, made.text
    content = f"/v1/interference-records/{made.json()['id']}/content"
    for service in ("clue", "pool", "notification"):
        append_key(Home(broken.stack.home).key_ring(service))
    await broken.replace("clue-service", "personnel-pool-service", RECEIVER)
    reports = [json.loads(line) for line in broken.run(pages.one("rotate-keys.md", "rotate-keys").text) if "{" in line]
    assert {(one["key"], one["remaining"]) for one in reports} == {("k2", 0)}
    assert sum(reports[0]["resealed"].values()) > 0
    opened = await broken.client.get(content, headers=who)
    assert opened.json()["account"] == told["account"]
    once_more = broken.run("kubectl -n heli exec deploy/heli-clue-worker -- clue-service rotate-keys")
    (again,) = [json.loads(line) for line in once_more if "{" in line]
    assert sum(again["resealed"].values()) == 0, "everything lies under the new key"
    proven = broken.run("kubectl -n heli exec deploy/heli-clue-worker -- clue-service verify-audit")
    assert json.loads(proven[-1])["faults"] == []


def append_key(path: Path) -> None:
    """As the page says: append, make it current, leave the first where it is."""
    ring = json.loads(path.read_text())
    ring["keys"]["k2"] = base64.b64encode(secrets.token_bytes(32)).decode()
    path.write_text(json.dumps(ring | {"current": "k2"}))
