"""Two people let a clue's content go once nothing holds it; what is left is its number and who did it."""

import asyncio
from typing import Any

import pytest
from chassis.audit_proof import prove
from chassis.clock import FixedClock
from chassis.seals import seal_entries
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

PATH = "/v1/clue-deletions"
OFFICE, PRINCIPAL, LEADER = "supervisor@cmo-dh", "principal@cdi-dh", "leader@cdi-dh"
SECRET = "销毁标记䶮"
BODY = {"basis": "retention_expired", "reason": f"{SECRET}期满"}
LONG = 366 * 31


@pytest.fixture
def archived(call: Any, register: Any, bring: Any) -> Any:
    """``await archived()`` → a clue that ended and was archived, full of what must not stay."""

    async def make(**changes: Any) -> Any:
        form = {
            "summary": SECRET,
            "subjects": [{"name": SECRET, "unit_name": "夏宁市住房和城乡建设局", "id_number": "110101199003070134"}],
            "allegations": [{"category_code": "D6", "text": SECRET}],
            "origin_ref": "gone:1",
            **changes,
        }
        clue = await bring(await register("officer@pet-dh", **form), "approved")
        steps = (
            (PRINCIPAL, "change-members", {"members": [], "reason": SECRET}),
            ("handler@inv1-dh", "record-result", {"outcome": "accepted_explanation", "note": SECRET}),
            (OFFICE, "archive", None),
        )
        for who, verb, body in steps:
            answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
            assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture
def ask(call: Any) -> Any:
    async def go(clue: Any, who: str = OFFICE, expect: int = 201, **more: Any) -> Any:
        answer = await call(who, "POST", PATH, {**BODY, "clue_id": clue["id"]}, **more)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def decide(call: Any) -> Any:
    async def go(item: Any, verb: str = "approve", who: str = PRINCIPAL, expect: int = 200, **more: Any) -> Any:
        body = {"reason": "不同意"} if verb == "refuse" else None
        answer = await call(who, "POST", f"{PATH}/{item['id']}/{verb}", body, **more)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


async def everything(resources: Resources) -> str:
    async with engine_session(resources) as session:
        tables = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        return "\n".join(
            [str(list(await session.scalars(text(f'select t::text from "{table}" t')))) for table in tables.all()]
        )


async def test_nothing_but_a_tombstone_is_left(
    archived: Any, ask: Any, decide: Any, call: Any, register: Any, clock: FixedClock, harness: Harness,
    resources: Resources,
) -> None:  # fmt: skip
    reporter = {"identity_type": "real_name", "name": "反映人", "contact": "139"}
    clue = await archived()
    path = f"/v1/clues/{clue['id']}"
    topic = {
        "kind": "important_clue", "topic": SECRET, "participants": [{"unit": "inv1-dh"}], "clue_ids": [clue["id"]],
    }  # fmt: skip
    talk = (await call(OFFICE, "POST", "/v1/consultations", topic)).json()
    assert (await call(OFFICE, "POST", f"/v1/consultations/{talk['id']}/cancel", {"reason": SECRET})).status_code == 200
    order = {
        "trigger": "overdue", "method": "letter", "target_unit": "inv1-dh", "demand": SECRET, "clue_id": clue["id"],
    }  # fmt: skip
    pressed = (await call(OFFICE, "POST", "/v1/supervised-handlings", order)).json()
    gone = await call(OFFICE, "POST", f"/v1/supervised-handlings/{pressed['id']}/withdraw", {"reason": SECRET})
    assert gone.status_code == 200, gone.text
    clock.advance(days=LONG)
    item = await ask(clue)
    assert (item["state"], item["kept_until"]) == ("requested", "2056-11-23")
    assert SECRET in await everything(resources)
    done = await decide(item)
    assert (done["state"], done["clue_no"], done["basis"]) == ("approved", clue["clue_no"], "retention_expired")
    assert (done["requested_by"], done["decided_by"], done["reason"]) == (OFFICE, PRINCIPAL, None)
    assert SECRET not in await everything(resources)
    left = (await call(OFFICE, "GET", path)).json()
    assert (left["status"], left["clue_no"], left["version"]) == ("deleted", clue["clue_no"], clue["version"] + 1)
    assert (left["subjects"], left["allegations"], left["summary"], left["allowed_moves"]) == ([], [], None, [])
    (event,) = await harness.staged_events("clue.clue.deleted")
    assert (event.data["clue_id"], event.data["basis"]) == (clue["id"], "retention_expired")
    assert (event.data["subject_units"], event.data["due_at"]) == ([], None)
    again = await call("officer@pet-dh", "POST", "/v1/clues", {
        "source_code": "PETITION", "received_on": "2026-11-20", "origin_ref": "gone:1",
        "allegations": [{"text": "x"}], "reporter": reporter,
    })  # fmt: skip
    assert (again.status_code, again.json()["id"]) == (200, clue["id"]), "a retry does not bring it back"
    later = await register("officer@pet-dh", origin_ref="gone:2", allegations=[{"text": SECRET}])
    assert later["clue_no"].endswith("-000001"), "a new year counts anew"
    assert later["candidates"] == [], "matching does not meet it any more"
    steps = (await call(OFFICE, "GET", f"{path}/timeline")).json()["items"]
    assert (steps[-1]["action"], steps[-1]["actor"], steps[-1]["to_status"]) == ("delete", PRINCIPAL, "deleted")


