"""A share shows the parts it names to the person it names, until it ends, and tells who read."""

from typing import Any

import pytest
from chassis.clock import FixedClock

OWN, GUEST = "supervisor@cmo-dh", "inspector@inv1-xs"


@pytest.fixture
async def shared(call: Any, marked: Any) -> Any:
    """``await shared(["subjects"])`` → the share of the marked clue with the guest."""

    async def grant(parts: list[str], who: str = OWN, **changes: Any) -> Any:
        body = {
            "grantee": GUEST, "parts": parts, "purpose": "联合核查", "expires_at": "2026-12-01T00:00:00Z",
            "approved_by": "principal@cdi-dh", **changes,
        }  # fmt: skip
        return await call(who, "POST", f"/v1/clues/{marked.clue['id']}/shares", body)

    return grant


@pytest.fixture
def guest(call: Any) -> Any:
    async def read(path: str, method: str = "GET", body: Any = None) -> Any:
        return await call("handler@inv1-xs", method, path, body, sub=GUEST)

    return read


async def test_a_share_shows_its_parts_only_and_tells_who_read(call: Any, marked: Any, shared: Any, guest: Any) -> None:
    path = f"/v1/clues/{marked.clue['id']}"
    assert (await guest(path)).status_code == 404
    share = (await shared(["subjects"])).json()
    seen = (await guest(path)).json()
    assert seen["subjects"][0]["name"] == marked.clue["subjects"][0]["name"]
    assert (seen["allegations"], seen["categories"], seen["reporter"], seen["candidates"]) == ([], [], None, [])
    assert (seen["matter_ids"], seen["registered_by"], seen["allowed_moves"]) == ([], "", [])
    by_share = (await guest(f"/v1/shares/{share['id']}/clue")).json()
    assert (by_share["clue"], by_share["purpose"], by_share["parts"]) == (seen, "联合核查", ["subjects"])
    readings = (await call(OWN, "GET", f"/v1/shares/{share['id']}/readings")).json()["items"]
    assert [(one["reader"], one["unit"]) for one in readings] == [(GUEST, "inv1-xs")] * 2
    assert (await call(OWN, "GET", f"/v1/shares/{share['id']}")).json()["readings"] == 2
    assert (await guest(f"/v1/shares/{share['id']}")).json()["readings"] is None
    assert (await guest(f"/v1/shares/{share['id']}/readings")).status_code == 403
    for other in ("/v1/clues", f"{path}/timeline", f"{path}/candidates", f"{path}/recusals"):
        assert marked.clue["id"] not in (await guest(other)).text.replace(path, "")
    assert (await guest(f"{path}/record-result", "POST", {"outcome": "case_filed"})).status_code == 404


async def test_a_share_ends_by_the_clock_by_revoking_and_by_recusal(
    call: Any, marked: Any, shared: Any, guest: Any, clock: FixedClock
) -> None:
    path = f"/v1/clues/{marked.clue['id']}"
    first = (await shared(["allegations"])).json()
    assert (await guest(path)).json()["allegations"]
    revoked = await call(OWN, "POST", f"/v1/shares/{first['id']}/revoke")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await guest(path)).status_code == 404
    assert (await call(OWN, "POST", f"/v1/shares/{first['id']}/revoke")).json()["code"] == "share_over"
    second = (await shared(["allegations"], expires_at="2026-11-24T00:00:00Z")).json()
    assert (await guest(path)).status_code == 200
    clock.advance(days=1)
    assert (await guest(path)).status_code == 404
    assert (await guest(f"/v1/shares/{second['id']}")).json()["state"] == "expired"
    assert (await guest(f"/v1/shares/{second['id']}/clue")).status_code == 404
    third = (await shared(["allegations"])).json()
    assert (await guest(path)).status_code == 200
    answer = await call(OWN, "POST", f"{path}/recusals", {"sub": GUEST})
    assert answer.status_code == 201
    for gone in (path, f"/v1/shares/{third['id']}", f"/v1/shares/{third['id']}/clue", f"{path}/access"):
        assert (await guest(gone)).status_code == 404
    assert (await guest("/v1/shares")).json()["items"] == []


async def test_each_of_two_shares_shows_its_own_parts_and_both_together_show_all(
    call: Any, marked: Any, shared: Any, guest: Any
) -> None:
    long = (await shared(["handling"], expires_at="2026-12-10T00:00:00Z")).json()
    short = (await shared(["subjects"])).json()
    name = marked.clue["subjects"][0]["name"]
    assert [one["name"] for one in (await guest(f"/v1/shares/{short['id']}/clue")).json()["clue"]["subjects"]] == [name]
    by_long = (await guest(f"/v1/shares/{long['id']}/clue")).json()
    assert (by_long["share_id"], by_long["parts"], by_long["clue"]["subjects"]) == (long["id"], ["handling"], [])
    path = f"/v1/clues/{marked.clue['id']}"
    assert [one["name"] for one in (await guest(path)).json()["subjects"]] == [name]
    assert (await guest(f"{path}/access")).json()["parts"] == ["handling", "subjects"]
    for share in (long, short):
        assert (await call(OWN, "GET", f"/v1/shares/{share['id']}")).json()["readings"] == 2
    await call(OWN, "POST", f"/v1/shares/{short['id']}/revoke")
    assert (await guest(f"/v1/shares/{short['id']}/clue")).status_code == 404
    assert (await guest(path)).json()["subjects"] == []


