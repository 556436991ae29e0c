"""A posting that has begun: who drops out is replaced, and it goes on."""

from typing import Any

from chassis.testing.harness import Harness

MANAGER = "pool_manager@pc-xn"


async def members(call: Any, path: str) -> dict[str, str]:
    answer = (await call(MANAGER, "GET", path)).json()
    return {member["cadre_id"]: member["state"] for member in answer["members"]}


async def running(call: Any, lend: Any, *people: str) -> str:
    """A posting that has begun, from 1 to 14 December."""
    path: str = (await lend(list(people))).headers["location"]
    await call("leader@pc-xn", "POST", f"{path}/approve")
    await call("service", "POST", f"{path}/activate")
    return path


async def test_a_drop_out_of_a_running_posting_is_replaced_and_the_posting_goes_on(
    call: Any, new_cadre: Any, lend: Any, harness: Harness
) -> None:
    one, two, new = await new_cadre("sup1-xn"), await new_cadre("insp-xn"), await new_cadre("sup1-xn")
    path = await running(call, lend, one, two)
    harness.resources.clock.advance(days=12)  # 5 December
    swap = {"members": [{"replaces": one, "cadre_id": new}]}
    still_there = await call(MANAGER, "POST", f"{path}/replace", json=swap)
    assert (still_there.status_code, still_there.json()["code"]) == (409, "seat_not_open")
    await call("service", "POST", f"{path}/recall", json={"cadre_ids": [one]})
    asked = await call("service", "POST", f"{path}/replace", json=swap)
    assert asked.json()["status"] == "active"
    assert await members(call, path) == {two: "active", new: "requested"}
    # One seat, one person a day: the drop-out has served the 5th, the newcomer is taken from the 6th.
    assert (await lend([one], "2026-12-06", "2026-12-06")).json()["code"] == "home_unit_quota"
    assert (await lend([new], "2026-12-14", "2026-12-15")).json()["code"] == "double_booked"
    agreed = await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve")
    assert agreed.json()["status"] == "active"
    assert await members(call, path) == {two: "active", new: "active"}
    event = (await harness.staged_events("pool.secondment.approved.v1"))[-1]
    assert event.data["state"] == "active"
    longer = await call(MANAGER, "POST", f"{path}/extend", json={"to": "2026-12-20"})
    assert longer.json()["period"]["to"] == "2026-12-20"
    harness.resources.clock.advance(days=3)  # 8 December
    assert (await call("service", "POST", f"{path}/end")).json()["status"] == "ended"
    days = {who: (await call(MANAGER, "GET", f"/v1/cadres/{who}")).json()["days_lent"] for who in (one, two, new)}
    assert days == {one: 5, two: 8, new: 3}


async def test_a_home_unit_refuses_who_would_join_and_recalls_who_serves(
    call: Any, new_cadre: Any, lend: Any, harness: Harness
) -> None:
    one, two, new = await new_cadre("sup1-xn"), await new_cadre("insp-xn"), await new_cadre("sup2-xn")
    path = await running(call, lend, one, two)
    harness.resources.clock.advance(days=12)
    serving = await call("home_unit_approver@sup1-xn", "POST", f"{path}/refuse", json={"reason": "急需"})
    assert (serving.status_code, serving.json()["code"]) == (409, "seat_not_open")
    await call("home_unit_approver@sup1-xn", "POST", f"{path}/recall", json={"reason": "急需"})
    swap = {"members": [{"replaces": one, "cadre_id": new}]}
    await call(MANAGER, "POST", f"{path}/replace", json=swap)
    for _ in range(2):
        refused = await call("home_unit_approver@sup2-xn", "POST", f"{path}/refuse", json={"reason": "人手不足"})
        assert refused.json()["status"] == "active"
    assert await members(call, path) == {two: "active", new: "refused"}
    assert (await lend([new], "2026-12-06", "2026-12-06")).status_code == 201
    assert len(await harness.staged_events("pool.secondment.refused.v1")) == 1


async def test_who_was_still_asked_for_when_a_posting_ends_has_not_served(
    call: Any, new_cadre: Any, lend: Any, harness: Harness
) -> None:
    one, two, new = await new_cadre("sup1-xn"), await new_cadre("insp-xn"), await new_cadre("sup2-xn")
    path = await running(call, lend, one, two)
    harness.resources.clock.advance(days=12)
    await call("service", "POST", f"{path}/recall", json={"cadre_ids": [one]})
    swap = {"members": [{"replaces": one, "cadre_id": new}]}
    await call("service", "POST", f"{path}/replace", json=swap)
    assert (await call("service", "POST", f"{path}/end")).json()["status"] == "ended"
    assert await members(call, path) == {two: "ended", new: "recalled"}
    assert (await call(MANAGER, "GET", f"/v1/cadres/{new}")).json()["days_lent"] == 0