async def test_the_number_stays_and_the_log_is_still_proven(
    archived: Any, ask: Any, decide: Any, register: Any, clock: FixedClock, resources: Resources
) -> None:
    clue = await archived()
    other = await register("officer@pet-dh", origin_ref="stays:1")
    clock.advance(days=LONG)
    await decide(await ask(clue))
    async with engine_session(resources) as session:
        numbers = await session.scalars(text("select clue_no from clue order by clue_no"))
        assert list(numbers) == [clue["clue_no"], other["clue_no"]]
    await seal_entries(resources.database, resources.keys)
    proof = await prove(resources.database, resources.keys, [])
    assert (proof.is_proven, proof.waiting) == (True, 0)
    assert proof.entries > 10


async def test_one_person_is_not_two(
    archived: Any, ask: Any, decide: Any, clock: FixedClock, call: Any, resources: Resources
) -> None:
    clue = await archived()
    clock.advance(days=LONG)
    own = await ask(clue, who=PRINCIPAL)
    assert (await decide(own, expect=403))["code"] == "own_draft"
    assert (await decide(own, who="deputy@cdi-dh", expect=403))["code"] == "role_required"
    assert (await decide(own, who=OFFICE, expect=403))["code"] == "role_required"
    for who in ("principal@cdi-xs", "principal@cdi-xn", "handler@inv1-dh", "auditor@cmo-dh"):
        assert (await call(who, "GET", f"{PATH}/{own['id']}")).status_code == 404, who
    assert (await ask(clue, expect=409))["code"] == "deletion_exists"
    refused = await decide(own, "refuse", who=LEADER)
    assert (refused["state"], refused["decided_by"]) == ("refused", LEADER)
    assert (await decide(own, who=LEADER, expect=409))["allowed_moves"] == []
    async with resources.database.sessions() as session:
        with pytest.raises(DBAPIError, match="two people"):
            await session.execute(text("select erase_deleted_clue(:id)"), {"id": clue["id"]})
    async with resources.database.sessions() as session:
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(text("select erase_clue(:id)"), {"id": clue["id"]})


