"""Recusal checks over HTTP: verdicts, indistinguishable private grounds, no silent clear."""

import time
from typing import Any
from uuid import uuid4

import pytest

OFFICE = "inspection_office@insp-xn"


async def check(call: Any, cadre_ids: list[str], *targets: str, **more: Any) -> dict[tuple[str, str], tuple[str, str]]:
    body = {"targets": [{"unit_code": code} for code in targets], "cadre_ids": cadre_ids, **more}
    answer = await call(OFFICE, "POST", "/v1/recusal-checks", json=body)
    assert answer.status_code == 200, answer.text
    return {
        (item["cadre_id"], item["target"]["unit_code"]): (item["verdict"], item["code"])
        for item in answer.json()["items"]
    }


async def test_each_person_gets_a_verdict_per_target(call: Any, new_cadre: Any) -> None:
    staff = await new_cadre("su-coop-branch")
    kin = await new_cadre("insp-xn", relatives=[{"relation": "sibling", "unit_code": "su-coop", "name": "何䶮宁"}])
    past = await new_cadre(
        "insp-xn", work_history=[{"unit_code": "su-coop", "post": "科员", "from": "2023-01-01", "to": "2025-01-01"}]
    )
    native = await new_cadre("insp-xn", native_place="夏宁市东湖区")
    deputy = await new_cadre(
        "sup2-xn", work_history=[{"unit_code": "sup2-xn", "post": "副主任", "from": "2021-03-01", "to": None}]
    )
    verdicts = await check(call, [staff, kin, past, native, deputy], "su-coop", "su-dh-water")
    assert verdicts == {
        (staff, "su-coop"): ("block", "home_unit"),
        (staff, "su-dh-water"): ("clear", None),
        (kin, "su-coop"): ("block", "personal_ground"),
        (kin, "su-dh-water"): ("clear", None),
        (past, "su-coop"): ("review", "work_history"),
        (past, "su-dh-water"): ("clear", None),
        (native, "su-coop"): ("clear", None),
        (native, "su-dh-water"): ("info", "region"),
        (deputy, "su-coop"): ("clear", None),
        (deputy, "su-dh-water"): ("clear", None),
    }
    as_leader = await check(call, [past], "su-coop", role="leader")
    assert as_leader[past, "su-coop"] == ("block", "work_history")


async def test_an_open_clue_and_kinship_answer_the_same(call: Any, new_cadre: Any, clue_desk: Any) -> None:
    kin = await new_cadre("insp-xn", relatives=[{"relation": "parent", "unit_code": "su-coop"}])
    accused = await new_cadre("insp-xn")
    clue_desk.subjects.add(accused)
    verdicts = await check(call, [kin, accused], "su-coop")
    assert verdicts[kin, "su-coop"] == verdicts[accused, "su-coop"] == ("block", "personal_ground")
    assert set(clue_desk.asked[0]) == {"cadre_id", "name", "unit_codes"}


