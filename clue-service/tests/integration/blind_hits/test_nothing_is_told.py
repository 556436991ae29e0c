"""What a commission learns of another's clue: unit, stage and contact; of a silent one nothing at all."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from chassis.embedded import ServiceDatabase
from chassis.runtime import build_app
from chassis.service import Resources, Service
from chassis.testing.harness import Harness
from chassis.testing.plugin import truncate_all
from clue_service.intake.engine import Engine
from sqlalchemy import text

OFFICER, SUPERVISOR = "officer@pet-xs", "supervisor@cmo-xs"
ROLES = {"officer": "intake_officer", "supervisor": "case_supervisor"}
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

UNRELATED = {"source_code": "OTHER", "received_on": "2026-11-20", "allegations": [{"text": "村民反映路灯不亮。"}]}
BY_THE_CLOCK = ("unit_copy", 'SELECT "new".id')
Document = dict[str, Any]


@dataclass
class World:
    """A city of its own, on an empty database, and somebody to call from."""

    client: httpx2.AsyncClient
    headers: Callable[..., dict[str, str]]

    async def send(self, who: str, method: str, path: str, body: Document | None = None) -> httpx2.Response:
        sub, _, unit = who.partition("@")
        sent = self.headers(who, unit, ROLES[sub])
        return await self.client.request(method, path, headers=sent, json=body)

    async def register(self, who: str, form: Mapping[str, Any]) -> httpx2.Response:
        answer = await self.send(who, "POST", "/v1/clues", dict(form))
        assert answer.status_code == 201, answer.text
        return answer


OpenWorld = Callable[[], Awaitable[World]]


@pytest.fixture
async def open_world(
    service: Service,
    resources: Resources,
    service_database: ServiceDatabase,
    headers: Callable[..., dict[str, str]],
    city_units: tuple[Mapping[str, Any], ...],
) -> AsyncIterator[OpenWorld]:
    opened: list[httpx2.AsyncClient] = []

    async def begin() -> World:
        await truncate_all(service_database)
        fresh = replace(resources, own=Engine(resources.keys))
        await Harness(service, fresh).add_units(*city_units)
        transport = httpx2.ASGITransport(app=build_app(service, fresh, with_worker=False), raise_app_exceptions=False)
        opened.append(httpx2.AsyncClient(transport=transport, base_url="http://service.test"))
        return World(opened[-1], headers)

    yield begin
    for client in opened:
        await client.aclose()


async def answers(world: World, form: Document) -> list[tuple[int, list[tuple[bytes, bytes]], bytes]]:
    """Everything that a commission gets to see around an intake of its own, but for ids and times."""
    first = await world.register(OFFICER, form)
    path = f"/v1/clues/{first.json()['id']}"
    seen = [first]
    for who, address in (
        (OFFICER, path),
        (SUPERVISOR, path),
        (SUPERVISOR, f"{path}/candidates"),
        (SUPERVISOR, f"{path}/timeline"),
        (SUPERVISOR, "/v1/clues"),
        (SUPERVISOR, "/v1/overlap-alerts"),
    ):
        seen.append(await world.send(who, "GET", address))
    alerts = [f"/v1/overlap-alerts/{alert['id']}" for alert in seen[-1].json()["items"]]
    seen += [await world.send(SUPERVISOR, "GET", address) for address in alerts]
    assert {answer.status_code for answer in seen} <= {200, 201}
    return [
        (answer.status_code, [(name, _bare(value)) for name, value in answer.headers.raw], _bare(answer.content))
        for answer in seen
    ]


def _bare(content: bytes) -> bytes:
    return _TIME.sub(b"<time>", _ID.sub(b"<id>", content))


async def test_answers_are_the_same_to_the_byte_whatever_the_hidden_text(open_world: OpenWorld, matter: Any) -> None:
    long = "经查，" + matter[0]["allegations"][0]["text"] + "另有群众多次反映其生活奢侈，" * 30
    hidden: list[Document] = [
        dict(matter[0]),
        dict(matter[2]),
        {**matter[0], "allegations": [{"text": long, "amount_cny": 200000}], "summary": "绝密内容" * 50},
        {
            **matter[0],
            "reporter": {"identity_type": "real_name", "name": "举报人", "contact": "电话"},
            "channel": "visit",
        },
    ]
    seen = []
    for form in hidden:
        world = await open_world()
        await world.register("officer@pet-dh", form)
        seen.append(await answers(world, dict(matter[1])))
    assert b'"blind":true' in seen[0][0][2]
    assert b'{"unit":"cdi-dh","stage":"registered","contact":"line-dh"}' in seen[0][0][2]
    assert len(seen[0]) == 8
    for other in seen[1:]:
        assert other == seen[0]


async def test_a_silent_clue_elsewhere_changes_no_byte_no_event_and_no_number_of_statements(
    open_world: OpenWorld, matter: Any, statements: list[str], resources: Resources
) -> None:
    seen, counts, streams = [], [], []
    for hidden in (None, {**matter[0], "overlap_policy": "silent"}):
        world = await open_world()
        await world.register("officer@pet-lh", UNRELATED)  # the first search of a process reads the counts
        if hidden is not None:
            await world.register("officer@pet-dh", hidden)
        statements.clear()
        seen.append(await answers(world, dict(matter[1])))
        # The copy of the directory and newly written clues are looked for by the clock on the wall.
        asked = [one.strip() for one in statements if not any(name in one for name in BY_THE_CLOCK)]
        counts.append([one[:30] for one in asked])
        async with resources.database.sessions() as session:
            rows = await session.execute(text("select subject, version from outbox order by id"))
            streams.append([tuple(row) for row in rows if not row.subject.endswith("cdi-dh")])
    assert seen[0] == seen[1]
    assert counts[0] == counts[1]
    assert streams[0] == streams[1]
    assert len(seen[0]) == 7


async def test_a_clue_silent_itself_is_told_of_counter_hits_only_at_home(open_world: OpenWorld, matter: Any) -> None:
    world = await open_world()
    await world.register("officer@pet-xs", matter[0])
    before = await world.send(SUPERVISOR, "GET", "/v1/overlap-alerts")
    silent = await world.register("officer@pet-dh", {**matter[1], "overlap_policy": "silent"})
    assert [one["hit"]["unit"] for one in silent.json()["candidates"]] == ["cdi-xs"]
    after = await world.send(SUPERVISOR, "GET", "/v1/overlap-alerts")
    assert before.content == after.content
