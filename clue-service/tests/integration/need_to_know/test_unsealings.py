"""The vault opens to two people, once, with a reason; not to the recused, and not after sealing."""

import asyncio
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from clue_service.unsealings.models import Unsealing
from sqlalchemy import select, text

ASKER, LEADER = "officer@pet-dh", "leader@cdi-dh"


@pytest.fixture
async def asked(call: Any, marked: Any) -> Any:
    """The path of an unsealing that was asked for, of a clue that leaders see."""
    await call(ASKER, "POST", f"/v1/clues/{marked.clue['id']}/accept")
    return f"/v1/unsealings/{marked.ids['unsealing_id']}"


async def test_two_people_open_it_once_and_every_step_is_logged(call: Any, marked: Any, asked: str) -> None:
    assert (await call(ASKER, "POST", f"{asked}/open")).json()["code"] == "move_refused"
    assert (await call("leader@cdi-xs", "POST", f"{asked}/approve")).status_code == 404
    assert (await call("leader@cdi-dh", "GET", asked)).json()["allowed_moves"] == ["approve", "refuse"]
    approved = await call(LEADER, "POST", f"{asked}/approve")
    assert (approved.json()["state"], approved.json()["decided_by"]) == ("approved", LEADER)
    assert (await call(LEADER, "POST", f"{asked}/open")).json()["code"] == "second_person_required"
    key = {"headers": {"Idempotency-Key": "once-only-1"}}
    opened = await call(ASKER, "POST", f"{asked}/open", **key)
    assert opened.headers["cache-control"] == "no-store"
    assert (opened.json()["name"], opened.json()["contact"]) == ("举报人墨痕", "13000000000")
    for again in (await call(ASKER, "POST", f"{asked}/open", **key), await call(ASKER, "GET", asked)):
        assert (again.status_code, again.json()["state"]) == (200, "opened")
        assert "举报人墨痕" not in again.text
    assert (await call(ASKER, "POST", f"{asked}/open")).status_code == 409
    log = await call("auditor@cmo-dh", "GET", f"/v1/audit-entries?object_type=clue&object_id={marked.clue['id']}")
    steps = [one["action"] for one in reversed(log.json()["items"]) if "unsealing" in one["action"]]
    assert steps == ["request_unsealing", "approve_unsealing", "open_unsealing"]
    assert "须核实" not in log.text


async def test_who_reported_a_part_is_read_where_it_is_kept(call: Any, register: Any, harness: Harness) -> None:
    clue = await register(
        "officer@pet-dh",
        allegations=[{"text": "虚报冒领补贴"}, {"text": "上班时间打麻将"}],
        reporter={"identity_type": "real_name", "name": "举报人墨痕", "contact": "13000000000"},
    )
    body = {"parts": [{"allegation_ids": [clue["allegations"][1]["id"]]}], "reason": "r"}
    await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/split", body)
    (event,) = await harness.staged_events("clue.clue.split")
    (part,) = event.data["part_ids"]
    await call("supervisor@cmo-dh", "POST", f"/v1/clues/{part}/accept")
    paths = []
    for _ in range(2):
        asked = await call(ASKER, "POST", f"/v1/clues/{part}/unsealings", {"reason": "须反馈结果"})
        paths.append(f"/v1/unsealings/{asked.json()['id']}")
        assert (await call(LEADER, "POST", f"{paths[-1]}/approve")).status_code == 200
    opened = await call(ASKER, "POST", f"{paths[0]}/open")
    assert (opened.status_code, opened.json().get("name")) == (200, "举报人墨痕"), opened.text
    for one in (clue["id"], part):
        log = await call("auditor@cmo-dh", "GET", f"/v1/audit-entries?object_type=clue&object_id={one}")
        assert [entry["action"] for entry in log.json()["items"]].count("open_unsealing") == 1
    recused = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": ASKER})
    assert recused.status_code == 201
    refused = await call(ASKER, "POST", f"{paths[1]}/open")
    assert refused.status_code in (404, 409), "whoever is recused from the letter does not read who wrote it"
    assert "举报人墨痕" not in refused.text


async def test_nobody_opens_alone_or_late_or_after_a_refusal(
    call: Any, marked: Any, asked: str, clock: FixedClock
) -> None:
    path = f"/v1/clues/{marked.clue['id']}/unsealings"
    own = (await call(LEADER, "POST", path, {"reason": "本人申请"})).json()
    assert (await call(LEADER, "POST", f"/v1/unsealings/{own['id']}/approve")).json()[
        "code"
    ] == "second_person_required"
    assert (await call("principal@cdi-dh", "POST", f"/v1/unsealings/{own['id']}/refuse")).status_code == 200
    assert (await call(LEADER, "POST", f"/v1/unsealings/{own['id']}/open")).status_code == 409
    await call(LEADER, "POST", f"{asked}/approve")
    clock.advance(hours=25)
    late = await call(ASKER, "POST", f"{asked}/open")
    assert (late.status_code, late.json()["state"]) == (409, "expired")
    for who in ("supervisor@cmo-xs", "handler@inv1-dh", "admin@cdi-dh"):
        assert (await call(who, "POST", path, {"reason": "想知道"})).status_code == 404
        assert (await call(who, "GET", asked)).status_code == 404
    other = f"/v1/clues/{marked.other['id']}/unsealings"
    assert (await call(ASKER, "POST", other, {"reason": "想知道"})).json()["code"] == "no_reporter_kept"
    listed = (await call(LEADER, "GET", "/v1/unsealings")).json()["items"]
    assert [one["id"] for one in listed] == [own["id"], asked.rpartition("/")[2]]


