"""The personnel pool at 20,000 cadres: candidate search, recusal in bulk, and files of people.

Real PostgreSQL and both services' real applications, called over HTTP within one process; only sockets are left out.
"""

import argparse
import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import leather
import machine
import people_import
from chassis.collector import settle_collector
from chassis.embedded import ServiceDatabase, scratch_postgres
from chassis.http import Peer, Peers
from chassis.identity import Authenticator
from chassis.logging import configure_logging
from chassis.migrations import migrate
from chassis.runtime import build_app
from chassis.service import Resources, Service, build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from clue_service.main import SERVICE as CLUE
from people_city import KINDS, START, TAGS, UNITS, furnish
from people_import import Figure
from personnel_pool_service.main import SERVICE as POOL

PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks/people.md"
PLOT = PAGE.with_suffix(".svg")
TARGETS = 40
BULK = 2_000


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    cadres: int
    searches: int
    checks: int


FULL, QUICK = Size(20_000, 200, 10), Size(2_000, 40, 3)


class _Clue(Peers):
    """clue-service's own application as the only peer."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._clients = {"clue": client}
        self._peers = {"clue": Peer("clue", client)}


def main() -> None:
    """Measure and write the page and its plot; ``--only`` measures one half and leaves the other as it stands."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=sorted(_HALVES))
    asked, _ = parser.parse_known_args()
    configure_logging("bench", "error")
    written = _written()
    for name in [asked.only] if asked.only else list(_HALVES):
        load = os.getloadavg()[0]
        command = ".venv/bin/python bench people" + (f" --only={asked.only}" if asked.only else "")
        rows = _HALVES[name](QUICK if asked.quick else FULL)
        head = f"`{command}{' --quick' if asked.quick else ''}`, load of the machine at the start {load:.1f}"
        written[name] = f"## {_TITLES[name]}\n\n{head}\n\n{machine.described()}\n{_table(rows)}"
        if name == "search":
            PLOT.write_text(_plot(rows))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(_page(written))
    print(PAGE.read_text())


def _search_and_recusal(size: Size) -> list[Figure]:
    with scratch_postgres() as server:
        databases = {}
        for service in (POOL, CLUE):
            database = server.create_service_database(service.short, extensions=("btree_gist", "pg_trgm"))
            migrate(service.migrations, database.owner)
            databases[service.short] = database
        return asyncio.run(_measure(databases, size))


def _files(size: Size) -> list[Figure]:
    return people_import.figures(rows=size.cadres)


_HALVES: Mapping[str, Callable[[Size], list[Figure]]] = {"search": _search_and_recusal, "files": _files}
_PICTURE = "![p95](people.svg)"
_TITLES = {"search": "Search and recusal", "files": "Files"}


def _written() -> dict[str, str]:
    """The halves of the page as it stands."""
    parts = PAGE.read_text().partition(_PICTURE)[0].split("\n## ")[1:] if PAGE.exists() else []
    named = {title: name for name, title in _TITLES.items()}
    found = {named.get(part.partition("\n")[0]): f"## {part}".strip() + "\n" for part in parts}
    return {name: text for name, text in found.items() if name is not None}


