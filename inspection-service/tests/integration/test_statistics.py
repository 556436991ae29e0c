from typing import Any

COOP = "su-coop"


async def busy_round(city: Any) -> Any:
    team = await city.working_team()
    for severity, category in (("minor", "work"), ("grave", "C1"), ("grave", "=C1")):
        body = {"category": category, "severity": severity, "text": "问题"}
        finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    await city.run_jobs()
    fix = {"problem": "公示", "kind": "immediate_fix", "due_on": "2026-11-30"}
    await city.office.post(f"/v1/findings/{finding['id']}/rectifications", fix, expect=201)
    return team


async def test_a_round_in_figures(city: Any) -> None:
    team = await busy_round(city)
    seen = (await city.office.get(f"/v1/rounds/{team['round_id']}/statistics"))["figures"]
    assert (seen["rounds_by_state"], seen["units_inspected"]) == ({"finding": 1}, 1)
    assert (seen["findings"], seen["findings_by_severity"]) == (3, {"grave": 2, "minor": 1})
    assert (seen["clues_handed_over"], seen["clues_by_phase"]) == (1, {"early": 1})
    assert seen["rectifications_by_state"] == {"assigned": 1}


async def test_a_day_is_counted_the_same_whenever_it_is_asked(city: Any, client: Any, headers: Any, clock: Any) -> None:
    team = await busy_round(city)
    who = headers("office", "insp-xn", "inspection_office")
    paths = [
        f"/v1/rounds/{team['round_id']}/statistics?as_of=2026-11-23&format={form}" for form in ("json", "csv", "svg")
    ]
    before = [(await client.get(path, headers=who)).content for path in paths]
    clock.advance(days=10)
    (item,) = (await city.office.get("/v1/rectifications"))["items"]
    clerk = city.desk("coop-clerk", COOP, "handler")
    await clerk.post(f"/v1/rectifications/{item['id']}/submit", {"report": "完成"})
    body = {"category": "life", "severity": "minor", "text": "问题"}
    await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    await city.office.post(f"/v1/rounds/{team['round_id']}/report")
    assert [(await client.get(path, headers=who)).content for path in paths] == before
    now = (await city.office.get(f"/v1/rounds/{team['round_id']}/statistics"))["figures"]
    assert (now["findings"], now["rounds_by_state"]) == (4, {"reporting": 1})
    assert (now["rectifications_by_state"], now["rectifications_overdue"]) == ({"submitted": 1}, 1)


async def test_tables_open_in_spreadsheets_and_run_no_formula(city: Any, client: Any, headers: Any) -> None:
    team = await busy_round(city)
    answer = await client.get(
        f"/v1/rounds/{team['round_id']}/statistics?format=csv",
        headers=headers("office", "insp-xn", "inspection_office"),
    )
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbfas_of,figure,code,number\r\n")
    assert "2026-11-23,findings_by_category,'=C1,1\r\n" in answer.text


async def test_a_unit_and_a_period_are_counted_for_who_may_meet_them(city: Any) -> None:
    await city.record_past()
    await busy_round(city)
    unit = (await city.leader.get(f"/v1/inspection-statistics?unit_code={COOP}"))["figures"]
    assert unit["rounds_by_type"] == {"mobile": 1, "regular": 1}
    period = await city.leader.get("/v1/inspection-statistics?starts_from=2025-01-01&starts_to=2025-12-31")
    assert (period["figures"]["rounds"], period["figures"]["findings"]) == (1, 0)
    assert (await city.stranger.get("/v1/inspection-statistics"))["figures"]["rounds"] == 0
    before = await city.leader.get("/v1/inspection-statistics?as_of=2020-01-01")
    assert before["figures"]["rounds"] == 0
