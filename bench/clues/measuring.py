"""What callers wait for, in one process with one PostgreSQL beside it."""

import asyncio
import csv
import io
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from chassis.collector import settle_collector
from chassis.identity import Authenticator
from chassis.jobs import JobRunner
from chassis.keyring import KeyRing
from chassis.runtime import build_app
from chassis.service import Resources, build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from clue_service.main import SERVICE
from matching.crowd import Body, Planted

from chassis import directory
from clues import library
from clues.loading import COMMISSIONS, OFFICES

PARTS = ("lists", "intake", "import", "library")
_FORM = ("source_code", "channel", "received_on", "subjects", "allegations", "reporter")
_LISTS: Mapping[str, tuple[str, str]] = {
    "office: newest": ("office", ""),
    "office: one state": ("office", "status=registered"),
    "office: one source": ("office", "source=INSPECTION"),
    "office: one category": ("office", "category=C1"),
    "office: one unit's": ("office", "lead_unit=office-7-1"),
    "office: received in a month two years ago": ("office", "received_from=2024-11-01&received_to=2024-11-30"),
    "office: received last": ("office", "sort=received_last"),
    "office: due first": ("office", "sort=due_first"),
    "office: overdue": ("office", "overdue=true"),
    "office: a number": ("office", "clue_no=cdi-7-2026-0000"),
    "office: on a unit": ("office", "subject_unit=su-47"),
    "office: on a unit in one state": ("office", "subject_unit=su-47&status=on_hold"),
    "leader: newest": ("leader", ""),
    "handler: newest": ("handler", ""),
    "handler: due first": ("handler", "sort=due_first"),
    "who sees nothing": ("stranger", ""),
}
_CALLERS = {
    "office": ("supervisor-1", "cmo-7", "case_supervisor"),
    "leader": ("leader-7", "cdi-7", "principal_leader"),
    "handler": ("handler-7", "office-7-1", "handler"),
    "stranger": ("nobody", "office-7-9", "handler"),
    "officer": ("officer-x", "pet-7", "intake_officer"),
}


@dataclass
class Measured:
    """What was measured at one size; times in milliseconds, by what was done."""

    clues: int
    times: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    """Per second."""
    notes: dict[str, float] = field(default_factory=dict)
    load: float = 0.0


@dataclass
class _Bench:
    resources: Resources
    issuer: TestIssuer
    client: httpx2.AsyncClient

    async def call(self, who: str, method: str, path: str, **more: Any) -> tuple[float, httpx2.Response]:
        """(milliseconds, answer)."""
        sub, unit, role = _CALLERS[who]
        token = self.issuer.token(sub, unit=unit, roles=[role], expires_in=7_200)
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        began = time.perf_counter()
        answer = await self.client.request(method, path, headers=headers, **more)
        return 1000 * (time.perf_counter() - began), answer.raise_for_status()


async def measure(url: str, clues: int, planted: Planted, parts: Sequence[str], *, rows: int) -> Measured:
    """Everything asked for at one size."""
    found = Measured(clues)
    bench = await _open(url)
    try:
        if "lists" in parts:
            await _lists(bench, found)
        if "intake" in parts:
            await _intake(bench, found, planted.queries)
        if "import" in parts:
            await _import(bench, found, rows)
        if "library" in parts:
            await library.measure(bench, found)
    finally:
        await bench.client.aclose()
        await bench.resources.close()
    found.load = os.getloadavg()[0]
    return found


async def _open(url: str) -> _Bench:
    issuer = TestIssuer()
    settings = PlatformSettings.model_validate(
        {"environment": "local", "database_url": url, "issuer": issuer.name, "jwks_url": f"{issuer.name}/jwks.json"}
    )
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(
        jwks_url=settings.jwks_url, issuer=issuer.name, audience=settings.audience, client=keys
    )
    built = build_resources(SERVICE, settings)
    resources = replace(built, authenticator=authenticator, keys=KeyRing("k1", {"k1": os.urandom(32)}))
    async with resources.database.sessions.begin() as session:
        for unit in _units():
            await directory.store_unit(session, unit)
    app = build_app(SERVICE, resources, with_worker=False)
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://clue.bench", timeout=600)
    return _Bench(resources, issuer, client)


