"""Clues split by allegation, and clues that two people seal until nothing is left but their number."""

from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from sqlalchemy import text

SECRET = "密封标记七八九"


def mixed(matter: Any) -> dict[str, Any]:
    other = {"category_code": "D6", "text": "钟国梁长期在上班时间打麻将，多次被群众看到。"}
    return {**matter[0], "allegations": [*matter[0]["allegations"], other], "summary": "两件事"}


async def test_an_allegation_becomes_a_clue_of_its_own(
    call: Any, register: Any, matter: Any, harness: Harness, resources: Resources
) -> None:
    clue = await register("officer@pet-dh", mixed(matter))
    bribe, gambling = clue["allegations"]
    body = {"parts": [{"allegation_ids": [gambling["id"]]}], "reason": "r"}
    path = f"/v1/clues/{clue['id']}"
    answer = (await call("supervisor@cmo-dh", "POST", f"{path}/split", body)).json()
    assert answer["status"] == "registered"
    (event,) = await harness.staged_events("clue.clue.split")
    (part_id,) = event.data["part_ids"]
    part = (await call("supervisor@cmo-dh", "GET", f"/v1/clues/{part_id}")).json()
    assert (part["clue_no"], part["split_from_id"]) == ("cdi-dh-2026-000002", clue["id"])
    assert [one["text"] for one in part["allegations"]] == [gambling["text"]]
    assert [one["name"] for one in part["subjects"]] == ["钟国梁"]
    assert [one["moved_to_id"] for one in answer["allegations"]] == [None, part_id]
    assert [one["text"] for one in answer["allegations"]] == [bribe["text"], gambling["text"]], "the original stays"
    assert answer["categories"] == ["C1"]
    assert await harness.run_jobs() == 2
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_key")) == 2
        assert await session.scalar(text("select count(*) from matching_pending")) == 0


async def test_what_left_is_matched_where_it_went(call: Any, register: Any, matter: Any, harness: Harness) -> None:
    clue = await register("officer@pet-dh", mixed(matter))
    body = {"parts": [{"allegation_ids": [clue["allegations"][0]["id"]]}], "reason": "r"}
    await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/split", body)
    await harness.run_jobs()
    (event,) = await harness.staged_events("clue.clue.split")
    later = await register("officer@pet-dh", matter[1])
    likely = [one["clue_id"] for one in later["candidates"] if one["band"] == "likely"]
    assert likely == list(event.data["part_ids"])


