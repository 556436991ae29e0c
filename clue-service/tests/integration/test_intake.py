"""Taking clues in: everything the form may hold, everything it may not, numbers, origins, the vault."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from sqlalchemy import text

OFFICER = "officer@pet-dh"
FULL: dict[str, Any] = {
    "source_code": "PETITION",
    "channel": "letter",
    "received_on": "2026-11-20",
    "subjects": [
        {
            "name": "张建国",
            "unit_name": "夏宁市住房和城乡建设局",
            "unit_code": None,
            "post": "局长",
            "rank": None,
            "id_number": "110101199003070000",
            "person_code": None,
        }
    ],
    "allegations": [
        {
            "category_code": "C1",
            "text": "收受承建商现金。",
            "occurred_from": "2021-03-01",
            "occurred_to": None,
            "place": None,
            "amount_cny": 50000,
        }
    ],
    "reporter": {"identity_type": "real_name", "name": "标记人甲", "contact": "标记电话-1"},
    "receiving_unit": None,
    "summary": None,
    "origin_ref": None,
    "secrecy_level": "internal",
    "overlap_policy": "announce",
}
MINIMAL = {"source_code": "OTHER", "received_on": "2026-11-23", "allegations": [{"text": "一"}]}


async def test_a_full_form_is_registered_with_number_state_and_etag(call: Any, harness: Harness) -> None:
    answer = await call(OFFICER, "POST", "/v1/clues", FULL)
    assert answer.status_code == 201
    clue = answer.json()
    assert answer.headers["location"] == f"/v1/clues/{clue['id']}"
    assert answer.headers["etag"] == f'"{clue["version"]}"' == '"1"'
    assert (clue["clue_no"], clue["status"], clue["closure"]) == ("cdi-dh-2026-000001", "registered", None)
    assert (clue["commission"], clue["receiving_unit"], clue["registered_by"]) == ("cdi-dh", "pet-dh", OFFICER)
    assert clue["subjects"][0]["resolved_unit"] == "su-housing"
    assert clue["subjects"][0]["has_id_number"] is True
    assert clue["allegations"][0]["amount_cny"] == 50000
    assert clue["reporter"] == {"identity_type": "real_name"}
    assert clue["candidates"] == []
    (event,) = await harness.staged_events("clue.clue")
    assert (event.type, event.version, event.headers["heli-commission"]) == ("clue.clue.registered.v1", 1, "cdi-dh")
    assert event.data["subject_units"] == ["su-housing"]
    assert event.data["registered_by"] == OFFICER
    got = await call(OFFICER, "GET", f"/v1/clues/{clue['id']}")
    assert (got.status_code, got.json(), got.headers["etag"]) == (200, clue, '"1"')


async def test_the_smallest_form_is_enough(call: Any) -> None:
    answer = await call(OFFICER, "POST", "/v1/clues", MINIMAL)
    assert answer.status_code == 201
    clue = answer.json()
    assert (clue["subjects"], clue["reporter"], clue["overlap_policy"]) == ([], None, "announce")


async def test_an_allegation_of_a_hundred_thousand_characters_is_taken(call: Any) -> None:
    form = {**MINIMAL, "allegations": [{"text": "某局长收钱。" * 16_666}]}
    assert (await call(OFFICER, "POST", "/v1/clues", form)).status_code == 201
    form["allegations"] = [{"text": "一" * 100_001}]
    assert (await call(OFFICER, "POST", "/v1/clues", form)).status_code == 422


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"source_code": "GOSSIP"}, "/source_code", "enum"),
    ({"channel": "pigeon"}, "/channel", "enum"),
    ({"received_on": "2026-11-24"}, "/received_on", "in_the_future"),
    ({"received_on": "yesterday"}, "/received_on", "date_from_datetime_parsing"),
    ({"allegations": []}, "/allegations", "too_short"),
    ({"allegations": [{"text": "  "}]}, "/allegations/0/text", "string_too_short"),
    ({"allegations": [{"text": "一", "category_code": "Z9"}]}, "/allegations/0/category_code", "enum"),
    ({"allegations": [{"text": "一", "amount_cny": -1}]}, "/allegations/0/amount_cny", "greater_than_equal"),
    (
        {"allegations": [{"text": "一", "occurred_from": "2021-02-01", "occurred_to": "2021-01-01"}]},
        "/allegations/0",
        "period_reversed",
    ),
    ({"subjects": [{"post": "局长"}]}, "/subjects/0", "subject_unnamed"),
    ({"subjects": [{"unit_code": "no-such"}]}, "/subjects/0/unit_code", "unknown_unit"),
    ({"receiving_unit": "no-such"}, "/receiving_unit", "unknown_unit"),
    ({"receiving_unit": "\x1a/../principals"}, "/receiving_unit", "unknown_unit"),
    ({"reporter": {"identity_type": "real_name", "name": "标记人甲"}}, "/reporter", "real_name_incomplete"),
    ({"reporter": {"identity_type": "pseudonym"}}, "/reporter/identity_type", "enum"),
    ({"secrecy_level": "top"}, "/secrecy_level", "enum"),
    ({"overlap_policy": "loud"}, "/overlap_policy", "enum"),
    ({"origin_ref": "with space"}, "/origin_ref", "string_pattern_mismatch"),
    ({"mood": 1}, "/mood", "extra_forbidden"),
    ({"urgency": 1}, "/urgency", "enum"),
]


async def test_a_wrong_field_is_named_and_nothing_is_stored(call: Any, resources: Resources) -> None:
    for change, pointer, code in WRONG:
        answer = await call(OFFICER, "POST", "/v1/clues", {**MINIMAL, **change})
        assert answer.status_code == 422, change
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue")) == 0


async def test_only_intake_officers_supervisors_and_services_register(call: Any) -> None:
    for who in ("handler@inv1-dh", "leader@cdi-dh", "admin@pc-xn", "auditor@cdi-dh"):
        answer = await call(who, "POST", "/v1/clues", MINIMAL)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required"), who


async def test_nobody_registers_for_another_commission(call: Any) -> None:
    answer = await call(OFFICER, "POST", "/v1/clues", {**MINIMAL, "receiving_unit": "cdi-xs"})
    assert (answer.status_code, answer.json()["code"]) == (403, "receiving_unit_not_yours")
    answer = await call(OFFICER, "POST", "/v1/clues", {**MINIMAL, "receiving_unit": "cmo-dh"})
    assert (answer.status_code, answer.json()["receiving_unit"]) == (201, "cmo-dh")


async def test_a_service_says_who_receives_and_acts_for_a_person(call: Any) -> None:
    answer = await call("service@", "POST", "/v1/clues", MINIMAL)
    assert answer.json()["errors"][0]["pointer"] == "/receiving_unit"
    form = {**MINIMAL, "source_code": "INSPECTION", "receiving_unit": "cdi-xn", "origin_ref": "finding:1"}
    acting = {"Heli-Acting-Sub": "inspector-1"}
    first = await call("service@", "POST", "/v1/clues", form, sub="svc:inspection-service", headers=acting)
    assert (first.status_code, first.json()["registered_by"], first.json()["candidates"]) == (201, "inspector-1", [])
    again = await call("service@", "POST", "/v1/clues", form, sub="svc:inspection-service", headers=acting)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    seen = await call("supervisor@cmo-xn", "GET", "/v1/clues?source=INSPECTION")
    assert [clue["origin_ref"] for clue in seen.json()["items"]] == ["finding:1"]


async def test_one_origin_makes_one_clue_also_at_the_same_moment(call: Any) -> None:
    form = {**MINIMAL, "origin_ref": "hotline:7"}
    answers = await asyncio.gather(*(call(OFFICER, "POST", "/v1/clues", form) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await call("officer@pet-xs", "POST", "/v1/clues", form)
    assert other.status_code == 201
    other = await call(OFFICER, "POST", "/v1/clues", {**form, "source_code": "AUDIT"})
    assert other.status_code == 201


async def test_numbers_have_neither_gaps_nor_doubles_under_load(call: Any) -> None:
    forms = [MINIMAL] * 12 + [{**MINIMAL, "received_on": "2027-01-01"}] * 4
    answers = await asyncio.gather(*(call(OFFICER, "POST", "/v1/clues", form) for form in forms))
    numbers = sorted(answer.json()["clue_no"] for answer in answers if answer.status_code == 201)
    assert numbers == [f"cdi-dh-2026-{n:06d}" for n in range(1, 13)]


async def test_a_repeat_under_one_key_is_one_clue(call: Any) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await call(OFFICER, "POST", "/v1/clues", FULL, headers=key)
    again = await call(OFFICER, "POST", "/v1/clues", FULL, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await call(OFFICER, "POST", "/v1/clues", MINIMAL, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await call(OFFICER, "GET", "/v1/clues")).json()["items"]) == 1


async def test_the_reporter_is_nowhere_in_plain_text(call: Any, resources: Resources) -> None:
    clue = (await call(OFFICER, "POST", "/v1/clues", FULL)).json()
    async with engine_session(resources) as session:
        names = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        for name in list(names):
            rows = await session.scalars(text(f"select t::text from {name} t"))
            assert not [row for row in rows if "标记" in row or "110101199003070000" in row], name
        sealed = await session.scalar(text("select sealed from reporter"))
    opened = resources.keys.open(sealed, f"reporter:{clue['id']}").decode()
    assert "标记人甲" in opened
    assert "标记电话-1" in opened


async def test_a_crash_between_the_two_transactions_is_made_good_by_the_worker(
    call: Any, resources: Resources, matter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clue_service.intake import service as intake
    from clue_service.intake import worker

    await call(OFFICER, "POST", "/v1/clues", matter[0])

    async def crash(*_: object) -> bool:
        message = "killed"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "match_clue", crash)
        clue = (await call("officer@pet-xs", "POST", "/v1/clues", matter[1])).json()
    assert (clue["is_matching_pending"], clue["candidates"]) == (True, [])
    await worker.match_pending(resources)
    assert (await call("officer@pet-xs", "GET", f"/v1/clues/{clue['id']}")).json()["is_matching_pending"] is True
    async with engine_session(resources) as session:
        await session.execute(text("update matching_pending set since = since - interval '1 minute'"))
    await worker.match_pending(resources)
    clue = (await call("officer@pet-xs", "GET", f"/v1/clues/{clue['id']}")).json()
    assert clue["is_matching_pending"] is False
    assert [one["hit"]["unit"] for one in clue["candidates"]] == ["cdi-dh"]


async def test_who_meets_too_many_overlaps_is_shown_no_more_but_the_office_is(
    call: Any, register: Any, matter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clue_service.intake import proposals

    monkeypatch.setattr(proposals, "BLIND_HITS_PER_DAY", 1)
    await register("officer@pet-xs", matter[0])
    first = await register(OFFICER, matter[1], origin_ref="p:1")
    second = await register(OFFICER, matter[2], source_code="PETITION", origin_ref="p:2")
    assert [one["blind"] for one in first["candidates"]] == [True]
    assert [one["blind"] for one in second["candidates"]] == [False]
    listed = (await call("supervisor@cmo-dh", "GET", f"/v1/clues/{second['id']}/candidates")).json()["items"]
    assert [one["blind"] for one in listed] == [False, True]
