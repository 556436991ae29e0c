"""Entries are read by those they reach; requests open them for a time; every reading is told to the owner."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.service import Resources
from clue_service.library_requests.service import tell_ending_grants

OWNER, LEADER, OTHER, FAR = "handler@inv1-dh", "leader@cdi-dh", "handler@sup1-dh", "handler@inv1-xs"


async def test_an_entry_reaches_as_far_as_it_says(call: Any, enter: Any) -> None:
    entries = {
        reach: await enter(reach=reach, is_listed=reach == "commission") for reach in ("unit", "commission", "platform")
    }
    secret = await enter(reach="platform", secrecy_level="secret")

    async def read(who: str) -> dict[str, tuple[int, Any]]:
        found = {}
        for name, entry in {**entries, "secret": secret}.items():
            answer = await call(who, "GET", f"/v1/library-items/{entry['id']}")
            found[name] = (answer.status_code, answer.json().get("because"))
        return found

    gone = (404, None)
    everywhere = (200, "open_to_all_units")
    assert await read(OWNER) == {
        "unit": (200, "owner_unit"), "commission": (200, "owner_unit"), "platform": (200, "owner_unit"), "secret": gone,
    }  # fmt: skip
    assert await read(OTHER) == {
        "unit": gone, "commission": (200, "open_to_the_commission"), "platform": everywhere, "secret": gone,
    }  # fmt: skip
    assert await read(FAR) == {"unit": gone, "commission": (200, None), "platform": everywhere, "secret": gone}
    assert (await read(LEADER))["unit"] == (200, "leader_of_the_commission")
    assert (await read("officer@pet-dh"))["unit"] == (200, "office_of_the_commission")
    for nobody in ("admin@cdi-dh", "auditor@cmo-dh", "service@cdi-dh", "handler@nowhere"):
        assert {status for status, _ in (await read(nobody)).values()} == {404}, nobody
        assert (await call(nobody, "GET", "/v1/library-items")).json()["items"] == []
    card = (await call(FAR, "GET", f"/v1/library-items/{entries['commission']['id']}")).json()
    assert (card["title"], card["can_read"], card["text"], card["categories"]) == (
        entries["commission"]["title"], False, None, [],
    )  # fmt: skip
    listed = (await call(FAR, "GET", "/v1/library-items")).json()["items"]
    assert [(one["id"], one["can_read"]) for one in listed] == [
        (entries["platform"]["id"], True), (entries["commission"]["id"], False),
    ]  # fmt: skip


async def test_a_request_opens_an_entry_for_its_time_and_each_reading_is_told(
    call: Any, enter: Any, search: Any, clock: FixedClock, harness: Any
) -> None:
    entry = await enter(reach="unit", is_listed=True)
    path = f"/v1/library-items/{entry['id']}"
    ask = {"item_id": entry["id"], "purpose": "办案参考", "expires_at": "2026-12-01T00:00:00Z"}
    request = await call(FAR, "POST", "/v1/library-requests", ask)
    assert (request.status_code, request.json()["allowed_moves"]) == (201, ["withdraw"])
    again = await call(FAR, "POST", "/v1/library-requests", ask)
    assert (again.status_code, again.json()["code"]) == (409, "library_request_needless")
    one = f"/v1/library-requests/{request.json()['id']}"
    assert (await call(OTHER, "GET", one)).status_code == 404
    for who, status in ((FAR, 403), (OTHER, 404), (OWNER, 404)):
        assert (await call(who, "POST", f"{one}/grant")).status_code == status, who
    waiting = (await call(LEADER, "GET", "/v1/library-requests?direction=received&state=requested")).json()["items"]
    assert [(row["requester"], row["purpose"], row["allowed_moves"]) for row in waiting] == [
        (FAR, "办案参考", ["grant", "refuse"]),
    ]  # fmt: skip
    too_long = await call(LEADER, "POST", f"{one}/grant", {"expires_at": "2026-12-20T00:00:00Z"})
    assert too_long.status_code == 422
    granted = await call(LEADER, "POST", f"{one}/grant", {"expires_at": "2026-11-25T00:00:00Z"})
    assert (granted.status_code, granted.json()["state"]) == (200, "granted")
    opened = (await call(FAR, "GET", path)).json()
    assert (opened["because"], opened["text"][:3]) == ("granted_on_request", "滨河路")
    assert (await search(FAR, "泄露标底"))["total"] == 1
    log = (await call(LEADER, "GET", f"{path}/readings")).json()["items"]
    assert [(row["reader"], row["ground"], row["purpose"]) for row in log] == [(FAR, "granted_on_request", "办案参考")]
    assert (await call(FAR, "GET", f"{path}/readings")).status_code == 403
    clock.advance(days=3)
    assert (await call(FAR, "GET", path)).json()["text"] is None
    assert (await search(FAR, "泄露标底"))["total"] == 0
    assert (await call(FAR, "GET", one)).json()["state"] == "expired"
    types = [event.type for event in await harness.staged_events("clue.library")]
    assert types == [
        "clue.library_item.entered.v1",
        "clue.library_request.requested.v1",
        "clue.library_request.granted.v1",
    ]
    said = str([event.data for event in await harness.staged_events("clue.library")])
    assert "招标" not in said
    assert "办案" not in said


async def test_who_may_read_for_a_time_is_told_once_before_it_ends(
    call: Any, enter: Any, clock: FixedClock, harness: Any, resources: Resources, register: Any
) -> None:
    clue = await register("officer@pet-dh")
    entries = {
        "long": await enter(reach="unit", is_listed=True),
        "short": await enter(reach="unit", is_listed=True),
        "withdrawn": await enter(reach="unit", is_listed=True),
        "recused": await enter("supervisor@cmo-dh", reach="unit", is_listed=True, clue_ids=[clue["id"]]),
    }
    requests = {}
    for name, entry in entries.items():
        until = "2026-11-25T00:00:00Z" if name == "short" else "2026-12-01T00:00:00Z"
        ask = {"item_id": entry["id"], "purpose": "参考", "expires_at": until}
        made = await call(FAR, "POST", "/v1/library-requests", ask)
        assert made.status_code == 201, (name, made.text)
        requests[name] = made.json()["id"]
        granted = await call("supervisor@cmo-dh", "POST", f"/v1/library-requests/{requests[name]}/grant")
        assert granted.status_code == 200, granted.text
    withdrawn = await call(OWNER, "POST", f"/v1/library-items/{entries['withdrawn']['id']}/withdraw", {"reason": "r"})
    assert withdrawn.status_code == 200
    assert (await call("officer@pet-dh", "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": FAR})).status_code == 201

    async def told() -> list[tuple[str, str | None]]:
        await asyncio.gather(*(tell_ending_grants(resources) for _ in range(4)))
        events = await harness.staged_events("clue.library_request.expiring")
        return [(event.data["request_id"], event.data["requester"]) for event in events]

    assert await told() == []
    clock.advance(days=5)
    expected = {(requests["long"], FAR), (requests["recused"], None)}
    assert set(await told()) == expected
    clock.advance(days=1)
    again = await told()
    assert (set(again), len(again)) == (expected, 2), "once, and not of what was short or has been withdrawn"
    assert (await call(FAR, "GET", f"/v1/library-requests/{requests['long']}")).json()["state"] == "granted"


async def test_a_grant_ends_by_revoking_and_by_withdrawing_the_entry(call: Any, enter: Any) -> None:
    entry = await enter(reach="unit", is_listed=True)
    path = f"/v1/library-items/{entry['id']}"
    ask = {"item_id": entry["id"], "purpose": "参考", "expires_at": "2026-12-01T00:00:00Z"}

    async def granted() -> str:
        request = (await call(FAR, "POST", "/v1/library-requests", ask)).json()
        answer = await call("supervisor@cmo-dh", "POST", f"/v1/library-requests/{request['id']}/grant")
        assert answer.status_code == 200, answer.text
        assert (await call(FAR, "GET", path)).json()["can_read"]
        return str(request["id"])

    first = await granted()
    revoked = await call(LEADER, "POST", f"/v1/library-requests/{first}/revoke", {"reason": "到此为止"})
    assert revoked.json()["state"] == "revoked"
    assert not (await call(FAR, "GET", path)).json()["can_read"]
    again = await call(LEADER, "POST", f"/v1/library-requests/{first}/revoke", {"reason": "再次"})
    assert (again.status_code, again.json()["allowed_moves"]) == (409, [])
    await granted()
    assert (await call(OTHER, "POST", f"{path}/withdraw", {"reason": "r"})).status_code == 404
    assert (await call(LEADER, "POST", f"{path}/withdraw", {"reason": "r"})).status_code == 403
    assert (await call(OWNER, "POST", f"{path}/withdraw", {"reason": "结论已更正"})).json()["state"] == "withdrawn"
    assert (await call(FAR, "GET", path)).status_code == 404
    withdrawn = (await call(OWNER, "GET", path)).json()
    assert (withdrawn["state"], withdrawn["withdrawal_reason"]) == ("withdrawn", "结论已更正")


async def test_an_entry_is_valid_for_its_days_only(call: Any, enter: Any, search: Any, clock: FixedClock) -> None:
    entry = await enter(valid_from="2026-11-24", valid_until="2026-11-25")
    path = f"/v1/library-items/{entry['id']}"
    assert (await call(OTHER, "GET", path)).status_code == 404
    clock.advance(days=1)
    assert (await call(OTHER, "GET", path)).status_code == 200
    assert (await search(OTHER, "招标"))["total"] == 1
    clock.advance(days=1, hours=13)  # 23:00 of the last day
    assert (await call(OTHER, "GET", path)).status_code == 200
    clock.advance(hours=1)
    assert (await call(OTHER, "GET", path)).status_code == 404
    assert (await search(OTHER, "招标"))["total"] == 0
    assert (await call(OWNER, "GET", path)).json()["is_valid"] is False


async def test_changing_needs_the_version_and_the_owner(call: Any, enter: Any, search: Any) -> None:
    entry = await enter()
    path = f"/v1/library-items/{entry['id']}"
    change = {"text": "改为围标串标问题。"}
    assert (await call(OWNER, "PATCH", path, change)).status_code == 428
    assert (await call(OWNER, "PATCH", path, change, headers={"If-Match": '"7"'})).status_code == 412
    assert (await call(OTHER, "PATCH", path, change, headers={"If-Match": '"1"'})).status_code == 403
    changed = await call(OWNER, "PATCH", path, change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (await search(OTHER, "围标串标"))["total"] == 1
    assert (await search(OTHER, "泄露标底"))["total"] == 0
    for wrong in ({"title": None}, {"valid_until": "2020-01-01"}, {"secrecy_level": "secret"}, {"kind": "advice"}):
        answer = await call(OWNER, "PATCH", path, wrong, headers={"If-Match": '"2"'})
        assert answer.status_code == 422, wrong


async def test_erasing_takes_two_people_and_leaves_nothing(call: Any, enter: Any, search: Any) -> None:
    entry = await enter("leader1@cdi-dh", reach="platform")
    path = f"/v1/library-items/{entry['id']}"
    assert (await call("leader1@cdi-dh", "DELETE", path, headers={"If-Match": '"1"'})).status_code == 409
    await call("leader1@cdi-dh", "POST", f"{path}/withdraw", {"reason": "r"})
    assert (await call("leader1@cdi-dh", "DELETE", path, headers={"If-Match": '"2"'})).json()[
        "code"
    ] == "library_item_in_use"
    assert (await call("handler@cdi-dh", "DELETE", path, headers={"If-Match": '"2"'})).status_code == 403
    erased = await call("leader2@cdi-dh", "DELETE", path, headers={"If-Match": '"2"'})
    assert (erased.status_code, erased.json()["state"]) == (200, "erased"), erased.text
    for who in ("leader1@cdi-dh", OTHER):
        assert (await call(who, "GET", path)).status_code == 404
        assert (await search(who, "招标"))["total"] == 0


async def test_an_entry_is_as_secret_and_as_silent_as_its_clues(call: Any, enter: Any, register: Any) -> None:
    clue = await register("officer@pet-dh", secrecy_level="confidential")
    silent = await register("officer@pet-dh", overlap_policy="silent", origin_ref="s:1")
    desk = "supervisor@cmo-dh"

    async def status(**changes: Any) -> tuple[int, str | None]:
        body = {"kind": "case_analysis", "title": "t", "text": "x", **changes}
        answer = await call(desk, "POST", "/v1/library-items", body, clearance="secret")
        errors = answer.json().get("errors") or [{}]
        return answer.status_code, errors[0].get("code")

    assert await status(clue_ids=[clue["id"]]) == (422, "too_low")
    assert await status(clue_ids=[clue["id"]], secrecy_level="confidential") == (201, None)
    assert await status(clue_ids=[silent["id"]], reach="platform") == (422, "silent_clue")
    assert await status(clue_ids=[silent["id"]], is_listed=True) == (422, "silent_clue")
    assert await status(clue_ids=[silent["id"]]) == (201, None)
    for hidden in (clue["id"], "00000000-0000-7000-8000-000000000000"):
        body = {"kind": "advice", "title": "t", "text": "x", "clue_ids": [hidden]}
        answer = await call(FAR, "POST", "/v1/library-items", body, clearance="secret")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_found")


@pytest.mark.parametrize("late", [False, True])
async def test_a_recusal_from_a_clue_reaches_what_was_made_of_it(
    call: Any, enter: Any, register: Any, search: Any, late: bool
) -> None:
    clue = await register("officer@pet-dh")
    recusals = f"/v1/clues/{clue['id']}/recusals"

    async def recuse() -> str:
        return str((await call("officer@pet-dh", "POST", recusals, {"sub": OTHER})).json()["id"])

    if not late:
        await recuse()
    entry = await enter("supervisor@cmo-dh", clue_ids=[clue["id"]], reach="platform")
    path = f"/v1/library-items/{entry['id']}"
    if late:
        assert (await call(OTHER, "GET", path)).status_code == 200
        recusal = await recuse()
    assert (await call(OTHER, "GET", path)).status_code == 404
    assert (await search(OTHER, "招标"))["total"] == 0
    assert (await call(OTHER, "GET", "/v1/library-items")).json()["items"] == []
    assert (await call("handler2@sup1-dh", "GET", path)).status_code == 200
    if late:
        assert (await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/accept")).status_code == 200
        assert (await call(LEADER, "POST", f"/v1/recusals/{recusal}/lift")).status_code == 200
        assert (await call(OTHER, "GET", path)).status_code == 200
