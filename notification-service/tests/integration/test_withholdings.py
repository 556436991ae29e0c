"""Whoever is recused from a matter meets it in no list, notice, stream or message, whichever event came first."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.testing.harness import Harness
from contracts.recusals import RecusalChanged
from notification_service.deadlines.service import show_lights
from notification_service.fan_outs.service import fan_out
from notification_service.outgoing_messages.planning import plan_messages
from notification_service.outgoing_messages.sending import send_messages
from sqlalchemy import text

from contracts import clue

from .conftest import PATIENCE_S, Mailbox, serving
from .test_streams import reading

Recuse = Callable[..., Awaitable[None]]


@pytest.fixture
def recuse(city: Harness) -> Recuse:
    """``await recuse(clue_id, ["handler-inv"], version=1)``: the whole set of people, as their owner says it."""

    async def say(item_id: UUID, subs: Sequence[str], version: int, item_type: str = "clue") -> None:
        event = RecusalChanged(item_type=item_type, item_id=item_id, recused=tuple(subs))
        await city.deliver(event, aggregate_id=str(item_id), version=version)

    return say


@pytest.fixture
def mine(headers: Any) -> dict[str, str]:
    who: dict[str, str] = headers("handler-inv", "inv-a", "handler")
    return who


@pytest.mark.parametrize("recusal_first", [True, False])
async def test_it_is_gone_from_every_read_and_comes_back_when_it_is_lifted(
    city: Harness,
    client: httpx2.AsyncClient,
    recuse: Recuse,
    mine: dict[str, str],
    inbox: Any,
    clue_event: Any,
    recusal_first: bool,
) -> None:
    event, other = clue_event(clue.ClueAssigned, lead_unit="inv-a"), uuid4()
    await city.deliver(
        clue_event(clue.ClueExtended, lead_unit="inv-a", clue_id=other, clue_no="A-2026-00002"), aggregate_id=str(other)
    )
    if recusal_first:
        await recuse(event.clue_id, ["handler-inv"], 1)
    await city.deliver(event)
    seen = [] if recusal_first else [one["id"] for one in await inbox("handler-inv") if one["kind"] == "clue_assigned"]
    if not recusal_first:
        await recuse(event.clue_id, ["handler-inv"], 1)
    assert [one["item_id"] for one in await inbox("handler-inv")] == [str(other)]
    assert [one["item_id"] for one in await inbox("handler-inv", "?unread=true")] == [str(other)]
    assert await inbox("handler-inv", "?kind=clue_assigned") == []
    for ident in seen:
        for method, path in (("GET", f"/v1/notifications/{ident}"), ("POST", f"/v1/notifications/{ident}/read")):
            answer = await client.request(method, path, headers=mine)
            absent = await client.request(method, path.replace(ident, str(uuid4())), headers=mine)
            assert answer.status_code == absent.status_code == 404
            assert {**answer.json(), "instance": 0, "request_id": 0} == {
                **absent.json(),
                "instance": 0,
                "request_id": 0,
            }
    assert (await client.post("/v1/notifications/read-all", headers=mine)).json() == {"read": 1}
    await recuse(event.clue_id, [], 2)
    (back, _) = await inbox("handler-inv")
    assert (back["item_id"], back["read_at"]) == (str(event.clue_id), None), "nobody has read it meanwhile"


async def test_only_whom_it_is_about_and_only_that_item(
    city: Harness, recuse: Recuse, told: Any, clue_event: Any
) -> None:
    await city.add_principal("second-inv", "inv-a", "handler")
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    await city.deliver(event)
    await recuse(event.clue_id, ["somebody", "handler-inv"], 1, "advice")
    assert "handler-inv" in await told(), "an item of another kind with this id"
    await recuse(event.clue_id, ["somebody"], 1)
    assert "handler-inv" in await told()
    await recuse(event.clue_id, ["handler-inv", "somebody"], 2)
    assert "handler-inv" not in await told()


async def test_the_last_version_holds_in_every_order_and_however_often_it_comes(
    city: Harness, recuse: Recuse, inbox: Any, clue_event: Any
) -> None:
    said: dict[int, list[str]] = {3: ["handler-inv"], 5: ["handler-inv", "cmo-a"], 9: ["cmo-a"]}
    for order in itertools.permutations(said):
        event = clue_event(clue.ClueAssigned, lead_unit="inv-a", clue_id=uuid4())
        steps: list[Callable[[], Awaitable[object]]] = [
            partial(recuse, event.clue_id, said[one], one) for one in (*order, order[0], order[1])
        ]
        steps.insert(random.Random(str(order)).randrange(len(steps)), partial(city.deliver, event))
        for step in steps:
            await step()
        assert [one["item_id"] for one in await inbox("handler-inv")] == [str(event.clue_id)], order
        await recuse(event.clue_id, ["handler-inv"], 10)
        await recuse(event.clue_id, [], 7)
        assert await inbox("handler-inv") == [], order


async def test_recusals_and_notices_at_the_same_time_leave_nothing_visible(
    city: Harness, recuse: Recuse, inbox: Any, clue_event: Any
) -> None:
    events = [clue_event(clue.ClueAssigned, lead_unit="inv-a", clue_id=uuid4()) for _ in range(8)]
    await asyncio.gather(
        *(city.deliver(event) for event in events),
        *(recuse(event.clue_id, ["handler-inv"], 2) for event in events),
        *(recuse(event.clue_id, [], 1) for event in events),
    )
    assert await inbox("handler-inv") == []


async def test_the_live_stream_leaves_it_out_and_goes_on(
    app: Any, city: Harness, recuse: Recuse, mine: dict[str, str], clue_event: Any
) -> None:
    hidden, shown = (clue_event(clue.ClueAssigned, lead_unit="inv-a", clue_id=uuid4()) for _ in range(2))
    await recuse(hidden.clue_id, ["handler-inv"], 1)
    async with serving(app) as address, httpx2.AsyncClient(base_url=address, timeout=PATIENCE_S) as live:
        async with reading(live, mine) as reader:
            begun = await reader.next()
            await city.deliver(hidden)
            await city.deliver(shown)
            assert (await reader.next()).data["item_id"] == str(shown.clue_id)
        resume = {**mine, "Last-Event-ID": begun.position.split(":")[0] + ":0"}
        async with reading(live, resume) as reader:
            await reader.next()
            assert (await reader.next()).data["item_id"] == str(shown.clue_id)


async def test_lights_and_notices_on_their_way_to_many_are_kept_back_too(
    city: Harness, recuse: Recuse, told: Any, clue_event: Any, clock: Any
) -> None:
    for number in range(300):
        await city.add_principal(f"crowd-{number}", "inv-a", "handler")
    due_at = clock.now() + timedelta(days=2)
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=due_at)
    await city.deliver(event)
    await recuse(event.clue_id, ["handler-inv"], 1)
    assert await show_lights(city.resources) == 1
    assert await fan_out(city.resources) == 602
    assert "handler-inv" not in await told()
    await recuse(event.clue_id, [], 2)
    assert sorted((await told())["handler-inv"]) == ["clue_assigned", "deadline_yellow"]


async def test_messages_that_wait_are_not_sent(
    city: Harness,
    client: httpx2.AsyncClient,
    recuse: Recuse,
    mine: dict[str, str],
    mailbox: Mailbox,
    clue_event: Any,
    clock: Any,
) -> None:
    await send_messages(city.resources)
    wishes = {"language": "en", "email": "handler@unit.test", "digest_at": "18:00"}
    assert (await client.put("/v1/preferences", json=wishes, headers=mine)).status_code == 200
    async with city.resources.database.sessions.begin() as session:
        await session.execute(text("update preference set email_state = 'confirmed', code = null"))
    hidden = clue_event(clue.ClueAssigned, lead_unit="inv-a", clue_id=uuid4(), clue_no="A-2026-00008")
    shown = clue_event(clue.ClueAssigned, lead_unit="inv-a", clue_id=uuid4(), clue_no="A-2026-00009")
    await city.deliver(hidden)
    await city.deliver(shown)
    await plan_messages(city.resources)
    await recuse(hidden.clue_id, ["handler-inv"], 1)
    clock.advance(hours=9)
    await send_messages(city.resources)
    (letter,) = mailbox.got
    assert "A-2026-00009" in letter["Subject"]
    assert "A-2026-00008" not in letter.as_string() + mailbox.text()
    assert str(hidden.clue_id) not in mailbox.text()
