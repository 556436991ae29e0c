"""clue-service as two processes, serving and working, and the people who call it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.db import Database
from chassis.embedded import ServiceDatabase, free_port
from chassis.testing.harness import TestIssuer
from doors import serving
from pydantic_core import to_json
from sqlalchemy import text

from chassis import directory
from clues.calling import Answer, Caller
from clues.loading import COMMISSIONS, OFFICES

CALLERS: Mapping[str, tuple[str, str, str]] = {
    "office": ("supervisor-1", "cmo-7", "case_supervisor"),
    "leader": ("leader-7", "cdi-7", "principal_leader"),
    "handler": ("handler-7", "office-7-1", "handler"),
    "superior": ("leader-0", "cdi-0", "principal_leader"),
    "officer": ("officer-x", "pet-7", "intake_officer"),
    "auditor": ("auditor-7", "cmo-7", "auditor"),
    "administrator": ("admin", "cdi-7", "platform_admin"),
    "whose unit has nothing": ("nobody", "office-7-9", "handler"),
    "office of a new commission": ("newcomer", "cmo-new", "case_supervisor"),
    "leader of a new commission": ("new-leader", "cdi-new", "principal_leader"),
    "auditor of a new commission": ("new-auditor", "cmo-new", "auditor"),
}
"""Who calls → sub, unit, role. Lists of those who see nothing are the dearest: nothing fills the page."""
_PATIENCE_S = 180
Headers = Mapping[str, str]
_NO_HEADERS: Headers = {}
_OF_INTAKE = ("clue", "clue_subject", "clue_allegation", "clue_key", "clue_feature", "overlap_alert_clue")
_WARM = """
    select sum(pg_prewarm(oid)) from pg_class where relkind in ('r', 'i')
    and oid in (select unnest(array[indrelid, indexrelid]) from pg_index where indrelid::regclass::text in ({tables}))
"""
_PROCESSES = 2  # of the API, as in a cluster; the machine has two cores


@dataclass
class Bench:
    """The service that is measured."""

    callers: Sequence[Caller]
    """Of each process of the API; asked in turn."""
    issuer: TestIssuer
    database: Database
    """As the engine's owner; for what is counted, never for what is measured."""
    tokens: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    processes: dict[int, str] = field(default_factory=dict)
    """Whose CPU is counted: process id → name."""

    async def call(
        self,
        who: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes = b"",
        headers: Headers = _NO_HEADERS,
    ) -> tuple[float, Answer]:
        """(milliseconds, answer)."""
        if who not in self.tokens:
            sub, unit, role = CALLERS[who]
            self.tokens[who] = self.issuer.token(sub, unit=unit, roles=[role], expires_in=7_200)
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        if json is not None:
            headers["Content-Type"], content = "application/json", to_json(json)
        caller = self.callers[self.calls % len(self.callers)]
        self.calls += 1
        began = time.perf_counter()
        answer = await caller.ask(method, path, headers, content)
        return 1000 * (time.perf_counter() - began), answer

    async def warm(self) -> None:
        """Read what intake reads and writes into PostgreSQL's buffers, as a database that has run for a day has it."""
        tables = ", ".join(f"'{table}'" for table in _OF_INTAKE)
        async with self.database.sessions.begin() as session:
            await session.execute(text(_WARM.format(tables=tables)))

    async def count(self, query: str) -> int:
        """A number the database holds."""
        async with self.database.sessions() as session:
            return int(await session.scalar(text(query)) or 0)


@asynccontextmanager
async def started(folder: Path, database: ServiceDatabase, superuser: str, nats: str) -> AsyncIterator[Bench]:
    """The service on a database and a broker; idle, with everybody's units known and nothing left to match."""
    issuer, ports = TestIssuer(), [free_port() for _ in range(_PROCESSES)]
    owner = Database(superuser)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(owner.engine.dispose)
        await _furnish(owner)
        jwks = await stack.enter_async_context(serving.serving_keys(issuer))
        common = {
            "HELI_CLIENT_ID": "clue-service",
            "HELI_DATABASE_URL": database.app,
            "HELI_NATS_URL": nats,
            "HELI_ATTACHMENT_STORE": f"file://{folder}/files",
        }
        processes: dict[int, str] = {}
        for name, listens in (*(("api", port) for port in ports), ("worker", free_port())):
            env = {**serving.identity(folder, issuer, jwks, listens), **common}
            command = [serving.program("clue-service"), name]
            running = serving.running(folder, f"clue-{name}-{listens}", command, listens, env)
            processes[await stack.enter_async_context(running)] = f"clue-service {name}"
        processes[os.getpid()] = "who calls"
        callers = [await stack.enter_async_context(Caller(f"http://127.0.0.1:{port}")) for port in ports]
        bench = Bench(callers, issuer, owner, processes=processes)
        await _idle(bench)
        yield bench


async def _furnish(owner: Database) -> None:
    async with owner.sessions.begin() as session:
        for unit in _units():
            await directory.store_unit(session, unit)
        await session.execute(text("delete from matching_pending"))  # of imports measured earlier


async def _idle(bench: Bench) -> None:
    """Wait until the worker has sealed the audit log and the engine has read its counts."""
    until = time.monotonic() + _PATIENCE_S
    unsealed = "select max(id) - (select coalesce(max(last_entry), 0) from audit_seal) from audit_entry"
    while await bench.count(unsealed) > 0:
        if time.monotonic() > until:
            message = "the worker does not seal the audit log"
            raise RuntimeError(message)
        await asyncio.sleep(0.5)


def _units() -> list[dict[str, Any]]:
    units = [{"code": "pc", "unit_type": "party_committee", "parent_code": None}]
    for number in (*range(COMMISSIONS), "new"):
        cdi = f"cdi-{number}"
        parent = "cdi-0" if number else "pc"
        units.append({"code": cdi, "unit_type": "cdi", "parent_code": parent, "contact": f"line-{number}"})
        units.append({"code": f"cmo-{number}", "unit_type": "case_management_office", "parent_code": cdi})
        units.append({"code": f"pet-{number}", "unit_type": "petition_office", "parent_code": cdi})
        units += [
            {"code": f"office-{number}-{office}", "unit_type": "supervision_office", "parent_code": cdi}
            for office in (*range(OFFICES), 9)
        ]
    return [{"name": unit["code"], "version": 1, **unit} for unit in units]
