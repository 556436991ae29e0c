"""The API's times while a solve runs beside it, at the same priority as in the service: real PostgreSQL, no sockets."""

import asyncio
import os
import time
from dataclasses import replace
from typing import Any

import httpx2
from assembly.instances import SIZES, instance
from assembly.results import Figure
from chassis.embedded import ServiceDatabase, scratch_postgres
from chassis.identity import Authenticator
from chassis.logging import configure_logging
from chassis.migrations import migrate
from chassis.runtime import build_app
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from inspection_service.assembly.worker import SolverPool
from inspection_service.main import SERVICE

from chassis import directory

CALLS = 300
ROUNDS = 60


def served() -> list[Figure]:
    """The 95th of 100 in milliseconds over reads and writes, alone and beside a solve of 5,000 people."""
    configure_logging("bench", "error")
    with scratch_postgres() as server:
        database = server.create_service_database(SERVICE.short, extensions=("btree_gist", "pg_trgm"))
        migrate(SERVICE.migrations, database.owner)
        return asyncio.run(_served(database))


async def _served(database: ServiceDatabase) -> list[Figure]:
    issuer = TestIssuer()
    settings = PlatformSettings.model_validate(
        {
            "environment": "local",
            "database_url": database.app,
            "issuer": issuer.name,
            "jwks_url": f"{issuer.name}/jwks.json",
            "log_level": "error",
        }
    )
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(
        jwks_url=settings.jwks_url, issuer=issuer.name, audience=settings.audience, client=keys
    )
    built = build_resources(SERVICE, settings)
    app = build_app(SERVICE, replace(built, authenticator=authenticator), with_worker=False)
    await _furnish(built)
    headers = {"Authorization": f"Bearer {issuer.token('office', unit='insp', roles=['inspection_office'])}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test", headers=headers) as http:
        ids = [await _plan(http, n) for n in range(ROUNDS)]
        await _times(http, ids)  # what is prepared once is no part of either figure
        alone = await _times(http, ids)
        pool = SolverPool()
        document = instance(SIZES[1], 21, cooperation=True)
        solving = asyncio.create_task(pool.solve(document, time_limit=600))
        while not pool.process_ids:  # noqa: ASYNC110  # the pool offers no event for its start
            await asyncio.sleep(0.05)
        beside = await _times(http, ids)
        still = not solving.done()
        solving.cancel()
        await asyncio.gather(solving, return_exceptions=True)
        await pool.close()
    await built.close()
    case = f"{CALLS} calls one after another: lists, single rounds, plans"
    load = f"load of the machine {os.getloadavg()[0]:.1f}"
    return [
        Figure("API alone", case, f"p95 {alone:.0f} ms, {load}", "–", True),
        Figure("API while a solve runs", case, f"p95 {beside:.0f} ms, {load}", "p95 ≤ 100 ms", still and beside <= 100),
    ]


async def _furnish(built: Any) -> None:
    units = [("pc", "party_committee", None), ("cdi", "cdi", "pc"), ("insp", "inspection_office", "pc")]
    units += [(f"su-{n}", "supervised_unit", "pc") for n in range(ROUNDS)]
    async with built.database.sessions.begin() as session:
        for code, kind, parent in units:
            row = {"code": code, "unit_type": kind, "parent_code": parent, "level": "city", "name": code, "version": 1}
            await directory.store_unit(session, row)
    await built.directory.tree(fresh=True)


async def _plan(http: httpx2.AsyncClient, n: int) -> str:
    body = {
        "title": f"round {n}", "level": "city", "type": "regular", "mode": "ordinary", "starts_on": "2027-01-04",
        "ends_on": "2027-02-12", "report_due_days": 15, "feedback_due_days": 30,
        "targets": [{"unit_code": f"su-{(n + k) % ROUNDS}"} for k in range(5)],
    }  # fmt: skip
    answer = await http.post("/v1/rounds", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _times(http: httpx2.AsyncClient, ids: list[str]) -> float:
    times = []
    for n in range(CALLS):
        started = time.perf_counter()
        if n % 10 == 9:
            await _plan(http, n)
        else:
            path = "/v1/rounds?limit=50" if n % 3 else f"/v1/rounds/{ids[n % len(ids)]}"
            assert (await http.get(path)).status_code == 200
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[int(0.95 * (CALLS - 1))]