async def test_what_holds_it(
    archived: Any, ask: Any, decide: Any, call: Any, register: Any, bring: Any, clock: FixedClock
) -> None:
    early = await ask(await archived(), expect=409)
    assert (early["code"], early["holds"], early["kept_until"]) == ("clue_held", ["retention"], "2056-11-23")
    running = await register("officer@pet-dh", origin_ref="held:1")
    filed = await bring(
        await register("officer@pet-dh", origin_ref="held:2"), "approved", method="preliminary_verification"
    )
    for who, verb, body in (
        ("handler@inv1-dh", "record-result", {"outcome": "case_filed", "approved_by": "principal@cdi-dh"}),
        (OFFICE, "archive", None),
    ):
        assert (await call(who, "POST", f"/v1/clues/{filed['id']}/{verb}", body)).status_code == 200
    clock.advance(days=LONG)
    assert (await ask(running, expect=409))["holds"] == ["under_review"]
    assert (await ask(filed, expect=409))["holds"] == ["permanent"]


async def test_what_led_to_a_case_elsewhere_is_kept_for_ever_too(
    ask: Any, call: Any, register: Any, clock: FixedClock, harness: Any
) -> None:
    clue = await register("officer@pet-dh", origin_ref="held:3")
    path = f"/v1/clues/{clue['id']}"
    away = {"to_body": "夏宁市公安局", "reason": "r", "approved_by": "principal@cdi-dh"}
    sent = (await call(OFFICE, "POST", f"{path}/transfer", away)).json()
    told = f"/v1/clue-transfers/{sent['transfer_id']}/record-result"
    assert (await call(OFFICE, "POST", told, {"outcome": "case_filed", "four_forms": 4})).status_code == 200
    await harness.run_jobs()
    assert (await call(OFFICE, "POST", f"{path}/archive")).status_code == 200
    clock.advance(days=LONG)
    assert (await ask(clue, expect=409))["holds"] == ["permanent"]


async def test_an_open_matter_or_proceeding_holds_it_also_when_it_opened_after_it_was_asked(
    archived: Any, ask: Any, decide: Any, call: Any, unlike: Any, pair_up: Any, clock: FixedClock
) -> None:
    clue = await archived()
    clock.advance(days=LONG)
    item = await ask(clue)
    order = {
        "trigger": "overdue", "method": "letter", "target_unit": "inv1-dh", "demand": "d", "clue_id": clue["id"],
    }  # fmt: skip
    pressed = (await call(OFFICE, "POST", "/v1/supervised-handlings", order)).json()
    assert (await decide(item, expect=409))["holds"] == ["open_proceeding"]
    await call(OFFICE, "POST", f"/v1/supervised-handlings/{pressed['id']}/withdraw", {"reason": "r"})
    running = await unlike(3)
    pair = await pair_up(clue, running)
    verdict = await call(OFFICE, "POST", f"/v1/candidates/{pair}/decide", {"decision": "same", "reason": "r"})
    assert verdict.status_code == 200, verdict.text
    assert "open_matter" in (await decide(item, expect=409))["holds"]
    left = (await call(OFFICE, "GET", f"/v1/clues/{clue['id']}")).json()
    assert left["status"] == "archived"


async def test_whoever_is_recused_or_reported_on_decides_nothing(
    archived: Any, ask: Any, decide: Any, call: Any, clock: FixedClock, client: Any, headers: Any
) -> None:
    clue = await archived(subjects=[{"name": "严守成", "person_code": "principal7@cdi-dh"}])
    clock.advance(days=LONG)
    item = await ask(clue)
    assert (await decide(item, who="principal7@cdi-dh", expect=403))["code"] == "subject_of_clue"
    recusal = await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": PRINCIPAL})
    assert recusal.status_code == 201, recusal.text
    for method, verb in (("GET", ""), ("POST", "/approve"), ("POST", "/withdraw")):
        assert (await call(PRINCIPAL, method, f"{PATH}/{item['id']}{verb}")).status_code == 404
    assert (await call(PRINCIPAL, "GET", PATH)).json()["items"] == []
    assert (await decide(item, who=LEADER))["state"] == "approved"


