"""The pool's service under test, a small city of units, and people in it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from chassis.http import Peer, Peers
from chassis.identity import SYSTEM
from chassis.service import Resources, Service
from fastapi import FastAPI
from personnel_pool_service.main import SERVICE
from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.units.service import upsert_unit

Call = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


class ClueDesk:
    """clue-service's integrity check, told what to answer."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()
        self.status = 200
        self.forgets: set[str] = set()
        self.asked: list[dict[str, Any]] = []
        self.clues: dict[str, dict[str, list[str]]] = {}
        self.acting: list[str | None] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.status != 200:
            return httpx2.Response(self.status)
        if request.url.path.endswith("/recusal-facts"):
            self.acting.append(request.headers.get("heli-acting-sub"))
            facts = self.clues.get(request.url.path.split("/")[3])
            return httpx2.Response(404) if facts is None else httpx2.Response(200, json=facts)
        assert request.url.path == "/v1/integrity-checks"
        cadres = json.loads(request.content)["cadres"]
        self.asked.extend(cadres)
        items = [
            {"cadre_id": one["cadre_id"], "open_clue": one["cadre_id"] in self.subjects}
            for one in cadres
            if one["cadre_id"] not in self.forgets
        ]
        return httpx2.Response(200, json={"items": items})


class _ClueOnly(Peers):
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._clients = {"clue": client}
        self._peers = {"clue": Peer("clue", client)}


@pytest.fixture
def clue_desk() -> ClueDesk:
    return ClueDesk()


@pytest.fixture
async def app(app: FastAPI, resources: Resources, clue_desk: ClueDesk) -> FastAPI:
    client = httpx2.AsyncClient(base_url="http://clue.test", transport=httpx2.MockTransport(clue_desk.answer))
    app.state.resources = replace(resources, peers=_ClueOnly(client))
    return app


CITY: tuple[Mapping[str, Any], ...] = (
    {"code": "pc-xn", "name": "中共夏宁市委", "unit_type": "party_committee", "level": "city"},
    {"code": "cdi-xn", "name": "夏宁市纪委监委", "unit_type": "cdi", "level": "city", "parent_code": "pc-xn"},
    {"code": "sup1-xn", "name": "一室", "unit_type": "supervision_office", "level": "city", "parent_code": "cdi-xn"},
    {"code": "sup2-xn", "name": "二室", "unit_type": "supervision_office", "level": "city", "parent_code": "cdi-xn"},
    {"code": "insp-xn", "name": "巡察办", "unit_type": "inspection_office", "level": "city", "parent_code": "pc-xn"},
    {
        "code": "pc-dh",
        "name": "中共东湖区委",
        "unit_type": "party_committee",
        "level": "county",
        "parent_code": "pc-xn",
    },
    {
        "code": "su-coop",
        "name": "夏宁市供销合作社",
        "unit_type": "supervised_unit",
        "level": "city",
        "parent_code": "pc-xn",
        "linked_office": "sup2-xn",
    },
    {
        "code": "su-coop-branch",
        "name": "供销合作社门市部",
        "unit_type": "supervised_unit",
        "level": "city",
        "parent_code": "su-coop",
    },
    {
        "code": "su-dh-water",
        "name": "东湖区水务局",
        "unit_type": "supervised_unit",
        "level": "county",
        "parent_code": "pc-dh",
    },
    {
        "code": "dg-coop",
        "name": "驻供销社纪检监察组",
        "unit_type": "dispatched_group",
        "level": "city",
        "parent_code": "cdi-xn",
        "host_units": ["su-coop"],
    },
)


@pytest.fixture
def call(client: httpx2.AsyncClient, headers: Callable[..., dict[str, str]]) -> Call:
    """``await call("pool_manager@org-xn", "POST", path, json=…)`` → the response; ``"leader+auditor@…"`` is both."""

    async def send(who: str, method: str, path: str, **more: Any) -> httpx2.Response:
        role, _, unit = who.partition("@")
        extra = more.pop("headers", {})
        sub = more.pop("sub", f"{role}-{unit}")
        return await client.request(
            method, path, headers={**headers(sub, unit or None, *role.split("+")), **extra}, **more
        )

    return send


MANAGER = "pool_manager@pc-xn"


@pytest.fixture
async def city(resources: Resources) -> None:
    """The units of ``CITY``, written by the service in one transaction."""
    async with resources.transactions(SYSTEM) as uow:
        for unit in CITY:
            draft = UnitDraft(**{**unit, "host_units": tuple(unit.get("host_units", ()))})
            await upsert_unit(uow, draft, seen_version=None)


NewCadre = Callable[..., Awaitable[str]]


@pytest.fixture
def new_cadre(call: Call, city: None) -> NewCadre:
    """``await new_cadre("sup1-xn", **fields)`` → the id of a new cadre of that home unit."""
    count = 0

    async def enter(home_unit: str, **fields: Any) -> str:
        nonlocal count
        count += 1
        body = {
            "name": f"测试员{count}",
            "home_unit": home_unit,
            "rank": "section_chief",
            "gender": "female",
            "party_member": True,
            "birth_date": "1985-06-01",
            **fields,
        }
        answer = await call(MANAGER, "POST", "/v1/cadres", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return enter


@pytest.fixture
def lend(call: Call) -> Call:
    """``await lend([ids], first, last)`` → the response to the request."""

    async def request(cadre_ids: list[str], first: str = "2026-12-01", last: str = "2026-12-14", **more: Any) -> Any:
        body = {
            "purpose": "inspection",
            "request_ref": more.pop("request_ref", "team:1"),
            "period": {"from": first, "to": last},
            "members": [{"cadre_id": one, "role": "member"} for one in cadre_ids],
        }
        return await call(more.pop("who", MANAGER), "POST", "/v1/secondments", json=body, **more)

    return request
