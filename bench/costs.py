"""What one clue, its handling and one reading cost: CPU by process, bytes in each database, in the log of writes and on
the event stream. Input of `heli scale`.

    python bench costs [--clues=300] [--quick]

A whole one-machine stack as processes on a fresh data folder. CPU is what the kernel counted for each process and its
children, less what the same processes take when nobody asks; so other work on the machine hardly matters.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import machine
from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from heli_local.running import RunningStack
from heli_local.story.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "deploy/local/src/heli_local/scale/costs.json"
PAGE = ROOT / "docs/benchmarks/costs.md"
SHORTS = ("clue", "pool", "inspection", "notification")
IDLE_S = 20.0
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_WORDS = (
    "采购未经招标", "虚报工程量", "收受礼金", "公车私用", "违规发放补贴", "为亲属承揽工程", "套取专项资金",
    "在职务晋升中打招呼", "侵占集体土地补偿款", "接受管理对象宴请", "验收走过场", "设立小金库",
)  # fmt: skip
READS = (
    ("supervisor", "/v1/clues?limit=20"),
    ("supervisor", "/v1/clues/{clue}"),
    ("supervisor", "/v1/clues/{clue}"),
    ("supervisor", "/v1/notifications?limit=20"),
    ("handler", "/v1/clues?limit=20"),
    ("supervisor", "/v1/overlap-alerts?limit=20"),
    ("supervisor", "/v1/units/su-housing"),
    ("office", "/v1/rounds?limit=20"),
)
PEOPLE = {
    "clerk": ("pet-dh", "intake_officer"),
    "supervisor": ("cmo-dh", "case_supervisor"),
    "handler": ("sup1-dh", "handler"),
    "leader": ("cdi-dh", "principal_leader"),
    "office": ("insp-xn", "inspection_office"),
}


@dataclass(frozen=True)
class Taken:
    """What had been used up at one moment."""

    at: float
    cpu_s: dict[str, float]
    database_bytes: dict[str, int]
    wal_bytes: int
    events: int
    stream_bytes: int


class Meter:
    """Reads the stack from outside: /proc, PostgreSQL as each owner, NATS' monitor."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._postgres = json.loads((stack.home / "postgres" / "server.json").read_text())
        self._nats = json.loads((stack.home / "nats" / "server.json").read_text())

    async def read(self) -> Taken:
        """Now."""
        sizes = {}
        for short in SHORTS:
            await self._ask(short, "vacuum")
            ((sizes[short],),) = await self._ask(short, _SIZE)
        ((wal,),) = await self._ask("clue", "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        events = sum([(await self._ask(short, "select count(*) from outbox"))[0][0] for short in SHORTS])
        return Taken(time.monotonic(), self._cpu(), sizes, wal, events, self._stream_bytes())

    async def settled(self) -> None:
        """Every event is out, and nothing more arrives."""
        before = -1
        while True:
            unsent, handled = 0, 0
            for short in SHORTS:
                query = "select (select count(*) from outbox where sent_at is null), (select count(*) from inbox)"
                ((waiting, done),) = await self._ask(short, query)
                unsent, handled = unsent + waiting, handled + done
            if unsent == 0 and handled == before:
                return
            before = handled
            await asyncio.sleep(2)

    async def _ask(self, short: str, query: str) -> list[Any]:
        password = self._postgres["passwords"][f"{short}_owner"]
        url = f"postgresql://{short}_owner:{password}@127.0.0.1:{self._postgres['port']}/{short}"
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    def _stream_bytes(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._nats['monitor_port']}/jsz", timeout=10) as answer:
            return int(json.load(answer)["bytes"])

    def _cpu(self) -> dict[str, float]:
        """Seconds of CPU so far by name of process; what a process started counts with it."""
        return machine.cpu_seconds({pid: name for name, pid in self._stack.pids().items()})


_SIZE = """
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c
where c.relkind in ('r', 'm') and c.relnamespace = 'public'::regnamespace
"""


def letter(number: int) -> dict[str, Any]:
    """A clue of some three hundred characters, like no other."""
    chance = random.Random(number)
    name = chance.choice(_FAMILY) + "".join(chance.choice("伟芳娜敏静丽强磊军洋勇艳杰涛明超") for _ in range(2))
    unit = f"夏宁市第{chance.randrange(200)}试验站"
    told = "，".join(chance.sample(_WORDS, 5))
    text = f"{unit}{name}自{2019 + chance.randrange(6)}年起{told}。" * 4 + f"涉及金额{chance.randrange(900)}万元。"
    return {
        "source_code": "PETITION",
        "channel": "letter",
        "received_on": "2026-11-20",
        "subjects": [{"name": name, "unit_name": unit, "post": "站长"}],
        "allegations": [{"text": text[:300]}],
        "reporter": {"identity_type": "real_name", "name": f"{name}的同事", "contact": f"letter-{number}-box"},
    }


async def measure(stack: RunningStack, clues: int, more: int) -> dict[str, Any]:
    """Costs of an intake, of a clue's way from acceptance to result, and of a reading."""
    meter = Meter(stack)
    async with httpx2.AsyncClient(base_url=stack.url, timeout=60) as client:
        desks = {name: Desk(client, f"costs-{name}", unit, (role,)) for name, (unit, role) in PEOPLE.items()}
        for desk in desks.values():
            await desk.sign_in()
        await meter.settled()
        start = await meter.read()
        await asyncio.sleep(IDLE_S)
        rested = await meter.read()
        idle = {name: (used - start.cpu_s[name]) / (rested.at - start.at) for name, used in rested.cpu_s.items()}
        ids: list[str] = []

        async def take_in(number: int) -> None:
            ids.append((await desks["clerk"].post("/v1/clues", letter(number), expect=201)).body["id"])

        async def handle(number: int) -> None:
            await _handle(desks, ids[number])

        async def look(number: int) -> None:
            who, path = READS[number % len(READS)]
            await desks[who].get(path.format(clue=ids[number % len(ids)]))

        costs = {}
        phases = (("intake", take_in, clues), ("handling", handle, clues // 4), ("reading", look, more))
        for name, step, count in phases:
            before = await meter.read()
            await _few_at_once(step, count)
            await meter.settled()
            costs[name] = _per_one(before, await meter.read(), count, idle)
    return {"idle_cpu_share": {name: round(share, 4) for name, share in idle.items()}, "costs": costs}


async def _handle(desks: dict[str, Desk], clue: str) -> None:
    path = f"/v1/clues/{clue}"
    await desks["supervisor"].post(f"{path}/accept")
    assignment = {"lead_unit": "sup1-dh", "co_units": [], "approved_by": "costs-leader"}
    await desks["supervisor"].post(f"{path}/assign", assignment)
    await desks["handler"].post(f"{path}/propose-disposition", {"method": "talk_inquiry", "reason": "demo"})
    await desks["leader"].post(f"{path}/approve-disposition")
    await desks["handler"].post(f"{path}/record-result", {"outcome": "first_form", "four_forms": 1})


async def _few_at_once(step: Callable[[int], Awaitable[None]], count: int) -> None:
    numbers = iter(range(count))

    async def one_of_them() -> None:
        for number in numbers:
            await step(number)

    await asyncio.gather(*(one_of_them() for _ in range(4)))


def _per_one(before: Taken, after: Taken, count: int, idle: dict[str, float]) -> dict[str, Any]:
    seconds = after.at - before.at
    return {
        "count": count,
        "cpu_ms": {
            name: round(max(0.0, used - before.cpu_s[name] - idle[name] * seconds) * 1000 / count, 2)
            for name, used in after.cpu_s.items()
        },
        "database_bytes": {
            short: max(0, round((size - before.database_bytes[short]) / count))
            for short, size in after.database_bytes.items()
        },
        "wal_bytes": round((after.wal_bytes - before.wal_bytes) / count),
        "events": round((after.events - before.events) / count, 2),
        "stream_bytes": round((after.stream_bytes - before.stream_bytes) / count),
    }


def main() -> None:
    """Measure; write the figures and the page unless ``--quick``."""
    parser = argparse.ArgumentParser(prog="bench costs")
    parser.add_argument("--clues", type=int, default=300, help="clues taken in; a quarter of them is handled")
    parser.add_argument("--quick", action="store_true", help="few, and nothing is written")
    asked = parser.parse_known_args([one for one in sys.argv[1:] if one.startswith("--")])[0]
    clues = 20 if asked.quick else asked.clues
    load = os.getloadavg()[0]
    with scratch_folder() as folder:
        stack = RunningStack(folder / "home", free_port(), environment={"HELI_RATE_PER_S": "10000"})
        try:
            stack.start()
            found = asyncio.run(measure(stack, clues, 4 * clues))
        finally:
            stack.stop()
    command = f".venv/bin/python bench costs --clues={clues}"
    found |= {"taken": str(datetime.now(UTC).date()), "command": command, "load": round(load, 1),
              "machine": machine.described(("uvloop",))}  # fmt: skip
    print(page(found))
    if not asked.quick:
        FIGURES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        PAGE.write_text(page(found))


def page(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    costs = found["costs"]
    names = [name for name in costs["intake"]["cpu_ms"] if name != "issuer"]
    head = "| | " + " | ".join(f"{kind}, {cost['count']} of them" for kind, cost in costs.items()) + " | at rest |\n"
    meant = (
        "A whole one-machine stack; *intake* is `POST /v1/clues` with a real name and some 300 characters, *handling* "
        "the five steps from acceptance to the result, *reading* a list, an item, an inbox, an alert, a unit or a "
        "round. CPU is the kernel's count with the events that follow, in all services, less what the same processes "
        "take at rest. Databases without what vacuuming gives back; the stream with the broker's own overhead.\n\n"
    )
    lines = [
        "# What a clue costs\n\n`.venv/bin/python bench costs` wrote this page; `heli scale` reckons with it.\n\n",
        meant,
        f"`{found['command']}`, load of the machine at the start {found['load']}\n\n{found['machine']}\n",
        "## Milliseconds of CPU\n\n", head, "| --- | " + "---: | " * (len(costs) + 1) + "\n",
    ]  # fmt: skip
    for name in names:
        shown = " | ".join(f"{cost['cpu_ms'][name]:.1f}" for cost in costs.values())
        lines.append(f"| {name} | {shown} | {found['idle_cpu_share'][name]:.1%} of a core |\n")
    total = " | ".join(f"{sum(cost['cpu_ms'][name] for name in names):.1f}" for cost in costs.values())
    lines += [f"| **all** | {total} | {sum(found['idle_cpu_share'][name] for name in names):.1%} |\n"]
    lines += ["\n## Bytes\n\n", head.replace(" at rest |", ""), "| --- | " + "---: | " * len(costs) + "\n"]
    for short in SHORTS:
        sizes = " | ".join(f"{cost['database_bytes'][short]:,}" for cost in costs.values())
        lines.append(f"| database {short} | {sizes} |\n")
    for key, title in (("wal_bytes", "log of writes (WAL)"), ("stream_bytes", "event stream"), ("events", "events")):
        lines.append(f"| {title} | {' | '.join(f'{cost[key]:,}' for cost in costs.values())} |\n")
    return "".join(lines)


if __name__ == "__main__":
    main()