async def test_nobody_joins_on_the_last_day(call: Any, new_cadre: Any, lend: Any, harness: Harness) -> None:
    one, two, new = await new_cadre("sup1-xn"), await new_cadre("insp-xn"), await new_cadre("sup2-xn")
    path = await running(call, lend, one, two)
    harness.resources.clock.advance(days=21)  # 14 December
    await call("service", "POST", f"{path}/recall", json={"cadre_ids": [one]})
    swap = {"members": [{"replaces": one, "cadre_id": new}]}
    late = await call("service", "POST", f"{path}/replace", json=swap)
    assert (late.status_code, late.json()["code"]) == (409, "period_is_over")
    await call(MANAGER, "POST", f"{path}/extend", json={"to": "2026-12-18"})
    assert (await call("service", "POST", f"{path}/replace", json=swap)).json()["status"] == "active"


async def test_the_only_member_leaves_and_another_takes_the_seat(call: Any, new_cadre: Any, lend: Any) -> None:
    one, new = await new_cadre("sup1-xn"), await new_cadre("sup1-xn")
    spare, swap = await new_cadre("sup2-xn"), {"members": [{"replaces": one, "cadre_id": new}]}
    asked = (await lend([one])).headers["location"]
    freed = await call("service", "POST", f"{asked}/recall", json={"cadre_ids": [one]})
    assert freed.json()["status"] == "replacement_wanted"
    assert (await call("service", "POST", f"{asked}/replace", json=swap)).json()["status"] == "requested"
    await call(MANAGER, "POST", f"{asked}/recall")
    path = await running(call, lend, one)
    freed = await call("service", "POST", f"{path}/recall", json={"cadre_ids": [one]})
    assert (freed.json()["status"], await members(call, path)) == ("active", {one: "recalled"})
    assert (await call("service", "POST", f"{path}/replace", json=swap)).json()["status"] == "active"
    await call("home_unit_approver@sup1-xn", "POST", f"{path}/approve")
    assert await members(call, path) == {new: "active"}
    own = await call("home_unit_approver@sup1-xn", "POST", f"{path}/recall", json={"reason": "急需"})
    assert (own.json()["status"], await members(call, path)) == ("active", {new: "recalled"})
    again = {"members": [{"replaces": new, "cadre_id": spare}]}
    assert (await call(MANAGER, "POST", f"{path}/replace", json=again)).json()["status"] == "active"
    assert await members(call, path) == {spare: "requested"}


async def test_a_posting_that_nobody_is_left_in_lasts_longer_for_who_takes_the_seat(
    call: Any, new_cadre: Any, lend: Any
) -> None:
    one, new = await new_cadre("sup1-xn"), await new_cadre("sup1-xn")
    path = await running(call, lend, one)
    await call("home_unit_approver@sup1-xn", "POST", f"{path}/recall", json={"reason": "急需"})
    longer = await call(MANAGER, "POST", f"{path}/extend", json={"to": "2026-12-18"})
    assert (longer.status_code, longer.json()["period"]["to"]) == (200, "2026-12-18"), longer.text
    swap = {"members": [{"replaces": one, "cadre_id": new}]}
    assert (await call("service", "POST", f"{path}/replace", json=swap)).json()["status"] == "active"
    elsewhere = await lend([new], "2026-12-18", "2026-12-20")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "double_booked")


async def test_a_posting_whose_seats_are_all_free_is_ended_by_who_lends(call: Any, new_cadre: Any, lend: Any) -> None:
    one, two = await new_cadre("sup1-xn"), await new_cadre("sup2-xn")
    for who, path in ((one, await running(call, lend, one)), (two, (await lend([two])).headers["location"])):
        await call("service", "POST", f"{path}/recall", json={"cadre_ids": [who]})
        nobody = await call("service", "POST", f"{path}/recall", json={"cadre_ids": [who]})
        assert (nobody.status_code, nobody.json()["code"]) == (409, "seat_not_open")
        assert (await call("service", "POST", f"{path}/recall")).json()["status"] == "recalled"
        assert (await lend([who])).status_code == 201
    path = await running(call, lend, await new_cadre("insp-xn"))
    await call("home_unit_approver@insp-xn", "POST", f"{path}/recall")
    assert (await call("service", "POST", f"{path}/end")).json()["status"] == "ended"
