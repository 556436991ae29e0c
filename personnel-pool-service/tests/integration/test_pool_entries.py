"""Into a pool, through it and out of it, each step by the right people."""

from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from personnel_pool_service.pool_entries.service import announce_due_reviews
from sqlalchemy import text

MANAGER = "pool_manager@pc-xn"
HOME = "home_unit_approver@sup1-xn"
ORG = "org_department@pc-xn"
LEADER = "leader@cdi-xn"
PATH = "/v1/pool-entries"
NEW = {
    "name": "测试新", "home_unit": "sup1-xn", "rank": "section_chief", "gender": "male", "party_member": True,
    "birth_date": "1990-01-01",
}  # fmt: skip


@pytest.fixture
def nominate(call: Any, city: None) -> Any:
    async def post(who: str = HOME, **more: Any) -> dict[str, Any]:
        body = {"cadre": NEW, "pool_kind": "case", **more}
        answer = await call(who, "POST", PATH, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return post


async def move(call: Any, entry: dict[str, Any], verb: str, who: str, **body: Any) -> Any:
    return await call(who, "POST", f"{PATH}/{entry['id']}/{verb}", json=body)


async def admit(call: Any, entry: dict[str, Any]) -> None:
    for verb, who in (("check", MANAGER), ("admit", LEADER)):
        assert (await move(call, entry, verb, who)).status_code == 200


async def test_nominated_checked_admitted_and_only_then_lendable(
    call: Any, nominate: Any, lend: Any, harness: Harness
) -> None:
    entry = await nominate()
    cadre = f"/v1/cadres/{entry['cadre_id']}"
    assert (await call(MANAGER, "GET", cadre)).json()["status"] == "nominated"
    assert (await call(MANAGER, "GET", "/v1/cadres")).json()["items"] == []
    assert (await lend([entry["cadre_id"]])).status_code == 409
    checked = await move(call, entry, "check", MANAGER)
    assert (checked.json()["status"], checked.json()["checked_on"]) == ("checked", "2026-11-23")
    admitted = (await move(call, entry, "admit", LEADER)).json()
    assert (admitted["status"], admitted["review_due_on"]) == ("active", "2027-11-23")
    member = (await call(MANAGER, "GET", cadre)).json()
    assert (member["status"], member["pool_kinds"]) == ("active", ["case"])
    assert (await lend([entry["cadre_id"]])).status_code == 201
    told = [event.type for event in await harness.staged_events("pool.entry")]
    assert told == [f"pool.entry.{word}.v1" for word in ("nominated", "checked", "admitted")]
    assert len(await harness.staged_events("pool.cadre.entered.v1")) == 1
    past = (await call(MANAGER, "GET", f"{PATH}/{entry['id']}/history")).json()["items"]
    assert [one["verb"] for one in past] == ["nominate", "check", "admit"]


async def test_whoever_proposed_or_checked_does_not_decide(call: Any, nominate: Any) -> None:
    entry = await nominate(who="org_department@pc-xn")
    refused = await move(call, entry, "check", ORG)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert (await move(call, entry, "check", MANAGER)).status_code == 200
    assert (await move(call, entry, "admit", ORG)).json()["code"] == "four_eyes"
    assert (await move(call, entry, "admit", MANAGER)).status_code == 403
    assert (await move(call, entry, "admit", LEADER)).status_code == 200


async def test_an_open_clue_asks_for_two_people_and_is_neither_stored_nor_shown(
    call: Any, nominate: Any, clue_desk: Any, resources: Resources, harness: Harness
) -> None:
    entry = await nominate()
    plain = await nominate(cadre={**NEW, "name": "测试旁", "party_member": False})
    clue_desk.subjects = {entry["cadre_id"]}
    with_clue, without = [(await move(call, one, "check", MANAGER)).json() for one in (entry, plain)]
    own = ("id", "cadre_id", "created_at", "updated_at")
    assert with_clue["status"] == "look_needed"
    assert {k: v for k, v in with_clue.items() if k not in own} == {k: v for k, v in without.items() if k not in own}
    states = {event.data["state"] for event in await harness.staged_events("pool.entry.checked.v1")}
    assert states == {"checked"}, "the event does not tell who needs a look"
    async with resources.database.sessions() as session:
        rows = [dict(row._mapping) for row in await session.execute(text("select * from pool_entry order by id"))]
    for row in rows:
        for name in ("id", "cadre_id", "created_at", "updated_at"):
            del row[name]
    assert rows[0] == rows[1], "nothing stored tells an open clue from another doubt"
    assert (await move(call, entry, "admit", LEADER)).status_code == 409
    assert (await move(call, entry, "look", ORG)).json()["status"] == "look_needed"
    assert (await move(call, entry, "look", ORG)).json()["status"] == "look_needed", "the same person twice is one"
    assert (await move(call, entry, "look", LEADER)).json()["status"] == "checked"


async def test_without_clue_services_answer_nobody_is_checked(call: Any, nominate: Any, clue_desk: Any) -> None:
    entry = await nominate()
    clue_desk.status = 503
    assert (await move(call, entry, "check", MANAGER)).status_code in (502, 503)
    assert (await call(MANAGER, "GET", f"{PATH}/{entry['id']}")).json()["status"] == "nominated"


async def test_a_check_goes_stale(call: Any, nominate: Any, clock: Any) -> None:
    entry = await nominate()
    await move(call, entry, "check", MANAGER)
    clock.advance(days=91)
    assert (await move(call, entry, "admit", LEADER)).json()["code"] == "check_outdated"


async def test_a_home_unit_nominates_its_own_and_sees_its_own(call: Any, nominate: Any, new_cadre: Any) -> None:
    other = await new_cadre("insp-xn")
    refused = await call(HOME, "POST", PATH, json={"cadre_id": other, "pool_kind": "case"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_cadre")
    entry = await nominate(who=MANAGER, cadre=None, cadre_id=other)
    assert (await call(HOME, "GET", f"{PATH}/{entry['id']}")).status_code == 404
    assert (await call(HOME, "GET", PATH)).json()["items"] == []
    twice = await call(MANAGER, "POST", PATH, json={"cadre_id": other, "pool_kind": "case"})
    assert (twice.status_code, twice.json()["code"]) == (409, "pool_entry_exists")
    for body in ({"pool_kind": "case"}, {"pool_kind": "case", "cadre_id": other, "cadre": NEW}):
        assert (await call(HOME, "POST", PATH, json=body)).status_code == 422


@pytest.mark.parametrize("verb", ["withdraw", "reject"])
async def test_a_nomination_that_fails_leaves_nobody_behind(call: Any, nominate: Any, verb: str) -> None:
    entry = await nominate()
    await move(call, entry, verb, LEADER)
    assert (await call(MANAGER, "GET", f"/v1/cadres/{entry['cadre_id']}")).json()["status"] == "exited"
    again = await nominate()
    assert again["status"] == "nominated"


async def test_the_yearly_review_is_announced_once_and_concluded_by_another(
    call: Any, nominate: Any, harness: Harness, resources: Resources, clock: Any
) -> None:
    entry = await nominate()
    await admit(call, entry)
    await announce_due_reviews(resources)
    assert await harness.staged_events("pool.entry.review_due.v1") == []
    clock.advance(days=365)
    for _ in range(2):
        await announce_due_reviews(resources)
    due = await harness.staged_events("pool.entry.review_due.v1")
    assert [event.data["due_on"] for event in due] == ["2027-11-23"]
    listed = (await call(MANAGER, "GET", f"{PATH}?review_due_by=2027-11-23")).json()["items"]
    assert [one["id"] for one in listed] == [entry["id"]]
    assert (await move(call, entry, "propose-review", HOME)).status_code == 422
    await move(call, entry, "propose-review", HOME, result="suspend", reason="健康原因")
    concluded = (await move(call, entry, "conclude-review", LEADER)).json()
    assert (concluded["status"], concluded["reviewed_on"]) == ("suspended", "2027-11-23")
    assert (await call(MANAGER, "GET", f"/v1/cadres/{entry['cadre_id']}")).json()["pool_kinds"] == []
    assert (await move(call, entry, "resume", MANAGER)).json()["status"] == "active"


async def test_leaving_takes_two_and_whoever_leaves_the_last_pool_leaves(
    call: Any, nominate: Any, lend: Any, harness: Harness
) -> None:
    entry = await nominate()
    await admit(call, entry)
    lent = (await lend([entry["cadre_id"]])).json()
    proposed = (await move(call, entry, "propose-exit", ORG, ground="post_change")).json()
    assert proposed["status"] == "exit_proposed"
    assert (await move(call, entry, "confirm-exit", ORG)).json()["code"] == "four_eyes"
    assert (await move(call, entry, "decline-exit", LEADER)).json()["status"] == "active"
    await move(call, entry, "propose-exit", ORG, ground="post_change")
    assert (await move(call, entry, "confirm-exit", LEADER)).json()["code"] == "cadre_is_lent"
    await call(MANAGER, "POST", f"/v1/secondments/{lent['id']}/recall", json={"reason": "调整"})
    assert (await move(call, entry, "confirm-exit", LEADER)).json()["status"] == "exited"
    assert (await call(MANAGER, "GET", f"/v1/cadres/{entry['cadre_id']}")).json()["status"] == "exited"
    assert len(await harness.staged_events("pool.cadre.exited.v1")) == 1


async def test_a_suspected_violation_removes_at_once_also_while_lent(call: Any, nominate: Any, lend: Any) -> None:
    entry = await nominate()
    await admit(call, entry)
    await lend([entry["cadre_id"]])
    refused = await move(call, entry, "remove", MANAGER, ground="health")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_at_once")
    assert (await move(call, entry, "remove", MANAGER, ground="suspected_violation")).json()["status"] == "exited"
    assert (await call(MANAGER, "GET", f"/v1/cadres/{entry['cadre_id']}")).json()["status"] == "suspended"


async def test_a_pool_managers_kinds_are_entries_too_and_follow_changes(call: Any, new_cadre: Any, clock: Any) -> None:
    cadre = await new_cadre("sup1-xn", pool_kinds=["case", "expert"])
    clock.advance(days=10)
    patched = {"pool_kinds": ["expert", "inspection_member"]}
    await call(MANAGER, "PATCH", f"/v1/cadres/{cadre}", json=patched, headers={"If-Match": "*"})

    async def on(day: str) -> dict[str, str]:
        found = (await call(HOME, "GET", f"/v1/pool-entry-states?as_of={day}&cadre_id={cadre}")).json()["items"]
        return {one["pool_kind"]: one["status"] for one in found}

    assert await on("2026-11-22") == {}
    assert await on("2026-11-23") == {"case": "active", "expert": "active"}
    assert await on("2026-12-03") == {"case": "exited", "expert": "active", "inspection_member": "active"}
    await call(MANAGER, "POST", f"/v1/cadres/{cadre}/exit")
    assert set((await on("2026-12-03")).values()) == {"exited"}
    assert await on("2026-12-02") == {"case": "active", "expert": "active"}