async def test_a_share_does_not_stand_in_for_a_clearance(call: Any, register: Any, guest: Any) -> None:
    clue = await register("officer@pet-dh", secrecy_level="secret")
    path = f"/v1/clues/{clue['id']}"
    body = {
        "grantee": GUEST, "parts": ["subjects"], "purpose": "联合核查", "expires_at": "2026-12-01T00:00:00Z",
        "approved_by": "principal@cdi-dh",
    }  # fmt: skip
    granted = await call(OWN, "POST", f"{path}/shares", body, clearance="secret")
    assert granted.status_code == 201, granted.text
    share = f"/v1/shares/{granted.json()['id']}"
    for one in (path, f"{path}/access", share, f"{share}/clue"):
        assert (await guest(one)).status_code == 404, one
    assert (await guest("/v1/shares")).json()["items"] == []
    cleared = await call("handler@inv1-xs", "GET", f"{share}/clue", sub=GUEST, clearance="secret")
    assert cleared.status_code == 200


async def test_who_may_share_and_what_a_share_must_say(call: Any, marked: Any, shared: Any) -> None:
    assert (await shared(["subjects"], who="supervisor@cmo-xs")).status_code == 404
    assert (await shared(["subjects"], who="officer@pet-dh")).status_code == 201
    for wrong in (
        {"parts": []}, {"parts": ["reporter"]}, {"purpose": ""}, {"approved_by": None},
        {"expires_at": "2026-11-22T00:00:00Z"}, {"expires_at": "2027-11-22T00:00:00Z"},
    ):  # fmt: skip
        parts = wrong.pop("parts", ["subjects"])
        assert (await shared(parts, **wrong)).status_code == 422, wrong
    given = (await call(OWN, "GET", "/v1/shares?direction=given")).json()["items"]
    assert [one["grantee"] for one in given] == [GUEST]
    assert (await call("supervisor@cmo-xs", "GET", "/v1/shares?direction=given")).json()["items"] == []
    assert (await call("supervisor@cmo-xs", "GET", f"/v1/shares/{given[0]['id']}")).status_code == 404


async def test_access_decisions_say_why(call: Any, marked: Any, shared: Any, guest: Any, bring: Any) -> None:
    path = f"/v1/clues/{marked.clue['id']}/access"
    mine = (await call("officer@pet-dh", "GET", path)).json()
    assert [one["code"] for one in mine["because"]] == ["registrar", "office_of_the_commission"]
    assert (mine["parts"], mine["share_id"]) == (None, None)
    assert "accept" in mine["allowed_moves"]
    assert (await guest(path)).status_code == 404
    share = (await shared(["handling"])).json()
    theirs = (await guest(path)).json()
    assert [one["code"] for one in theirs["because"]] == ["share"]
    assert (theirs["parts"], theirs["share_id"], theirs["allowed_moves"]) == (["handling"], share["id"], [])
    await bring(marked.clue, "assigned")
    handler = (await call("handler@inv1-dh", "GET", path)).json()
    assert [one["code"] for one in handler["because"]] == ["handling_member"]


async def test_no_route_shows_the_guest_more_than_the_parts_and_nothing_after_the_end(
    call: Any, marked: Any, shared: Any, walk: Any, clock: FixedClock
) -> None:
    number = marked.clue["clue_no"]
    for parts, shown in ((["handling"], set[str]()), (["subjects"], {marked.clue["subjects"][0]["name"]})):
        share = (await shared(parts, expires_at="2026-11-24T00:00:00Z")).json()
        ids = {**marked.ids, "share_id": share["id"]}
        hidden = marked.marks - {marked.clue["id"], number} - shown
        seen = await walk("handler@inv1-xs", ids, only_reads=True, sub=GUEST)
        _shows_none(seen, hidden)
        met = {one.path for one in seen if number in one.said}
        assert met == {"/v1/clues/{clue_id}", "/v1/shares/{share_id}/clue"}
        await call(OWN, "POST", f"/v1/shares/{share['id']}/revoke")
        _shows_none(await walk("handler@inv1-xs", ids, only_reads=True, sub=GUEST), marked.marks - {marked.clue["id"]})
    share = (await shared(["subjects", "allegations"], expires_at="2026-11-24T00:00:00Z")).json()
    ids = {**marked.ids, "share_id": share["id"]}
    clock.advance(days=1)
    _shows_none(await walk("handler@inv1-xs", ids, only_reads=True, sub=GUEST), marked.marks - {marked.clue["id"]})
    assert (await call(OWN, "POST", f"/v1/clues/{marked.clue['id']}/recusals", {"sub": GUEST})).status_code == 201
    everything = await walk("handler@inv1-xs", ids, only_reads=True, sub=GUEST)
    _shows_none(everything, {*marked.marks, share["id"]})


def _shows_none(answers: Any, marks: set[str]) -> None:
    for one in answers:
        assert not [mark for mark in marks if mark in one.said], (one.method, one.path, one.status)
