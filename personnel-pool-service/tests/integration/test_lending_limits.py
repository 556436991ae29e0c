"""Time at home: cumulative months, cool-down; and nobody is lent with a clue open or a recusal in the way."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from personnel_pool_service.settings import PoolSettings


@pytest.fixture
def rules(app: FastAPI) -> Any:
    def set_rules(**changed: Any) -> None:
        app.state.resources = replace(app.state.resources, own=PoolSettings(**changed))

    return set_rules


async def test_nobody_is_lent_for_more_than_the_months_of_a_window(lend: Any, new_cadre: Any, rules: Any) -> None:
    rules(lending_cumulative_months=4, lending_window_months=12)
    cadre_id = await new_cadre("sup1-xn")
    assert (await lend([cadre_id], "2026-12-01", "2027-02-28")).status_code == 201
    refused = await lend([cadre_id], "2027-04-01", "2027-05-31")
    assert (refused.status_code, refused.json()["code"]) == (409, "cumulative_limit")
    assert refused.json()["cadre_ids"] == [cadre_id]
    assert (await lend([cadre_id], "2027-04-01", "2027-04-30")).status_code == 201
    # A window may also lie before a posting that is booked already.
    assert (await lend([cadre_id], "2026-11-23", "2026-11-30")).json()["code"] == "cumulative_limit"
    assert (await lend([cadre_id], "2028-01-01", "2028-03-31")).status_code == 201


async def test_whoever_returns_stays_at_home_for_a_while(lend: Any, new_cadre: Any, rules: Any, call: Any) -> None:
    rules(lending_cool_down_days=30)
    cadre_id = await new_cadre("sup1-xn")
    first = await lend([cadre_id], "2026-12-01", "2026-12-14")
    for begin, end in (("2027-01-13", "2027-01-20"), ("2026-11-23", "2026-11-24")):
        refused = await lend([cadre_id], begin, end)
        assert (refused.status_code, refused.json()["code"]) == (409, "cool_down")
    assert (await lend([cadre_id], "2027-01-14", "2027-01-20")).status_code == 201
    path = first.headers["location"]
    await call("leader@sup1-xn", "POST", f"{path}/approve")
    longer = await call("pool_manager@pc-xn", "POST", f"{path}/extend", json={"to": "2026-12-20"})
    assert longer.json()["code"] == "cool_down"


async def test_inspecting_is_an_inspection_offices_own_work(lend: Any, new_cadre: Any, rules: Any) -> None:
    rules(lending_cumulative_months=1, lending_cool_down_days=30)
    cadre_id = await new_cadre("insp-xn")
    assert (await lend([cadre_id], "2026-12-01", "2027-02-28")).status_code == 201
    assert (await lend([cadre_id], "2027-03-01", "2027-05-31")).status_code == 201


async def test_without_limits_postings_may_follow_each_other(lend: Any, new_cadre: Any, rules: Any) -> None:
    rules(lending_cumulative_months=0)
    cadre_id = await new_cadre("sup1-xn")
    for month in range(1, 13):
        assert (await lend([cadre_id], f"2027-{month:02}-01", f"2027-{month:02}-28")).status_code == 201


async def test_where_the_platform_asks_for_it_a_refusal_gives_its_reason(
    lend: Any, new_cadre: Any, rules: Any, call: Any
) -> None:
    rules(refusal_needs_reason=True)
    path = (await lend([await new_cadre("sup1-xn")])).headers["location"]
    for body in ({}, None, {"reason": "  "}):
        refused = await call("home_unit_approver@sup1-xn", "POST", f"{path}/refuse", json=body)
        assert (refused.status_code, refused.json()["code"]) in (
            (422, "refusal_needs_reason"),
            (422, "invalid_request"),
        )
    done = await call("home_unit_approver@sup1-xn", "POST", f"{path}/refuse", json={"reason": "人手不足"})
    assert done.json()["members"][0]["reason"] == "人手不足"


async def test_whoever_is_the_subject_of_an_open_clue_is_not_lent(
    call: Any, lend: Any, new_cadre: Any, clue_desk: Any
) -> None:
    free, accused = await new_cadre("sup1-xn"), await new_cadre("sup2-xn")
    clue_desk.subjects.add(accused)
    refused = await lend([free, accused])
    assert (refused.status_code, refused.json()["code"]) == (409, "personal_ground")
    assert refused.json()["cadre_ids"] == [accused]
    path = (await lend([free])).headers["location"]
    await call("leader@sup1-xn", "POST", f"{path}/refuse", json={"reason": "人手不足"})
    swap = {"members": [{"replaces": free, "cadre_id": accused}]}
    refused = await call("pool_manager@pc-xn", "POST", f"{path}/replace", json=swap)
    assert (refused.status_code, refused.json()["code"]) == (409, "personal_ground")
    clue_desk.status = 503
    assert (await lend([free])).status_code == 503
    nobody = await lend([free], who="handler@sup1-xn")
    assert nobody.status_code == 403


async def test_a_group_with_targets_is_checked_for_recusal(call: Any, new_cadre: Any) -> None:
    past = [{"unit_code": "su-coop", "post": "科员", "from": "2023-01-01", "to": "2025-01-01"}]
    cadre_id = await new_cadre("sup1-xn", work_history=past)
    body = {
        "purpose": "case",
        "request_ref": "case:1",
        "period": {"from": "2026-12-01", "to": "2026-12-14"},
        "members": [{"cadre_id": cadre_id, "role": "leader"}],
        "targets": [{"unit_code": "su-coop"}],
    }
    refused = await call("pool_manager@pc-xn", "POST", "/v1/secondments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "recusal_blocks")
    body["members"] = [{"cadre_id": cadre_id, "role": "member"}]
    assert (await call("pool_manager@pc-xn", "POST", "/v1/secondments", json=body)).status_code == 201
