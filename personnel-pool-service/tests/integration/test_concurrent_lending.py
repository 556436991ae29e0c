"""Many at once on real PostgreSQL: one wins, nothing is half done."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from personnel_pool_service.bookings.models import NO_OVERLAP
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

MANAGER = "pool_manager@pc-xn"


async def bookings(resources: Resources) -> int:
    async with resources.database.sessions() as session:
        return int(await session.scalar(text("select count(*) from booking")) or 0)


async def test_of_many_overlapping_requests_one_wins(
    call: Any, new_cadre: Any, lend: Any, resources: Resources, harness: Harness
) -> None:
    people = [await new_cadre(home) for home in ("sup1-xn", "sup2-xn", "insp-xn")]
    # Every request shares at least one person with every other, each in another order.
    groups = [people[n % 3 :] + people[: n % 3] for n in range(12)]
    answers = await asyncio.gather(*(lend(group, request_ref=f"team:{n}") for n, group in enumerate(groups)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 11}
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"double_booked"}
    assert await bookings(resources) == 3
    assert len(await harness.staged_events("pool.secondment.requested.v1")) == 1


async def test_two_requests_at_once_never_break_a_quota(
    call: Any, new_cadre: Any, lend: Any, resources: Resources
) -> None:
    people = [await new_cadre("sup1-xn") for _ in range(8)]
    answers = await asyncio.gather(*(lend([one], request_ref=f"team:{n}") for n, one in enumerate(people)))
    assert Counter(answer.status_code for answer in answers) == {201: 4, 409: 4}
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"home_unit_quota"}
    assert await bookings(resources) == 4


async def test_twenty_approvals_at_once_are_one(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    answers = await asyncio.gather(
        *(call("home_unit_approver@sup1-xn", "POST", f"{path}/approve", sub=f"approver-{n}") for n in range(20))
    )
    assert {(one.status_code, one.json()["status"]) for one in answers} == {(200, "approved")}
    assert len(await harness.staged_events("pool.secondment.approved.v1")) == 1


async def test_twenty_homes_approve_at_once_and_the_last_makes_it_approved(
    call: Any, new_cadre: Any, lend: Any, harness: Harness
) -> None:
    homes = [f"home-{n}" for n in range(20)]
    for code in homes:
        body = {"name": code, "unit_type": "supervision_office", "level": "city", "parent_code": "cdi-xn"}
        await call("platform_admin", "PUT", f"/v1/units/{code}", json=body)
    path = (await lend([await new_cadre(home) for home in homes])).headers["location"]
    answers = await asyncio.gather(*(call(f"home_unit_approver@{home}", "POST", f"{path}/approve") for home in homes))
    assert {answer.status_code for answer in answers} == {200}
    assert Counter(answer.json()["status"] for answer in answers) == {"requested": 19, "approved": 1}
    events = await harness.staged_events("pool.secondment.approved.v1")
    assert [event.version for event in events] == list(range(2, 22))


async def test_a_hundred_approvals_of_many_homes_at_once_leave_one_truth(
    call: Any, new_cadre: Any, lend: Any, resources: Resources, harness: Harness
) -> None:
    homes = [f"home-{n}" for n in range(10)]
    for code in homes:
        body = {"name": code, "unit_type": "supervision_office", "level": "city", "parent_code": "cdi-xn"}
        await call("platform_admin", "PUT", f"/v1/units/{code}", json=body)
    path = (await lend([await new_cadre(home) for home in homes])).headers["location"]
    answers = await asyncio.gather(
        *(
            call(f"home_unit_approver@{home}", "POST", f"{path}/approve", sub=f"approver-{home}-{n}")
            for n in range(10)
            for home in homes
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await bookings(resources) == 10
    final = (await call(MANAGER, "GET", path)).json()
    assert (final["status"], {one["state"] for one in final["members"]}) == ("approved", {"approved"})
    events = await harness.staged_events("pool.secondment.approved.v1")
    assert [event.version for event in events] == list(range(2, 12))


async def test_a_hundred_placements_at_once_never_book_anybody_twice(
    call: Any, new_cadre: Any, resources: Resources
) -> None:
    people = [await new_cadre(home, pool_kinds=["case"]) for home in ("sup1-xn", "sup2-xn", "dg-coop")]
    wish = {
        "purpose": "case",
        "reason": "人手不足",
        "period": {"from": "2026-12-01", "to": "2026-12-14"},
        "demands": [{"role": "member", "count": 1}],
    }
    paths = []
    for _ in range(10):
        paths.append((await call("leader@sup2-xn", "POST", "/v1/support-requests", json=wish)).headers["location"])
        assert (await call("org_department@pc-xn", "POST", f"{paths[-1]}/review")).status_code == 200

    async def place(number: int) -> Any:
        members = [{"cadre_id": people[number % 3], "role": "member"}]
        while True:
            path = f"{paths[number % 10]}/place"
            answer = await call("org_department@pc-xn", "POST", path, json={"members": members})
            if answer.status_code != 503:  # no connection was free in time: ask again, as any caller would
                return answer

    answers = await asyncio.gather(*(place(number) for number in range(100)))
    assert Counter(answer.status_code for answer in answers) == {200: 3, 409: 97}
    assert {one.json()["code"] for one in answers if one.status_code == 409} <= {"double_booked", "seats_filled"}
    assert await bookings(resources) == 3


async def test_approval_and_refusal_at_once_leave_one_truth(
    call: Any, new_cadre: Any, lend: Any, resources: Resources
) -> None:
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    await asyncio.gather(
        call("home_unit_approver@sup1-xn", "POST", f"{path}/approve"),
        call("leader@sup1-xn", "POST", f"{path}/refuse", json={"reason": "人手不足"}),
    )
    final = (await call(MANAGER, "GET", path)).json()
    assert (final["status"], final["members"][0]["state"]) == ("replacement_wanted", "refused")
    assert await bookings(resources) == 0


async def test_the_database_itself_forbids_double_booking(new_cadre: Any, resources: Resources) -> None:
    cadre_id = await new_cadre("sup1-xn")
    insert = text(
        "insert into booking (cadre_id, home_unit, days) values (:cadre_id, 'sup1-xn', daterange(:a, :b, '[]'))"
    )
    async with resources.database.sessions.begin() as session:
        await session.execute(insert, {"cadre_id": cadre_id, "a": date(2026, 1, 1), "b": date(2026, 1, 5)})
    with pytest.raises(IntegrityError, match=NO_OVERLAP):
        async with resources.database.sessions.begin() as session:
            await session.execute(insert, {"cadre_id": cadre_id, "a": date(2026, 1, 5), "b": date(2026, 1, 5)})


async def test_the_same_person_entered_by_many_is_one(call: Any, city: None) -> None:
    body = {
        "name": "测试戊",
        "home_unit": "sup1-xn",
        "rank": "clerk",
        "gender": "male",
        "birth_date": "1990-01-01",
        "party_member": True,
    }
    answers = await asyncio.gather(*(call(MANAGER, "POST", "/v1/cadres", json=body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"cadre_exists"}
