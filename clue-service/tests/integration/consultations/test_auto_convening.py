"""Three commissions in one overlap convene a consultation: once, whatever is delivered how often, with exactly them."""

import asyncio
from typing import Any

from contracts.clue import OverlapAlertDetected


def detected(alert: Any) -> OverlapAlertDetected:
    return OverlapAlertDetected.model_validate(alert)


async def overlap(harness: Any) -> list[OverlapAlertDetected]:
    return [detected(event.data) for event in await harness.staged_events("clue.overlap_alert.detected")]


async def consultations(call: Any, who: str = "supervisor@cmo-dh") -> list[Any]:
    return list((await call(who, "GET", "/v1/consultations")).json()["items"])


async def test_two_commissions_do_not_convene(call: Any, harness: Any, register: Any, matter: Any) -> None:
    await register("officer@pet-dh", matter[0])
    await register("officer@pet-xs", matter[1])
    for event in await overlap(harness):
        await harness.deliver(event)
    assert await consultations(call) == []


async def test_three_convene_once_under_repeats_at_once(call: Any, harness: Any, register: Any, matter: Any) -> None:
    for who, form in zip(("officer@pet-dh", "officer@pet-xs", "officer@pet-lh"), matter, strict=True):
        await register(who, form)
    events = await overlap(harness)
    assert len(events) == 2
    await asyncio.gather(*(harness.deliver(event) for event in events * 8))
    (item,) = await consultations(call)
    assert [one["unit"] for one in item["participants"]] == ["cdi-dh", "cdi-lh", "cdi-xs"]
    assert (item["kind"], item["state"], item["convener_unit"]) == ("overlap", "scheduled", "cdi-xn")
    scheduled = await harness.staged_events("clue.consultation.")
    assert [event.type for event in scheduled] == ["clue.consultation.scheduled.v1"]
    assert scheduled[0].data["invited"] == ["cdi-dh", "cdi-lh", "cdi-xs"]
    assert item["opinions_due_at"] == "2026-11-30T15:59:59Z", "five working days"
    assert [one["id"] for one in await consultations(call, "principal@cdi-xn")] == [item["id"]]
    text = (await call("supervisor@cmo-dh", "GET", f"/v1/consultations/{item['id']}")).text
    assert "钟国梁" not in text


async def test_who_joins_later_is_invited_once(call: Any, harness: Any, register: Any, matter: Any) -> None:
    people = ("officer@pet-dh", "officer@pet-xs", "officer@pet-lh")
    for who, form in zip(people, matter, strict=True):
        await register(who, form)
    for event in await overlap(harness):
        await harness.deliver(event)
    await register("officer@pet-xn", {**matter[0], "origin_ref": "x:9"})
    last = (await overlap(harness))[-1]
    assert last.joined == ("cdi-xn",)
    await asyncio.gather(*(harness.deliver(last) for _ in range(6)))
    (item,) = await consultations(call)
    assert len(item["participants"]) == 4
    invited = await harness.staged_events("clue.consultation.invited")
    assert [event.data["invited"] for event in invited] == [["cdi-xn"]]


async def test_a_silent_clue_convenes_nothing(call: Any, harness: Any, register: Any, matter: Any) -> None:
    await register("officer@pet-dh", matter[0])
    await register("officer@pet-xs", matter[1])
    await register("officer@pet-lh", matter[2], overlap_policy="silent")
    for event in await overlap(harness):
        await harness.deliver(event)
    assert await consultations(call) == []