def _units() -> list[dict[str, Any]]:
    units = [{"code": "pc", "unit_type": "party_committee", "parent_code": None}]
    for number in range(COMMISSIONS):
        cdi = f"cdi-{number}"
        units.append({"code": cdi, "unit_type": "cdi", "parent_code": "pc", "contact": f"line-{number}"})
        units.append({"code": f"cmo-{number}", "unit_type": "case_management_office", "parent_code": cdi})
        units.append({"code": f"pet-{number}", "unit_type": "petition_office", "parent_code": cdi})
        units += [
            {"code": f"office-{number}-{office}", "unit_type": "supervision_office", "parent_code": cdi}
            for office in (*range(OFFICES), 9)
        ]
    return [{"name": unit["code"], "version": 1, **unit} for unit in units]


async def _lists(bench: _Bench, found: Measured, rounds: int = 25) -> None:
    for name, (who, query) in _LISTS.items():
        times = []
        for _ in range(rounds):
            taken, answer = await bench.call(who, "GET", f"/v1/clues?{query}")
            times.append(taken)
        found.times[name] = times[3:]  # the first ones warm the caches
        found.notes[name] = len(answer.json()["items"])


async def _intake(bench: _Bench, found: Measured, queries: Sequence[Body]) -> None:
    forms = [{key: body[key] for key in _FORM if key in body} for body in queries]
    cold = min(20, len(forms) // 5)
    warm, alone, together = forms[:cold], forms[cold : len(forms) // 2], forms[len(forms) // 2 :]
    for form in warm:
        await bench.call("officer", "POST", "/v1/clues", json=form)
    settle_collector()
    with_candidates, times = 0, []
    began = time.perf_counter()
    for form in alone:
        taken, answer = await bench.call("officer", "POST", "/v1/clues", json=form)
        times.append(taken)
        with_candidates += bool(answer.json()["candidates"])
    found.times["intake with candidates, one at a time"] = times
    found.rates["intake, one at a time"] = len(alone) / (time.perf_counter() - began)
    found.notes["intakes that were shown candidates"] = with_candidates / len(alone)
    waiting, times = list(together), []

    async def take() -> None:
        while waiting:
            taken, _ = await bench.call("officer", "POST", "/v1/clues", json=waiting.pop())
            times.append(taken)

    began = time.perf_counter()
    await asyncio.gather(*(take() for _ in range(4)))
    found.rates["intake, four at a time"] = len(together) / (time.perf_counter() - began)
    found.times["intake with candidates, four at a time"] = times


async def _import(bench: _Bench, found: Measured, rows: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["原编号", "线索来源", "收到日期", "反映问题", "被反映人", "被反映人单位", "渠道", "问题类别"])
    mark = os.urandom(4).hex()
    for number in range(rows):
        said = f"测试{number}任科长期间，虚报冒领补贴{number * 37}元，并违规操办酒席，群众反映强烈，请予查处。" * 2
        row = (
            f"{mark}:{number}",
            "信访举报",
            "2026-11-20",
            said,
            f"测试{number}",
            f"测试单位{number % 3000}",
            "来信",
            "C1",
        )
        writer.writerow(row)
    began = time.perf_counter()
    _, answer = await bench.call(
        "officer", "POST", "/v1/clue-imports", content=text.getvalue().encode(), headers={"Content-Type": "text/csv"}
    )
    runner = JobRunner(bench.resources, dict(SERVICE.jobs))
    while await runner.run_due():
        pass
    seconds = time.perf_counter() - began
    _, told = await bench.call("officer", "GET", f"/v1/operations/{answer.json()['id']}")
    if told.json()["result"]["created"] != rows:
        message = f"imported: {told.json()}"
        raise RuntimeError(message)
    found.rates["import, rows stored"] = rows / seconds
    found.notes["import, rows"] = rows