async def _measure(databases: Mapping[str, ServiceDatabase], size: Size) -> list[Figure]:
    issuer = TestIssuer()
    clue = _resources(CLUE, databases["clue"], issuer)
    pool = _resources(POOL, databases["pool"], issuer)
    token = issuer.token("svc:personnel-pool-service", unit=None, roles=["service"])
    clue_http = _client(build_app(CLUE, clue, with_worker=False), token)
    app = build_app(POOL, replace(pool, peers=_Clue(clue_http)), with_worker=False)
    ids = await furnish(pool, size.cadres)
    settle_collector()  # as a service's process does before it serves
    http = _client(app, issuer.token("manager", unit="top", roles=["pool_manager"]))
    rng = random.Random(7)
    targets = [{"unit_code": f"u{number}"} for number in rng.sample(range(UNITS), TARGETS)]
    plain = await _times(size.searches, lambda: _search(http, _question(rng)))
    explained = await _times(size.searches, lambda: _search(http, {**_question(rng), "explain": True}))
    asked = await _times(
        size.searches, lambda: _search(http, {**_question(rng), "targets": targets[:3], "role": "leader"})
    )
    bulk = {"targets": targets, "cadre_ids": [str(one) for one in ids[: min(BULK, len(ids))]]}
    checks = await _times(size.checks, lambda: _check(http, bulk))
    short = await _times(size.checks, lambda: _check(http, {**bulk, "omit_clear": True}))
    for one in (http, clue_http):
        await one.aclose()
    await pool.close()
    await clue.close()
    pairs = len(bulk["cadre_ids"]) * TARGETS
    return [
        ("search: demand, tags, period, ms", plain, "p95 ≤ 100"),
        ("search with the verdict of every rule, ms", explained, "p95 ≤ 100"),
        ("search with recusal from 3 targets, ms", asked, "p95 ≤ 100"),
        (f"recusal in bulk, {pairs:,} pairs, all answered, ms", checks, "≤ 1,000"),
        (f"recusal in bulk, {pairs:,} pairs, clear ones left out, ms", short, "≤ 1,000"),
    ]


def _resources(service: Service, database: ServiceDatabase, issuer: TestIssuer) -> Resources:
    settings = PlatformSettings.model_validate(
        {
            "environment": "local",
            "database_url": database.app,
            "issuer": issuer.name,
            "jwks_url": f"{issuer.name}/jwks.json",
            "public_url": "http://gateway.test",
            "log_level": "error",
        }
    )
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(
        jwks_url=settings.jwks_url, issuer=issuer.name, audience=settings.audience, client=keys
    )
    return replace(build_resources(service, settings), authenticator=authenticator)


def _client(app: Any, token: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://service.test",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


def _question(rng: random.Random) -> dict[str, Any]:
    first = START + timedelta(days=rng.randrange(60))
    demand = {"role": "member", "tags": rng.sample(TAGS, 2), "pool_kinds": [rng.choice(KINDS)]}
    return {
        "demands": [demand],
        "period": {"from": str(first), "to": str(first + timedelta(days=13))},
        "available_only": True,
        "limit": 50,
    }


async def _search(http: httpx2.AsyncClient, body: Mapping[str, Any]) -> None:
    answer = await http.post("/v1/cadre-searches", json=body)
    assert answer.status_code == 200, answer.text


async def _check(http: httpx2.AsyncClient, body: Mapping[str, Any]) -> None:
    answer = await http.post("/v1/recusal-checks", json=body)
    assert answer.status_code == 200, answer.text[:500]


async def _times(rounds: int, action: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds of each of so many rounds, after one that is not counted."""
    await action()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await action()
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _table(rows: Sequence[Figure]) -> str:
    lines = ["| figure | aim | p50 | p95 | p99 | n |\n| --- | --- | ---: | ---: | ---: | ---: |\n"]
    lines += [
        f"| {name} | {aim} | {_at(values, 0.5):,.1f} | {_at(values, 0.95):,.1f} | {_at(values, 0.99):,.1f} |"
        f" {len(values)} |\n"
        for name, values, aim in rows
    ]
    return "".join(lines)


def _page(written: Mapping[str, str]) -> str:
    intro = (
        f"# The personnel pool\n\n{FULL.cadres:,} cadres, {UNITS} units, two posts and two sealed relatives each, every"
        " fifth lent. Real PostgreSQL; personnel-pool-service and clue-service (which holds no clue here) share one"
        " process and one event loop, called over HTTP without sockets. Figures are from the request to the whole"
        " answer. `bench people` writes this page; `--only=search` and `--only=files` write one half of it.\n"
    )
    return "\n".join([intro, *(written[name] for name in _HALVES if name in written), f"{_PICTURE}\n"])


def _plot(rows: Sequence[Figure]) -> str:
    chart = leather.Chart("p95, milliseconds")
    chart.add_bars([(round(_at(values, 0.95), 1), name) for name, values, _ in reversed(rows)])
    drawn: str = chart.to_svg(width=1100, height=320)
    return drawn


if __name__ == "__main__":
    main()
