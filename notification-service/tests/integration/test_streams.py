"""The live stream over a real connection: order, resumption, tickets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from fastapi import FastAPI
from notification_service.notices import repository

from contracts import clue

from .conftest import PATIENCE_S, serving


@dataclass(frozen=True)
class Sent:
    """One server-sent event."""

    name: str
    position: str
    data: dict[str, Any]


class Reader:
    """Reads the events of a stream, leaving out comments."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Sent:
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if not line and "event" in fields:
                    return Sent(fields["event"], fields["id"], json.loads(fields["data"]))
                name, _, value = line.partition(": ")
                fields[name] = value
        raise EOFError

    async def numbers(self, count: int) -> list[str]:
        return [(await self.next()).data["id"] for _ in range(count)]


@pytest.fixture
async def live(app: FastAPI, city: Harness) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the service on a real port."""
    async with serving(app) as address, httpx2.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        yield client


@asynccontextmanager
async def reading(live: httpx2.AsyncClient, headers: dict[str, str], query: str = "") -> AsyncIterator[Reader]:
    async with live.stream("GET", f"/v1/notifications/stream{query}", headers=headers) as answer:
        yield Reader(answer)


@pytest.fixture
def mine(headers: Any) -> dict[str, str]:
    who: dict[str, str] = headers("handler-inv", "inv-a", "handler")
    return who


async def test_notices_arrive_as_they_are_delivered_in_the_form_of_the_list(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any, inbox: Any
) -> None:
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    async with reading(live, mine) as reader:
        assert reader.answer.headers["content-type"].startswith("text/event-stream")
        assert (await reader.next()).name == "ready"
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="sup2-a"), version=3)
        await city.deliver(clue_event(clue.ClueDispositionApproved, lead_unit="inv-a"), version=4)
        first, second = await reader.next(), await reader.next()
    assert [one.name for one in (first, second)] == ["notice", "notice"]
    assert [second.data, first.data] == (await inbox("handler-inv"))[:2]


async def test_a_broken_stream_resumes_without_loss_or_repeat(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any, inbox: Any
) -> None:
    seen: list[str] = []
    position = ""
    for round_number in range(4):
        for step in range(5):
            await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=round_number * 5 + step + 1)
        resume = {**mine, "Last-Event-ID": position} if position else mine
        async with reading(live, resume) as reader:
            opening = await reader.next()
            assert opening.name == "ready"
            if not position:
                position = opening.position.split(":")[0] + ":0"
                continue
            for _ in range(4):  # breaks off before the end, so that some are left for the next round
                sent = await reader.next()
                seen.append(sent.data["id"])
                position = sent.position
    async with reading(live, {**mine, "Last-Event-ID": position}) as reader:
        await reader.next()
        seen += await reader.numbers(20 - len(seen))
    assert seen == [one["id"] for one in reversed(await inbox("handler-inv"))]


async def test_hours_later_everything_missed_comes_once_and_in_order(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any
) -> None:
    async with reading(live, mine) as reader:
        position = (await reader.next()).position
    missed = [clue_event(clue.ClueExtended, lead_unit="inv-a") for _ in range(130)]  # more than are read at once
    for version, event in enumerate(missed, 1):
        city.resources.clock.advance(minutes=6)  # type: ignore[attr-defined]  # the test's clock can be moved
        await city.deliver(event, version=version)
    async with reading(live, {**mine, "Last-Event-ID": position}) as reader:
        assert (await reader.next()).name == "ready"
        came = [await reader.next() for _ in missed]
        await city.deliver(clue_event(clue.ClueDispositionApproved, lead_unit="inv-a"), version=200)
        assert (await reader.next()).data["kind"] == "disposition_approved", "and nothing came twice in between"
    assert len({one.data["id"] for one in came}) == len(missed)
    places = [int(one.position.split(":")[1]) for one in came]
    assert places == sorted(set(places))


async def test_an_idle_stream_shows_that_it_lives(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notification_service.streams.service.HEARTBEAT_S", 0.02)
    async with reading(live, mine) as reader:
        await reader.next()
        async with asyncio.timeout(PATIENCE_S):
            beats = [await anext(reader._lines) for _ in range(6)]
        assert beats == [": ", ""] * 3, "comments, which no client takes for a message"
        await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
        assert (await reader.next()).data["kind"] == "clue_assigned"


@pytest.mark.parametrize("position", ["00000000:1", "nonsense", ":", "1"])
async def test_a_position_of_another_world_is_answered_with_reset(
    live: httpx2.AsyncClient, mine: dict[str, str], position: str
) -> None:
    async with reading(live, {**mine, "Last-Event-ID": position}) as reader:
        assert (await reader.next()).name == "reset"


async def test_a_position_beyond_the_end_is_answered_with_reset(live: httpx2.AsyncClient, mine: dict[str, str]) -> None:
    async with reading(live, mine) as reader:
        epoch = (await reader.next()).position.split(":")[0]
    async with reading(live, {**mine, "Last-Event-ID": f"{epoch}:999"}) as reader:
        assert (await reader.next()).name == "reset"


async def test_a_ticket_opens_the_stream_of_its_owner_once(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any
) -> None:
    issued = await live.post("/v1/stream-tickets", json={}, headers=mine)
    assert issued.status_code == 201
    query = f"?ticket={issued.json()['ticket']}"
    async with reading(live, {}, query) as reader:
        await reader.next()
        await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
        assert (await reader.next()).data["kind"] == "clue_assigned"
    again = await live.get(f"/v1/notifications/stream{query}")
    assert (again.status_code, again.json()["code"]) == (401, "stream_ticket_invalid")


async def test_a_ticket_expires_after_a_minute(live: httpx2.AsyncClient, city: Harness, mine: dict[str, str]) -> None:
    ticket = (await live.post("/v1/stream-tickets", headers=mine)).json()["ticket"]
    city.resources.clock.advance(seconds=61)  # type: ignore[attr-defined]  # the test's clock can be moved
    refused = await live.get(f"/v1/notifications/stream?ticket={ticket}")
    assert (refused.status_code, refused.json()["code"]) == (401, "stream_ticket_invalid")


async def test_a_delivery_of_another_process_is_noticed_without_being_told(
    live: httpx2.AsyncClient, city: Harness, mine: dict[str, str], clue_event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city.resources.own.hub, "wake", lambda _subs: None)
    async with reading(live, mine) as reader:
        await reader.next()
        await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
        assert (await reader.next()).data["kind"] == "clue_assigned"


async def test_positions_follow_commits_even_if_a_transaction_dawdles(
    city: Harness, resources: Resources, clue_event: Any
) -> None:
    """A reader that has seen a position must never find a lower one later."""
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
    holder = repository.Holder("dawdler", "inv-a", ("handler",), None)
    async with resources.database.sessions.begin() as slow:
        audiences = [one.id for one in await repository.list_audiences_for(slow, holder)]
        now = resources.clock.now()
        since = now.replace(year=now.year - 1)
        assert await repository.deliver_missed(slow, "dawdler", audiences, since=since, now=now) == 2
        other = asyncio.create_task(city.deliver(clue_event(clue.ClueReopened, lead_unit="inv-a"), version=3))
        done, _ = await asyncio.wait([other], timeout=0.3)
        assert not done, "the second delivery waits for the first to commit"
    await other
    async with resources.database.sessions() as session:
        rows = await repository.list_recipients_after(session, 0, 100)
    positions = {sub: [seq for seq, one in rows if one == sub] for _, sub in rows}
    assert max(positions["dawdler"]) < max(positions["handler-inv"])
