"""Figures as of a day are the same for ever, are for whom they are for, and point at nobody."""

import time
from typing import Any

import pytest
from chassis.clock import FixedClock

OFFICE, LEADER = "supervisor@cmo-dh", "leader@cdi-dh"
PERIOD = "period_from=2026-11-01&period_to=2026-11-30"


@pytest.fixture
async def year(register: Any, bring: Any, enter: Any, clock: FixedClock, unlike: Any) -> list[Any]:
    """Seven clues, one of them under way, and an entry of the library; a day later."""
    clues = [
        await unlike(number, channel="letter" if number < 4 else "visit", source_code="PETITION") for number in range(7)
    ]
    await bring(clues[0], "approved")
    await enter()
    clock.advance(days=1)
    return clues


async def test_a_report_made_again_after_more_has_happened_is_the_same_to_the_byte(
    call: Any, year: Any, unlike: Any, bring: Any, enter: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11", "as_of": "2026-11-23"})
    assert made.status_code == 201, made.text
    path = f"/v1/trend-reports/{made.json()['id']}"
    figures = made.json()["figures"]
    assert (figures["clues"], figures["by_channel"], figures["by_source"]) == (
        7, {"letter": 4, "visit": 3}, {"PETITION": 7},
    )  # fmt: skip
    assert (figures["dispositions"], figures["library_items"]) == ({"talk_inquiry": None}, {"case_analysis": 1})
    statistics = f"/v1/statistics/sheet?{PERIOD}&as_of=2026-11-23"
    before = [(await call(OFFICE, "GET", one)).content for one in (f"{path}/sheet", f"{path}/document", statistics)]
    for number in (11, 12, 13):
        await unlike(number, channel="phone")
    await bring(year[1], "approved")
    await call("handler@inv1-dh", "POST", f"/v1/clues/{year[0]['id']}/record-result", {"outcome": "first_form"})
    entry = await enter("handler@sup1-dh")
    await call("handler@sup1-dh", "POST", f"/v1/library-items/{entry['id']}/withdraw", {"reason": "r"})
    clock.advance(days=30)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    again = (await call(LEADER, "GET", f"{path}/made-again")).json()
    assert (again["is_identical"], again["digest"]) == (True, made.json()["digest"])
    after = [(await call(OFFICE, "GET", one)).content for one in (f"{path}/sheet", f"{path}/document", statistics)]
    assert after == before
    known = await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11", "as_of": "2026-11-23"})
    assert (known.status_code, known.json()["id"]) == (200, made.json()["id"])
    newer = (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11"})).json()
    assert newer["figures"]["clues"] == 10
    assert newer["digest"] != made.json()["digest"]


async def test_a_report_is_printed_in_both_languages_and_says_what_it_hides(call: Any, year: Any) -> None:
    made = (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-Q4"})).json()
    path = f"/v1/trend-reports/{made['id']}"
    english = await call(OFFICE, "GET", f"{path}/page")
    chinese = await call(OFFICE, "GET", f"{path}/page", headers={"Accept-Language": "zh-CN"})
    assert "script-src" not in english.headers["content-security-policy"]
    assert "Trends and hotspots of clues, 2026-Q4" in english.text
    assert "2026-Q4 问题线索形势研判报告" in chinese.text
    assert ("<svg" in chinese.text, "不予显示" in chinese.text, made["digest"] in chinese.text) == (True, True, True)
    assert "Not shown: Talk or inquiry" in english.text
    sheet = await call(OFFICE, "GET", f"{path}/sheet?format=csv", headers={"Accept-Language": "zh-CN"})
    assert "按渠道,letter,来信,4\r\n" in sheet.content.decode("utf-8-sig")


async def test_figures_are_for_the_office_and_the_leaders_of_the_commission(call: Any, year: Any) -> None:
    made = (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11"})).json()
    path = f"/v1/trend-reports/{made['id']}"
    for who in ("handler@inv1-dh", "leader@inv1-dh", "auditor@cmo-dh", "admin@cdi-dh", "service@cdi-dh"):
        for closed in (path, "/v1/trend-reports", f"/v1/statistics?{PERIOD}", "/v1/unit-profiles/su-housing"):
            assert (await call(who, "GET", closed)).json()["code"] == "figures_not_yours", (who, closed)
    assert (await call("supervisor@cmo-xs", "GET", path)).status_code == 404
    assert (await call("supervisor@cmo-xs", "GET", f"/v1/statistics?{PERIOD}")).json()["clues"] == 0
    for wrong in (f"{PERIOD}&as_of=2026-11-24", "period_from=2026-11-30&period_to=2026-11-01"):
        assert (await call(OFFICE, "GET", f"/v1/statistics?{wrong}")).status_code == 422
    assert (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-13"})).status_code == 422


async def test_secrecy_and_recusal_reach_figures(call: Any, year: Any, register: Any, clock: FixedClock) -> None:
    for number in range(3):
        await register("officer@pet-dh", secrecy_level="secret", origin_ref=f"secret:{number}")
    clock.advance(days=1)
    assert (await call(OFFICE, "GET", f"/v1/statistics?{PERIOD}")).json()["clues"] == 7
    assert (await call(OFFICE, "GET", f"/v1/statistics?{PERIOD}", clearance="secret")).json()["clues"] == 10
    secret = (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11"}, clearance="secret")).json()
    assert secret["figures"]["clues"] == 10
    assert (await call(OFFICE, "GET", f"/v1/trend-reports/{secret['id']}")).status_code == 404
    assert (await call(OFFICE, "GET", "/v1/trend-reports")).json()["items"] == []
    open_one = (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11"})).json()
    recused = await call("officer@pet-dh", "POST", f"/v1/clues/{year[0]['id']}/recusals", {"sub": OFFICE})
    assert recused.status_code == 201
    assert (await call(OFFICE, "GET", f"/v1/statistics?{PERIOD}")).json()["clues"] == 6
    assert (await call(OFFICE, "GET", f"/v1/trend-reports/{open_one['id']}")).status_code == 404
    assert (await call(OFFICE, "GET", "/v1/trend-reports")).json()["items"] == []
    assert (await call(OFFICE, "POST", "/v1/trend-reports", {"period": "2026-11"})).status_code == 404
    assert (await call(LEADER, "GET", f"/v1/trend-reports/{open_one['id']}/made-again")).json()["is_identical"]


async def test_a_profile_counts_what_is_about_the_unit_and_judges_nothing(
    call: Any, register: Any, enter: Any, matter: Any, clock: FixedClock
) -> None:
    for number in range(3):
        await register("officer@pet-dh", matter[2], origin_ref=f"p:{number}")
    await register("officer@pet-dh")
    await enter("handler@inv1-dh", unit_code="su-housing")
    await enter("handler@inv1-dh", unit_code="su-health")
    clock.advance(days=1)
    profile = (await call(OFFICE, "GET", "/v1/unit-profiles/su-housing")).json()
    assert [(one["period_from"], one["period_to"], one["clues"]) for one in profile["years"]] == [
        ("2024-01-01", "2024-12-31", 0), ("2025-01-01", "2025-12-31", 0), ("2026-01-01", "2026-11-23", 3),
    ]  # fmt: skip
    assert profile["years"][-1]["by_source"] == {"INSPECTION": 3}
    assert profile["years"][-1]["library_items"] == {"case_analysis": 1}
    assert (await call(OFFICE, "GET", "/v1/unit-profiles/su-health")).json()["years"][-1]["clues"] is None
    assert (await call(OFFICE, "GET", "/v1/unit-profiles/nowhere")).status_code == 404