@pytest.mark.parametrize("mixed_first", [True, False])
@pytest.mark.parametrize("led_before", [True, False])
async def test_the_lead_of_what_left_does_not_hold_what_stays(
    mixed_first: bool, led_before: bool, call: Any, register: Any, bring: Any, matter: Any, harness: Harness
) -> None:
    forms = [("officer@pet-dh", mixed(matter)), ("officer@pet-xs", matter[1])]
    taken = [await register(who, form) for who, form in (forms if mixed_first else forms[::-1])]
    clue, rival = taken if mixed_first else taken[::-1]
    if led_before:
        await bring(rival, "approved")
    body = {"parts": [{"allegation_ids": [clue["allegations"][0]["id"]]}], "reason": "r"}
    assert (await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/split", body)).status_code == 200
    await harness.run_jobs()
    if not led_before:
        await bring(rival, "approved")
    await bring(clue, "approved")
    (event,) = await harness.staged_events("clue.clue.split")
    (part_id,) = event.data["part_ids"]
    part = await bring({"id": part_id, "commission": "cdi-dh"}, "assigned")
    proposal = {"method": "talk_inquiry", "reason": "r"}
    refused = await call("handler@inv1-dh", "POST", f"/v1/clues/{part['id']}/propose-disposition", proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_led_elsewhere")
    assert refused.json()["route"]["unit"] == "cdi-xs"


async def test_nothing_is_a_repeat_of_what_was_sealed(call: Any, register: Any, matter: Any) -> None:
    first = await register("officer@pet-dh", matter[0])
    later = await register("officer@pet-dh", matter[1])
    for who in ("officer@pet-dh", "supervisor@cmo-dh"):
        assert (await call(who, "POST", f"/v1/clues/{first['id']}/seal", {"reason": "r"})).status_code == 200
    body = {"first_clue_id": first["id"]}
    answer = await call("supervisor@cmo-dh", "POST", f"/v1/clues/{later['id']}/retain-as-repeat", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_a_first_clue")


async def test_a_split_leaves_something_and_takes_nothing_twice(call: Any, register: Any, matter: Any) -> None:
    clue = await register("officer@pet-dh", mixed(matter))
    first, second = (one["id"] for one in clue["allegations"])
    path = f"/v1/clues/{clue['id']}/split"
    wrong = {
        "nothing_stays": [[first, second]],
        "not_a_part": [[first], [first]],
    }
    for code, parts in wrong.items():
        body = {"parts": [{"allegation_ids": ids} for ids in parts], "reason": "r"}
        answer = await call("supervisor@cmo-dh", "POST", path, body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    body = {"parts": [{"allegation_ids": [first]}], "reason": "r"}
    assert (await call("supervisor@cmo-dh", "POST", path, body)).status_code == 200
    again = await call("supervisor@cmo-dh", "POST", path, body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "not_a_part")


async def everything(resources: Resources) -> str:
    """Every row of every table but those of the engine's counts, as text."""
    async with engine_session(resources) as session:
        tables = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        rows = [
            str(list((await session.execute(text(f'select t::text from "{table}" t'))).scalars()))
            for table in tables.all()
        ]
    return "\n".join(rows)


async def test_two_people_erase_all_but_the_number(
    call: Any, register: Any, matter: Any, bring: Any, harness: Harness, resources: Resources
) -> None:
    form = {
        **matter[0],
        "summary": SECRET,
        "subjects": [{"name": SECRET, "unit_name": "夏宁市住房和城乡建设局", "id_number": "110101199003070134"}],
        "reporter": {"identity_type": "real_name", "name": "反映人", "contact": "139"},
        "origin_ref": "seal:1",
    }
    other = await register("officer@pet-xs", matter[0])
    twin = await register("officer@pet-dh", matter[1])
    clue = await register("officer@pet-dh", form)
    await bring(clue, "proposed", method="closed")
    (pair, *_) = [one for one in clue["candidates"] if not one["blind"]]
    await call(
        "supervisor@cmo-dh", "POST", f"/v1/candidates/{pair['id']}/decide", {"decision": "same", "reason": SECRET}
    )
    path = f"/v1/clues/{clue['id']}"
    named = {"members": [], "reason": SECRET}
    assert (await call("principal@cdi-dh", "POST", f"{path}/change-members", named)).status_code == 200
    asked = (await call("officer@pet-dh", "POST", f"{path}/seal", {"reason": "above level"})).json()
    assert (asked["status"], asked["seal_requested_by"]) == ("disposition_proposed", "officer@pet-dh")
    alone = await call("officer@pet-dh", "POST", f"{path}/seal", {"reason": "above level"})
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_required")
    assert SECRET in await everything(resources)
    sealed = (await call("supervisor@cmo-dh", "POST", f"{path}/seal", {"reason": "above level"})).json()
    assert (sealed["status"], sealed["clue_no"]) == ("sealed", clue["clue_no"])
    assert (sealed["subjects"], sealed["allegations"], sealed["summary"], sealed["reporter"]) == ([], [], None, None)
    assert (sealed["candidates"], sealed["matter_ids"], sealed["allowed_moves"]) == ([], [], [])
    assert SECRET not in await everything(resources)
    async with engine_session(resources) as session:
        for table in ("clue_key", "clue_subject", "clue_allegation", "reporter", "overlap_alert_clue"):
            query = text(f"select count(*) from {table} where clue_id = :id")
            assert await session.scalar(query, {"id": clue["id"]}) == 0, table
    again = await call("officer@pet-dh", "POST", "/v1/clues", form)
    assert (again.status_code, again.json()["status"]) == (200, "sealed"), "a retry does not bring it back"
    (event,) = await harness.staged_events("clue.clue.sealed")
    assert event.data["subject_units"] == []
    for who, left in (("xs", other), ("dh", twin)):
        seen = await call(f"supervisor@cmo-{who}", "GET", f"/v1/clues/{left['id']}")
        assert seen.status_code == 200
        assert clue["id"] not in seen.text


async def test_a_sealed_clue_leaves_its_alert(call: Any, register: Any, matter: Any) -> None:
    await register("officer@pet-xs", matter[0])
    clue = await register("officer@pet-dh", matter[1])
    (alert,) = (await call("supervisor@cmo-xs", "GET", "/v1/overlap-alerts")).json()["items"]
    assert [part["unit"] for part in alert["commissions"]] == ["cdi-dh", "cdi-xs"]
    for who in ("officer@pet-dh", "supervisor@cmo-dh"):
        await call(who, "POST", f"/v1/clues/{clue['id']}/seal", {"reason": "r"})
    (alert,) = (await call("supervisor@cmo-xs", "GET", "/v1/overlap-alerts")).json()["items"]
    assert (alert["state"], [part["unit"] for part in alert["commissions"]]) == ("resolved", ["cdi-xs"])


async def test_what_nobody_received_is_sealed_with_its_clue(call: Any, register: Any, resources: Resources) -> None:
    clue = await register("officer@pet-dh", summary=SECRET)
    body = {"to_unit": "cdi-xs", "reason": SECRET}
    sent = (await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/forward", body)).json()
    for who in ("officer@pet-dh", "supervisor@cmo-dh"):
        assert (await call(who, "POST", f"/v1/clues/{clue['id']}/seal", {"reason": "r"})).status_code == 200
    path = f"/v1/clue-transfers/{sent['transfer_id']}/receive"
    assert (await call("officer@pet-xs", "POST", path)).status_code == 409
    assert SECRET not in await everything(resources)
