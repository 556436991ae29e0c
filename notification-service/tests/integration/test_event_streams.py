"""Events as server-sent events: what the reader may know, each once, from any kept position on."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from chassis.testing.harness import Harness
from fastapi import FastAPI

from contracts import clue

from .conftest import PATIENCE_S, Owners, serving

Headers = Callable[..., dict[str, str]]
Sent = tuple[str, str, dict[str, Any]]


@pytest.fixture
async def live(outward_app: FastAPI, city: Harness) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the service on a real port."""
    async with serving(outward_app) as address, httpx2.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        yield client


@asynccontextmanager
async def reading(
    live: httpx2.AsyncClient, who: dict[str, str], types: str = "*", position: str = ""
) -> AsyncIterator[Callable[[], Any]]:
    """``await next_one()`` → (name, id, data) of the next event."""
    resume = {"Last-Event-ID": position} if position else {}
    async with live.stream("GET", "/v1/events", params={"types": types}, headers={**who, **resume}) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()

        async def next_one() -> Sent:
            fields: dict[str, str] = {}
            async with asyncio.timeout(PATIENCE_S):
                async for line in lines:
                    if not line and "event" in fields:
                        return fields["event"], fields["id"], json.loads(fields["data"])
                    name, _, value = line.partition(": ")
                    fields[name] = value
            raise EOFError

        yield next_one


@pytest.fixture
def mine(headers: Headers) -> dict[str, str]:
    return headers("handler-inv", "inv-a", "handler")


async def test_a_reader_hears_what_they_may_know_of_the_types_they_want(
    live: httpx2.AsyncClient, city: Harness, owners: Owners, mine: dict[str, str], clue_event: Any
) -> None:
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    hidden = clue_event(clue.ClueAssigned, lead_unit="inv-a").model_copy(
        update={"clue_id": event.clue_id.__class__(int=7)}
    )
    owners.allow("handler-inv", f"/v1/clues/{event.clue_id}/access")
    async with reading(live, mine, "clue.clue.assigned.v1,clue.clue.closed.v1") as next_one:
        assert (await next_one())[0] == "ready"
        await city.deliver(hidden)
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
        envelope = await city.deliver(event, version=3)
        name, _, document = await next_one()
    assert (name, document["id"], document["type"]) == ("clue.clue.assigned.v1", str(envelope.id), name)
    assert document["data"]["clue_id"] == str(event.clue_id)


async def test_broken_streams_resume_without_loss_or_repeat(
    live: httpx2.AsyncClient, city: Harness, owners: Owners, mine: dict[str, str], clue_event: Any
) -> None:
    event = clue_event(clue.ClueExtended, lead_unit="inv-a")
    owners.allow("handler-inv", f"/v1/clues/{event.clue_id}/access")
    async with reading(live, mine) as next_one:
        position = (await next_one())[1]
    sent = [str((await city.deliver(event, version=version)).id) for version in range(1, 13)]
    seen: list[str] = []
    while len(seen) < len(sent):
        async with reading(live, mine, position=position) as next_one:
            assert (await next_one())[0] == "ready"
            for _ in range(min(5, len(sent) - len(seen))):
                _, position, document = await next_one()
                seen.append(document["id"])
    assert seen == sent


async def test_an_idle_stream_shows_that_it_lives(
    live: httpx2.AsyncClient, mine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notification_service.event_streams.service.HEARTBEAT_S", 0.02)
    async with live.stream("GET", "/v1/events", headers=mine) as answer, asyncio.timeout(PATIENCE_S):
        lines = answer.aiter_lines()
        async for line in lines:
            if line == "data: {}":
                break
        assert [await anext(lines) for _ in range(7)] == ["", *[": ", ""] * 3]


async def test_while_an_owner_cannot_be_asked_the_stream_waits_and_skips_nothing(
    live: httpx2.AsyncClient, city: Harness, owners: Owners, mine: dict[str, str], clue_event: Any
) -> None:
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    owners.allow("handler-inv", f"/v1/clues/{event.clue_id}/access")
    owners.away = True
    async with reading(live, mine) as next_one:
        await next_one()
        envelope = await city.deliver(event)
        async with asyncio.timeout(PATIENCE_S):
            while not owners.asked:  # noqa: ASYNC110 - the stream asks in another task
                await asyncio.sleep(0.01)
        owners.away = False
        assert (await next_one())[2]["id"] == str(envelope.id)


@pytest.mark.parametrize("position", ["00000000:1", "nonsense", "1"])
async def test_a_position_of_another_world_is_answered_with_reset(
    live: httpx2.AsyncClient, mine: dict[str, str], position: str
) -> None:
    async with reading(live, mine, position=position) as next_one:
        assert (await next_one())[0] == "reset"


async def test_a_position_that_is_no_longer_kept_is_answered_with_reset(
    live: httpx2.AsyncClient, outward_app: FastAPI, city: Harness, mine: dict[str, str], clue_event: Any, clock: Any
) -> None:
    from notification_service.outward_events.service import forget_old_events

    async with reading(live, mine) as next_one:
        position = (await next_one())[1]
    for version in (1, 2):
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=version)
        clock.advance(days=20)
    await forget_old_events(outward_app.state.resources)
    async with reading(live, mine, position=position) as next_one:
        assert (await next_one())[0] == "reset"


@pytest.mark.parametrize("types", ["no.such.type.v1", "pool.principal.upserted.v1", "clue.*,nothing"])
async def test_types_that_do_not_leave_are_refused(live: httpx2.AsyncClient, mine: dict[str, str], types: str) -> None:
    answer = await live.get("/v1/events", params={"types": types}, headers=mine)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_event_type")


async def test_without_a_token_nobody_listens(live: httpx2.AsyncClient) -> None:
    assert (await live.get("/v1/events")).status_code == 401
