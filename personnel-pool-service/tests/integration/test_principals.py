"""Principals over HTTP."""

import asyncio
from typing import Any

from chassis.directory import holders_of
from chassis.testing.harness import Harness
from sqlalchemy import text

BODY = {"unit": "sup1-xn", "roles": ["handler"], "clearance": "internal"}


async def test_the_issuer_records_a_principal_once_and_repeats_change_nothing(call: Any, harness: Harness) -> None:
    answers = [await call("service", "PUT", "/v1/principals/u1", json=BODY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    events = await harness.staged_events("pool.principal.upserted.v1")
    assert len(events) == 1
    assert events[0].data["unit"] == "sup1-xn"


async def test_name_and_contact_stay_here_and_the_contact_is_sealed(call: Any, harness: Harness) -> None:
    body = {**BODY, "name": "测试甲", "contact": "13800000000"}
    await call("service", "PUT", "/v1/principals/u1", json=body)
    event = (await harness.staged_events("pool.principal"))[0]
    assert {"name", "contact"}.isdisjoint(event.data)
    async with harness.resources.database.sessions() as session:
        stored = await session.scalar(text("select row_to_json(p)::text from principal p"))
    assert "13800000000" not in str(stored)
    assert (await call("service", "GET", "/v1/principals/u1")).json()["contact"] == "13800000000"
    assert (await call("platform_admin", "GET", "/v1/principals/u1")).json()["contact"] is None


async def test_a_unit_nobody_knows_is_accepted(call: Any) -> None:
    answer = await call("service", "PUT", "/v1/principals/u2", json={**BODY, "unit": "nowhere-yet"})
    assert answer.status_code == 201
    nobody = await call("service", "PUT", "/v1/principals/u3", json={"unit": None, "roles": ["platform_admin"]})
    assert nobody.status_code == 201


async def test_what_is_not_sent_stays_and_what_is_sent_as_null_goes(call: Any, new_cadre: Any) -> None:
    cadre_id = await new_cadre("sup1-xn", sub="u1")
    kept = await call("service", "PUT", "/v1/principals/u1", json=BODY)
    assert kept.json()["cadre_id"] == cadre_id
    gone = await call("service", "PUT", "/v1/principals/u1", json={**BODY, "cadre_id": None})
    assert gone.json()["cadre_id"] is None


async def test_the_own_copy_answers_who_holds_a_role(call: Any, harness: Harness) -> None:
    await call("service", "PUT", "/v1/principals/u1", json=BODY)
    await call("service", "PUT", "/v1/principals/u1", json={**BODY, "roles": ["leader", "handler"]})
    async with harness.resources.database.sessions() as session:
        assert await holders_of(session, "sup1-xn", ["leader"]) == ["u1"]


async def test_the_person_reads_itself_and_nobody_else(call: Any) -> None:
    await call("service", "PUT", "/v1/principals/u1", json=BODY)
    assert (await call("handler@sup1-xn", "GET", "/v1/principals/u1", sub="u1")).status_code == 200
    assert (await call("handler@sup1-xn", "GET", "/v1/principals/u1", sub="u2")).status_code == 403
    assert (await call("pool_manager@sup1-xn", "PUT", "/v1/principals/u1", json=BODY)).status_code == 403


async def test_many_writers_of_a_new_principal_meet_in_one_row(call: Any, harness: Harness) -> None:
    answers = await asyncio.gather(
        *(call("service", "PUT", "/v1/principals/u9", json={**BODY, "roles": [f"role_{n}"]}) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    versions = [event.version for event in await harness.staged_events("pool.principal")]
    assert versions == list(range(1, 11))


async def test_a_sub_with_odd_characters_has_an_address_of_its_own(call: Any) -> None:
    answer = await call("service", "PUT", "/v1/principals/svc%3Aclue%7C1", json=BODY)
    assert answer.json()["sub"] == "svc:clue|1"
    page = (await call("service", "GET", "/v1/principals?role=handler")).json()
    assert [one["sub"] for one in page["items"]] == ["svc:clue|1"]
    assert (await call("service", "PUT", "/v1/principals/a%00b", json=BODY)).status_code == 422


async def test_the_sub_may_be_repeated_and_the_unit_left_out(call: Any) -> None:
    bare = {"sub": "u4", "roles": ["platform_admin"]}
    assert (await call("platform_admin", "PUT", "/v1/principals/u4", json=bare)).status_code == 201
    other = await call("platform_admin", "PUT", "/v1/principals/u5", json=bare)
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/sub")


async def test_a_cadre_nobody_knows_is_named_as_the_fault(call: Any) -> None:
    body = {**BODY, "cadre_id": "00000000-0000-7000-8000-000000000001"}
    answer = await call("platform_admin", "PUT", "/v1/principals/u6", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_cadre")
    assert answer.json()["errors"][0]["pointer"] == "/cadre_id"
