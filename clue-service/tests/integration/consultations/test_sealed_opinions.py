"""Nobody reads another unit's opinion before all are in, the quorum is, the time is up, or it is held."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.consultations.automatic import open_due_opinions
from sqlalchemy import text

CONVENER, APPROVER, EAST, WEST = "supervisor@cmo-xn", "principal@cdi-xn", "supervisor@cmo-dh", "supervisor@cmo-xs"
MARK = "䶮䶮意见"


def opinion(position: str = "disagree", said: str = MARK) -> dict[str, str]:
    return {"position": position, "text": said}


async def everything(call: Any, harness: Any, item: dict[str, Any], who: str) -> str:
    """All that somebody can get to read about a consultation, and every event there is."""
    paths = (
        f"/v1/consultations/{item['id']}",
        "/v1/consultations",
        "/v1/consultations?state=scheduled",
        "/v1/consultation-actions",
    )
    answers = [await call(who, "GET", path) for path in paths]
    refused = await call(who, "POST", f"/v1/consultations/{item['id']}/close")
    events = [str(event.data) + str(event.headers) for event in await harness.staged_events()]
    return "".join([*(one.text + str(one.headers) for one in (*answers, refused)), *events])


async def test_nobody_else_reads_a_sealed_opinion(call: Any, act: Any, convened: Any, harness: Any) -> None:
    item = await convened()
    given = await act(EAST, item, "give-opinion", opinion())
    assert [one["text"] for one in given["opinions"]] == [MARK], "one's own"
    for who in (WEST, CONVENER, APPROVER, "leader@cdi-xs", "handler@inv1-dh", "auditor@cdi-xn", "admin@"):
        seen = await everything(call, harness, item, who)
        assert MARK not in seen, who
        assert "disagree" not in seen, who
    assert MARK in await everything(call, harness, item, "leader@cdi-dh"), "the same unit"
    told = (await call(WEST, "GET", f"/v1/consultations/{item['id']}")).json()
    assert {one["unit"]: one["has_given_opinion"] for one in told["participants"]} == {"cdi-dh": True, "cdi-xs": False}


async def test_the_table_and_the_journal_hold_no_sealed_opinion(act: Any, convened: Any, resources: Resources) -> None:
    item = await convened()
    await act(EAST, item, "give-opinion", opinion())
    async with resources.database.sessions() as session:
        for table in ("consultation_opinion", "proceeding_step", "audit_entry", "outbox", "job"):
            rows = (await session.execute(text(f"select t::text from {table} t"))).scalars().all()
            assert not [row for row in rows if MARK in row or "disagree" in row or MARK.encode().hex() in row], table


async def test_all_open_at_once_with_the_last_one(act: Any, call: Any, convened: Any, harness: Any) -> None:
    item = await convened()
    await act(EAST, item, "give-opinion", opinion())
    last = await act(WEST, item, "give-opinion", opinion("agree", "另一意见"))
    assert last["opinions_opened_at"]
    for who in (EAST, WEST, CONVENER, APPROVER):
        seen = (await call(who, "GET", f"/v1/consultations/{item['id']}")).json()
        assert [(one["unit"], one["position"]) for one in seen["opinions"]] == [
            ("cdi-dh", "disagree"),
            ("cdi-xs", "agree"),
        ]
    types = [event.type for event in await harness.staged_events("clue.consultation.")]
    assert types[-3:] == [
        "clue.consultation.opinion_given.v1",
        "clue.consultation.opinion_given.v1",
        "clue.consultation.opinions_opened.v1",
    ]
    problem = await act(EAST, item, "give-opinion", opinion("agree"), expect=409)
    assert problem["code"] == "opinions_opened"


async def test_a_quorum_opens_where_that_was_agreed_and_what_comes_after_is_marked(act: Any, convened: Any) -> None:
    three = [{"unit": "cdi-dh"}, {"unit": "cdi-xs"}, {"unit": "cdi-lh"}]
    item = await convened(participants=three, opening="quorum", quorum=2)
    await act(EAST, item, "give-opinion", opinion())
    second = await act(WEST, item, "give-opinion", opinion())
    assert len(second["opinions"]) == 2
    third = await act("supervisor@cmo-lh", item, "give-opinion", opinion("agree"))
    assert {one["unit"]: one["is_late"] for one in third["opinions"]} == {
        "cdi-dh": False,
        "cdi-lh": True,
        "cdi-xs": False,
    }


async def test_a_sealed_opinion_can_be_replaced_and_is_one(act: Any, convened: Any) -> None:
    item = await convened()
    await act(EAST, item, "give-opinion", opinion())
    again = await act("leader@cdi-dh", item, "give-opinion", opinion("abstain", "改变"))
    assert [(one["position"], one["text"]) for one in again["opinions"]] == [("abstain", "改变")]


async def test_time_opens_them_once(
    act: Any, call: Any, convened: Any, resources: Resources, clock: Any, harness: Any
) -> None:
    item = await convened()
    await act(EAST, item, "give-opinion", opinion())
    await open_due_opinions(resources)
    assert MARK not in (await call(WEST, "GET", f"/v1/consultations/{item['id']}")).text
    clock.advance(days=7, hours=14)  # 30 November is over in Shanghai
    await asyncio.gather(*(open_due_opinions(resources) for _ in range(4)))
    assert MARK in (await call(WEST, "GET", f"/v1/consultations/{item['id']}")).text
    opened = await harness.staged_events("clue.consultation.opinions_opened")
    assert len(opened) == 1


async def test_holding_it_opens_them(act: Any, convened: Any, call: Any) -> None:
    item = await convened()
    await act(EAST, item, "give-opinion", opinion())
    held = {"held_on": "2026-11-23", "attended": ["cdi-dh", "cdi-xs"], "minutes": "纪要"}
    await act(CONVENER, item, "hold", held)
    assert MARK in (await call(WEST, "GET", f"/v1/consultations/{item['id']}")).text


async def test_opinions_given_at_once_are_all_kept_and_open_once(
    act: Any, call: Any, convened: Any, harness: Any
) -> None:
    units = ["cdi-dh", "cdi-xs", "cdi-lh", "sup1-xn", "inv1-xn", "pet-xn"]
    item = await convened(participants=[{"unit": unit} for unit in units], quorum=2)
    people = [EAST, WEST, "supervisor@cmo-lh", "handler@sup1-xn", "handler@inv1-xn", "handler@pet-xn"]
    await asyncio.gather(*(act(who, item, "give-opinion", opinion(said=f"{MARK}{who}")) for who in people))
    seen = (await call(CONVENER, "GET", f"/v1/consultations/{item['id']}")).json()
    assert sorted(one["unit"] for one in seen["opinions"]) == sorted(units)
    assert not any(one["is_late"] for one in seen["opinions"])
    assert len(await harness.staged_events("clue.consultation.opinions_opened")) == 1


@pytest.mark.parametrize("who", ["handler@inv1-lh", "officer@pet-dh", "service@"])
async def test_who_takes_no_part_finds_nothing(call: Any, convened: Any, who: str) -> None:
    item = await convened()
    assert (await call(who, "GET", f"/v1/consultations/{item['id']}")).status_code == 404
    assert (await call(who, "GET", "/v1/consultations")).json()["items"] == []
