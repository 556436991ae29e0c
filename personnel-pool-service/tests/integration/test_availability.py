"""Who was what on a day, as known now or then; the same question has the same answer for ever."""

from typing import Any

MANAGER = "pool_manager@pc-xn"


async def ask(call: Any, day: str, who: str = MANAGER, **more: Any) -> Any:
    answer = await call(who, "POST", "/v1/availability-queries", json={"as_of": day, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def states(call: Any, day: str, **more: Any) -> dict[str, str]:
    return {one["cadre_id"]: one["state"] for one in (await ask(call, day, **more))["items"]}


async def test_a_day_is_answered_as_it_was_and_as_it_was_known(
    call: Any, new_cadre: Any, lend: Any, clock: Any
) -> None:
    lent, idle = await new_cadre("sup1-xn"), await new_cadre("sup2-xn")
    assert await states(call, "2026-11-22") == {}
    assert await states(call, "2026-11-23") == {lent: "available", idle: "available"}
    clock.advance(hours=1)
    path = (await lend([lent], "2026-11-24", "2026-12-07")).headers["location"]
    assert await states(call, "2026-11-30") == {lent: "reserved", idle: "available"}
    clock.advance(hours=1)
    await call("leader@sup1-xn", "POST", f"{path}/approve")
    await call(MANAGER, "POST", f"{path}/activate")
    before = await ask(call, "2026-12-05")
    assert {one["cadre_id"]: one["state"] for one in before["items"]} == {lent: "seconded", idle: "available"}
    clock.advance(days=7)
    await call(MANAGER, "POST", f"{path}/end")
    await call(MANAGER, "POST", f"/v1/cadres/{idle}/suspend")
    assert await states(call, "2026-11-30") == {lent: "seconded", idle: "suspended"}
    assert await states(call, "2026-11-29") == {lent: "seconded", idle: "available"}
    assert await states(call, "2026-12-05") == {lent: "available", idle: "suspended"}
    again = await ask(call, "2026-12-05", known_at=before["known_at"])
    assert again == before
    clock.advance(days=300)
    assert await ask(call, "2026-12-05", known_at=before["known_at"]) == before


async def test_a_refused_seat_was_reserved_only_as_long_as_that_was_known(
    call: Any, new_cadre: Any, lend: Any, clock: Any
) -> None:
    cadre_id = await new_cadre("sup1-xn")
    path = (await lend([cadre_id])).headers["location"]
    clock.advance(minutes=5)
    reserved = await ask(call, "2026-12-02")
    clock.advance(minutes=5)
    await call("leader@sup1-xn", "POST", f"{path}/refuse")
    clock.advance(minutes=5)
    assert await states(call, "2026-12-02") == {cadre_id: "available"}
    assert await ask(call, "2026-12-02", known_at=reserved["known_at"]) == reserved
    assert reserved["items"][0]["state"] == "reserved"


async def test_home_units_see_their_own_and_pages_follow_each_other(call: Any, new_cadre: Any) -> None:
    mine = [await new_cadre("sup1-xn") for _ in range(3)]
    other = await new_cadre("sup2-xn")
    own = await ask(call, "2026-11-23", who="leader@sup1-xn", home_units=["sup1-xn", "sup2-xn"])
    assert [one["cadre_id"] for one in own["items"]] == sorted(mine)
    first = await ask(call, "2026-11-23", limit=3)
    rest = await ask(call, "2026-11-23", limit=3, cursor=first["next_cursor"])
    assert [one["cadre_id"] for one in first["items"] + rest["items"]] == sorted([*mine, other])
    listed = await call(MANAGER, "GET", "/v1/availability?as_of=2026-11-23&home_unit=sup2-xn")
    assert [one["cadre_id"] for one in listed.json()["items"]] == [other]
    assert (await call("handler@sup1-xn", "GET", "/v1/availability?as_of=2026-11-23")).status_code == 403


async def test_nobody_knows_the_future_yet(call: Any, city: None) -> None:
    body = {"as_of": "2026-11-23", "known_at": "2027-01-01T00:00:00Z"}
    assert (await call(MANAGER, "POST", "/v1/availability-queries", json=body)).status_code == 422


async def test_whoever_left_was_there_before(call: Any, new_cadre: Any, clock: Any) -> None:
    cadre_id = await new_cadre("sup1-xn")
    clock.advance(days=2)
    assert (await call(MANAGER, "POST", f"/v1/cadres/{cadre_id}/exit")).status_code == 200
    clock.advance(days=2)
    assert await states(call, "2026-11-24") == {cadre_id: "available"}
    assert await states(call, "2026-11-26") == {cadre_id: "exited"}