async def test_of_many_openings_at_once_one_reads(call: Any, asked: str) -> None:
    await call(LEADER, "POST", f"{asked}/approve")
    answers = await asyncio.gather(*(call(ASKER, "POST", f"{asked}/open") for _ in range(8)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 7
    assert sum("举报人墨痕" in one.text for one in answers) == 1


async def test_whoever_is_recused_meets_no_unsealing(call: Any, marked: Any, asked: str) -> None:
    path = f"/v1/clues/{marked.clue['id']}/recusals"
    await call(LEADER, "POST", f"{asked}/approve")
    for who in (ASKER, LEADER):
        assert (await call(who, "GET", asked)).status_code == 200
        recusal = await call("supervisor@cmo-dh", "POST", path, {"sub": who})
        assert (await call(who, "GET", "/v1/unsealings")).json()["items"] == []
        for method, verb in (("GET", ""), ("POST", "/approve"), ("POST", "/refuse"), ("POST", "/open")):
            assert (await call(who, method, f"{asked}{verb}")).status_code == 404, (who, verb)
        lifted = await call("principal@cdi-dh", "POST", f"/v1/recusals/{recusal.json()['id']}/lift")
        assert lifted.status_code == 200, lifted.text
    opened = await call(ASKER, "POST", f"{asked}/open")
    assert (opened.status_code, opened.json()["name"]) == (200, "举报人墨痕")


async def test_sealing_the_clue_voids_what_was_asked_and_erases_why(
    call: Any, marked: Any, asked: str, resources: Resources
) -> None:
    await call(LEADER, "POST", f"{asked}/approve")
    for who in (ASKER, "supervisor@cmo-dh"):
        sealed = await call(who, "POST", f"/v1/clues/{marked.clue['id']}/seal", {"reason": "above level"})
        assert sealed.status_code == 200, sealed.text
    left = (await call(ASKER, "GET", asked)).json()
    assert (left["state"], left["reason"], left["allowed_moves"]) == ("void", None, [])
    refused = await call(ASKER, "POST", f"{asked}/open")
    assert (refused.status_code, refused.json()["state"]) == (409, "void")
    again = await call(ASKER, "POST", f"/v1/clues/{marked.clue['id']}/unsealings", {"reason": "想知道"})
    assert (again.status_code, again.json()["code"]) == (409, "no_reporter_kept")
    async with engine_session(resources) as session:
        assert (await session.scalars(select(Unsealing.reason_sealed))).all() == [None]


async def test_sealing_and_opening_at_once_come_in_some_order(call: Any, marked: Any, asked: str) -> None:
    await call(LEADER, "POST", f"{asked}/approve")
    path = f"/v1/clues/{marked.clue['id']}/seal"
    await call(ASKER, "POST", path, {"reason": "above level"})
    sealed, *opened = await asyncio.gather(
        call("supervisor@cmo-dh", "POST", path, {"reason": "above level"}),
        *(call(ASKER, "POST", f"{asked}/open") for _ in range(4)),
    )
    assert sealed.status_code == 200
    assert sorted(one.status_code for one in opened) in ([200] + [409] * 3, [409] * 4)
    after = (await call(ASKER, "GET", asked)).json()
    assert after["state"] == ("opened" if any(one.status_code == 200 for one in opened) else "void")
    assert after["reason"] is None


async def test_row_security_shows_an_unsealing_to_its_two_people_only(asked: str, resources: Resources) -> None:
    async def seen(**viewer: Any) -> int:
        async with resources.database.sessions() as session:
            await ask_as(session, Viewer(**viewer))
            return len((await session.scalars(select(Unsealing))).all())

    leader = {"leads": "cdi-dh", "commission": "cdi-dh", "roles": frozenset({"leader"})}
    assert await seen(sub=ASKER) == 1
    assert await seen(sub=LEADER, **leader) == 1
    assert await seen(sub=LEADER, **{**leader, "leads": "cdi-xs"}) == 0
    assert await seen(sub="supervisor@cmo-dh", office_of="cdi-dh", commission="cdi-dh") == 0
    assert await seen(sub=ASKER, service="svc:x") == 0


async def test_the_vault_holds_no_plain_text(register: Any, asked: str, resources: Resources) -> None:
    async with engine_session(resources) as session:
        for table in ("reporter", "unsealing", "audit_entry"):
            rows = await session.scalars(text(f"select t::text from {table} t"))
            assert not [row for row in rows if "墨痕" in row or "核实" in row], table
