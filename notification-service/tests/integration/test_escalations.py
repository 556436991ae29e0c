"""Leaders hear of what nobody acknowledged for five working days: once, whatever restarts, stops or jumps."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.identity import SYSTEM
from chassis.testing.harness import Harness
from notification_service.deadlines.escalations import escalate
from notification_service.deadlines.service import show_lights
from notification_service.working_calendars.repository import store_year

from contracts import clue

KIND = "deadline_escalated"


def at(day: int, month: int = 12) -> datetime:
    """Ten in the morning in Shanghai."""
    return datetime(2026, month, day, 2, tzinfo=UTC)


@pytest.fixture
async def late(city: Harness, clue_event: Any, clock: Any) -> Harness:
    """A clue that was due on Thursday 3 December 2026. The 7th is a day off, so the 14th is the fifth working day
    after the first red light, of the 4th."""
    await city.add_principal("head-inv", "inv-a", "leader")
    async with city.resources.transactions(SYSTEM) as uow:
        await store_year(uow.session, {"year": 2026, "off_days": [date(2026, 12, 7)], "workdays": [], "version": 1})
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=at(3))
    await city.deliver(event, aggregate_id=str(event.clue_id), version=3, actor="cmo-a", commission="cdi-a")
    clock.instant = at(4)
    assert await show_lights(city.resources) == 1
    return city


@pytest.fixture
def heard(inbox: Any) -> Any:
    """``await heard("chief-a")`` → how many escalations are in an inbox."""

    async def count(sub: str) -> int:
        return len(await inbox(sub, f"?kind={KIND}"))

    return count


async def _turn(city: Harness) -> int:
    await show_lights(city.resources)
    return await escalate(city.resources, ["briefing"])


async def test_leaders_of_the_office_and_its_commission_hear_once(
    late: Harness, clock: Any, heard: Any, inbox: Any
) -> None:
    for day in (4, 8, 11, 14):
        clock.instant = at(day)
        assert await _turn(late) == 0, f"the {day}th is not after five working days"
    clock.instant = at(15)
    turns = await asyncio.gather(*(_turn(late) for _ in range(4)))
    assert sum(turns) + await _turn(late) == 1
    for day in (16, 30):
        clock.instant = at(day)
        assert await _turn(late) == 0
    clock.instant = at(15)  # put back
    assert await _turn(late) == 0
    assert (await heard("head-inv"), await heard("chief-a")) == (1, 1)
    assert (await heard("handler-inv"), await heard("cmo-a"), await heard("cmo-b")) == (0, 0, 0)
    (notice,) = await inbox("head-inv", f"?kind={KIND}")
    assert (notice["item_type"], notice["unit"], notice["asks_acknowledgement"]) == ("clue", "inv-a", False)
    events = [one for one in await late.staged_events("notification.deadline") if "escalated" in one.type]
    assert [(one.data["unit"], one.data["light"]) for one in events] == [("inv-a", "red")]
    assert await inbox("head-inv", "?kind=deadline_red") == [], "days red alone are the business of those who owe it"


async def _acknowledge(client: httpx2.AsyncClient, inbox: Any, headers: Any, sub: str, **more: str) -> httpx2.Response:
    notice = (await inbox(sub, "?kind=deadline_red"))[0]
    who = {**headers(sub, None, "handler"), **more}
    return await client.post(f"/v1/notifications/{notice['id']}/acknowledge", headers=who)


async def test_who_owes_it_and_takes_note_is_not_passed_over(
    late: Harness, clock: Any, heard: Any, inbox: Any, client: httpx2.AsyncClient, headers: Any, clue_event: Any
) -> None:
    stale = await _acknowledge(client, inbox, headers, "handler-inv", **{"If-Match": '"7"'})
    assert stale.status_code == 412
    answers = [await _acknowledge(client, inbox, headers, "handler-inv") for _ in range(2)]
    assert [(one.status_code, one.headers["etag"]) for one in answers] == [(200, '"3"')] * 2
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["acknowledged_at"] == answers[0].json()["read_at"]
    clock.instant = at(30)
    assert await _turn(late) == 0
    item_id = answers[0].json()["item_id"]
    extended = clue_event(clue.ClueExtended, lead_unit="inv-a", status="assigned", due_at=at(31))
    extended = extended.model_copy(update={"clue_id": UUID(item_id)})
    await late.deliver(extended, aggregate_id=item_id, version=4, commission="cdi-a")
    for month, day, told in ((1, 4, 0), (1, 12, 1), (1, 20, 0)):
        clock.instant = at(day, month).replace(year=2027)
        assert await _turn(late) == told, "another date is another matter"
    assert await heard("head-inv") == 1


async def test_who_only_watches_cannot_take_note_for_those_who_owe(
    late: Harness, clock: Any, heard: Any, inbox: Any, client: httpx2.AsyncClient, headers: Any
) -> None:
    assert (await _acknowledge(client, inbox, headers, "cmo-a")).status_code == 200
    clock.instant = at(15)
    assert await _turn(late) == 1
    assert await heard("head-inv") == 1


async def test_only_what_asks_for_it_is_acknowledged(
    late: Harness, inbox: Any, client: httpx2.AsyncClient, headers: Any
) -> None:
    (notice,) = await inbox("handler-inv", "?kind=clue_assigned")
    path = f"/v1/notifications/{notice['id']}/acknowledge"
    refused = await client.post(path, headers=headers("handler-inv", None, "handler"))
    assert (refused.status_code, refused.json()["code"]) == (409, "acknowledgement_not_asked")
    assert (await inbox("handler-inv", "?kind=clue_assigned"))[0]["read_at"] is None
    assert (await client.post(path, headers=headers("cmo-a", None, "case_supervisor"))).status_code == 404


async def _alert(city: Harness, **more: Any) -> dict[str, Any]:
    alert: dict[str, Any] = {"alert_id": uuid4(), "commissions": ("cdi-a", "cdi-b"), "state": "detected", **more}
    event = clue.OverlapAlertDetected.model_validate(alert)
    await city.deliver(event, aggregate_id=str(alert["alert_id"]), version=1)
    return alert


async def test_an_alert_that_one_commission_leaves_unacknowledged_reaches_its_leader_alone(
    city: Harness, clock: Any, heard: Any
) -> None:
    await city.add_principal("chief-b", "cdi-b", "principal_leader")
    clock.instant = at(1)
    alert = await _alert(city, ack_due=at(20))
    given = {**alert, "acknowledged_by": "cdi-a", "outstanding": ("cdi-b",)}
    ident = str(alert["alert_id"])
    await city.deliver(clue.OverlapAlertAcknowledged.model_validate(given), aggregate_id=ident, version=2)
    for day, told in ((1, 0), (8, 0), (9, 1), (10, 0)):
        clock.instant = at(day)
        assert await _turn(city) == told, f"on the {day}th, long before it is due"
    assert (await heard("chief-b"), await heard("chief-a")) == (1, 0)
    (event,) = [one for one in await city.staged_events("notification.deadline") if "escalated" in one.type]
    assert (event.data["rule"], event.data["light"]) == ("acknowledge", "none")


async def test_an_alert_that_is_joined_anew_is_counted_anew(city: Harness, clock: Any, heard: Any) -> None:
    clock.instant = at(1)
    alert = await _alert(city, ack_due=at(8))
    ident = str(alert["alert_id"])
    given = {**alert, "acknowledged_by": "cdi-a", "outstanding": ("cdi-b",)}
    await city.deliver(clue.OverlapAlertAcknowledged.model_validate(given), aggregate_id=ident, version=2)
    clock.instant = at(20)
    await _turn(city)
    joined = {**alert, "ack_due": at(28), "joined": ("cdi-a",)}
    await city.deliver(clue.OverlapAlertDetected.model_validate(joined), aggregate_id=ident, version=3)
    await _turn(city)
    assert await heard("chief-a") == 0, "it was acknowledged, and is asked for anew from today"
    clock.instant = at(29)
    await _turn(city)
    assert await heard("chief-a") == 1


async def test_a_day_or_a_month_of_downtime_loses_and_doubles_nothing(
    late: Harness, clock: Any, heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _alert(late, ack_due=at(9))
    clock.advance(days=31)

    async def dies(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("notification_service.deadlines.escalations.notices.announce", dies)
        with pytest.raises(ZeroDivisionError):
            await escalate(late.resources)
    assert [one for one in await late.staged_events("notification.deadline") if "escalated" in one.type] == []
    assert await _turn(late) == 3, "the clue, and the alert for each of its commissions"
    assert await _turn(late) == 0
    assert (await heard("head-inv"), await heard("chief-a")) == (1, 2)


async def test_a_jump_of_the_clock_leaves_those_who_owe_their_days(
    city: Harness, clock: Any, heard: Any, clue_event: Any
) -> None:
    clock.instant = at(1)
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a", status="assigned", due_at=at(3))
    await city.deliver(event, aggregate_id=str(event.clue_id), version=3, commission="cdi-a")
    clock.instant = at(21)
    for day, told in ((21, 0), (28, 0), (29, 1)):
        clock.instant = at(day)
        assert await _turn(city) == told, "five working days from when they were told, not from when it was due"