async def test_of_two_approvals_at_once_one_wins(
    archived: Any, ask: Any, call: Any, clock: FixedClock, harness: Harness
) -> None:
    clue = await archived()
    clock.advance(days=LONG)
    item = await ask(clue)
    people = [PRINCIPAL, LEADER, "leader2@cdi-dh", "principal2@cdi-dh"]
    answers = await asyncio.gather(*(call(who, "POST", f"{PATH}/{item['id']}/approve") for who in people))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"move_refused"}
    assert len(await harness.staged_events("clue.clue.deleted")) == 1


async def test_deleting_and_sealing_or_sharing_at_once_come_in_some_order(
    archived: Any, ask: Any, call: Any, clock: FixedClock, resources: Resources
) -> None:
    for n in range(3):
        clue = await archived(origin_ref=f"race:{n}")
        clock.advance(days=LONG)
        item = await ask(clue)
        seal = f"/v1/clues/{clue['id']}/seal"
        both = await asyncio.gather(
            call(PRINCIPAL, "POST", f"{PATH}/{item['id']}/approve"),
            call(LEADER, "POST", seal, {"reason": "r"}),
        )
        assert [one.status_code for one in both] in ([200, 409], [409, 200]), [one.text for one in both]
        left = (await call(OFFICE, "GET", f"/v1/clues/{clue['id']}")).json()
        if both[0].status_code == 200:
            assert left["status"] == "deleted"
            assert both[1].json()["allowed_moves"] == []
            continue
        assert both[0].json()["holds"] == ["retention", "changed_since"], "somebody did something with it meanwhile"
        await call(OFFICE, "POST", seal, {"reason": "r"})
        void = (await call(OFFICE, "GET", f"{PATH}/{item['id']}")).json()
        assert (void["state"], void["reason"], void["allowed_moves"]) == ("void", None, [])
    assert SECRET not in await everything(resources)


async def test_nothing_is_added_to_what_is_gone(
    archived: Any, ask: Any, decide: Any, call: Any, clock: FixedClock, client: Any, headers: Any
) -> None:
    clue = await archived()
    clock.advance(days=LONG)
    await decide(await ask(clue))
    for verb, body in (("seal", {"reason": "r"}), ("reopen", {"reason": "r"}), ("archive", None)):
        answer = await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
        assert (answer.status_code, answer.json()["state"]) == (409, "deleted")
    wanted = {"basis": "meeting", "reason": "r", "clue_id": clue["id"]}
    assert (await call(OFFICE, "POST", "/v1/clue-exports", wanted)).json()["code"] == "nothing_to_export"
    assert (await ask(clue, expect=409))["holds"] == ["under_review"]


async def test_a_repeat_can_be_archived_and_then_deleted(
    register: Any, ask: Any, decide: Any, call: Any, clock: FixedClock
) -> None:
    first = await register("officer@pet-dh", origin_ref="r:1")
    repeat = await register("officer@pet-dh", origin_ref="r:2")
    path = f"/v1/clues/{repeat['id']}"
    body = {"first_clue_id": first["id"]}
    assert (await call(OFFICE, "POST", f"{path}/retain-as-repeat", body)).status_code == 200
    assert (await call(OFFICE, "POST", f"{path}/archive")).status_code == 200
    clock.advance(days=366 * 11)
    assert (await ask(repeat, expect=409))["holds"] == ["open_matter"]
    for verb, more in (("decline", {"ground": "no_content", "reason": "r"}), ("archive", None)):
        assert (await call(OFFICE, "POST", f"/v1/clues/{first['id']}/{verb}", more)).status_code == 200
    done = await decide(await ask(repeat))
    assert (done["state"], done["kept_until"]) == ("approved", "2036-11-23")
    kept = (await call(OFFICE, "GET", f"/v1/clues/{first['id']}")).json()
    assert kept["allegations"], "the other clue of the matter keeps what it says"
    assert kept["matter_ids"] == []