@pytest.mark.parametrize("status", [500, 503, 404, 403])
async def test_without_clue_service_there_is_no_verdict(call: Any, new_cadre: Any, clue_desk: Any, status: int) -> None:
    cadre_id = await new_cadre("insp-xn")
    clue_desk.status = status
    body = {"targets": [{"unit_code": "su-coop"}], "cadre_ids": [cadre_id]}
    answer = await call(OFFICE, "POST", "/v1/recusal-checks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "peer_unavailable")


async def test_an_answer_that_leaves_somebody_out_is_no_answer(call: Any, new_cadre: Any, clue_desk: Any) -> None:
    cadre_id = await new_cadre("insp-xn")
    clue_desk.forgets.add(cadre_id)
    body = {"targets": [{"unit_code": "su-coop"}], "cadre_ids": [cadre_id]}
    assert (await call(OFFICE, "POST", "/v1/recusal-checks", json=body)).status_code == 503


async def test_a_wrong_question_is_refused_by_field(call: Any, new_cadre: Any) -> None:
    cadre_id = await new_cadre("insp-xn")

    async def ask(targets: list[Any], cadre_ids: list[str]) -> tuple[int, str, str | None]:
        body = {"targets": targets, "cadre_ids": cadre_ids}
        problem = (await call("service", "POST", "/v1/recusal-checks", json=body)).json()
        return problem["status"], problem["code"], problem["errors"][0]["pointer"]

    coop = {"unit_code": "su-coop"}
    assert await ask([coop, {"unit_code": "nowhere"}], [cadre_id]) == (422, "unknown_unit", "/targets/1/unit_code")
    assert await ask([coop], [cadre_id, str(uuid4())]) == (422, "unknown_cadre", "/cadre_ids/1")
    clue = {"clue_id": str(uuid4())}
    assert await ask([coop, clue], [cadre_id]) == (422, "unknown_clue", "/targets/1/clue_id")
    assert await ask([{}], [cadre_id]) == (422, "invalid_request", "/targets/0")
    assert await ask([coop], []) == (422, "invalid_request", "/cadre_ids")


async def test_only_those_who_staff_teams_may_ask(call: Any, new_cadre: Any) -> None:
    body = {"targets": [{"unit_code": "su-coop"}], "cadre_ids": [await new_cadre("insp-xn")]}
    for who in ("leader@cdi-xn", "home_unit_approver@insp-xn", "platform_admin", "org_department@pc-xn"):
        assert (await call(who, "POST", "/v1/recusal-checks", json=body)).status_code == 403


async def test_a_token_of_an_unknown_unit_learns_nothing(call: Any, new_cadre: Any) -> None:
    asked = {"targets": [{"unit_code": "su-coop"}], "cadre_ids": [await new_cadre("sup1-xn")]}
    answer = await call("inspection_office@nowhere", "POST", "/v1/recusal-checks", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_cadre")
    assert (await call("inspection_office@insp-xn", "POST", "/v1/recusal-checks", json=asked)).status_code == 200


async def test_a_unit_counts_from_the_moment_it_is_written(call: Any, new_cadre: Any) -> None:
    staff = await new_cadre("su-dh-water")
    assert (await check(call, [staff], "su-coop"))[staff, "su-coop"] == ("clear", None)
    water = (await call("handler", "GET", "/v1/units/su-dh-water")).json()
    body = {key: value for key, value in water.items() if key not in ("code", "version")}
    await call("platform_admin", "PUT", "/v1/units/su-dh-water", json={**body, "parent_code": "su-coop"})
    assert (await check(call, [staff], "su-coop"))[staff, "su-coop"] == ("block", "home_unit")


async def test_clear_pairs_may_be_left_out(call: Any, new_cadre: Any) -> None:
    one, two = await new_cadre("insp-xn"), await new_cadre("su-coop")
    assert set(await check(call, [one, two], "su-coop", omit_clear=True)) == {(two, "su-coop")}


@pytest.mark.proof
async def test_many_people_and_targets_are_one_quick_question(call: Any, new_cadre: Any) -> None:
    ids = [
        await new_cadre(
            "insp-xn",
            relatives=[{"relation": "sibling", "unit_code": "su-coop"}],
            work_history=[{"unit_code": "sup1-xn", "post": "科员", "from": "2015-01-01", "to": "2018-01-01"}],
        )
        for _ in range(2_000)
    ]
    targets = [f"su-bulk-{number}" for number in range(39)]
    for code in targets:
        body = {"name": code, "unit_type": "supervised_unit", "level": "city", "parent_code": "pc-xn"}
        await call("platform_admin", "PUT", f"/v1/units/{code}", json=body)
    started = time.process_time()  # the machine may be busy with others
    verdicts = await check(call, ids, "su-coop", *targets)
    took = time.process_time() - started
    assert len(verdicts) == 80_000
    # Processor time of everything in this process, the caller's reading of 80,000 items and its token included.
    assert took < 2, f"{took:.1f} s"
