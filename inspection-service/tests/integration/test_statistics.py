from typing import Any
from uuid import uuid4

import pytest
from contracts.pool import RecusalTurned

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
        f"/v1/rounds/{team['round_id']}/statistics?as_of=2026-11-23&format={form}"
        for form in ("json", "csv", "svg", "html")
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


SCOPES = ["unit_code=su-coop", "starts_from=2026-01-01&starts_to=2026-12-31"]


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_unit_and_a_period_have_a_table_and_charts_as_a_round_has(
    city: Any, client: Any, headers: Any, scope: str
) -> None:
    await city.record_past()
    await busy_round(city)
    path = f"/v1/inspection-statistics?{scope}&as_of=2026-11-23"
    who = headers("office", "insp-xn", "inspection_office")
    table = await client.get(f"{path}&format=csv", headers=who)
    assert table.content.startswith(b"\xef\xbb\xbfas_of,figure,code,number\r\n")
    assert table.headers["content-disposition"] == 'attachment; filename="inspection-statistics-2026-11-23.csv"'
    rows = table.text.splitlines()
    for row in ("findings,,3", "findings_by_unit,su-coop,3", "findings_by_year,2026,3", "rounds_by_year,2026,1"):
        assert f"2026-11-23,{row}" in rows
    assert ("2026-11-23,rounds_by_year,2025,1" in rows) == ("unit_code" in scope)
    charts = await client.get(f"{path}&format=svg", headers=who)
    assert charts.headers["content-type"] == "image/svg+xml"
    assert "Rectification by state (2026-11-23)" in charts.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Figures of a unit", 'aria-label="Findings by severity"', ">grave<", "as of 2026-11-23")),
        ("zh-CN", ("被巡察单位统计", 'aria-label="发现问题严重程度"', ">严重<", "数据截止：2026-11-23")),
    ],
)
async def test_figures_are_printed_with_charts_in_the_language_asked_for(
    city: Any, client: Any, headers: Any, language: str, words: tuple[str, ...]
) -> None:
    await busy_round(city)
    who = headers("office", "insp-xn", "inspection_office") | {"Accept-Language": language}
    page = await client.get(f"/v1/inspection-statistics?unit_code={COOP}&format=html&as_of=2026-11-23", headers=who)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["content-type"].startswith("text/html")
    for word in words:
        assert word in page.text
    assert f'<html lang="{language}">' in page.text
    assert "<script" not in page.text
    assert "office" in page.text  # whose copy it is


async def test_a_category_cannot_carry_markup_into_charts_or_the_page(city: Any, client: Any, headers: Any) -> None:
    team = await city.working_team()
    body = {"category": "<b>x", "severity": "minor", "text": "问题"}
    await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    who = headers("office", "insp-xn", "inspection_office")
    for form in ("svg", "html"):
        drawn = (await client.get(f"/v1/rounds/{team['round_id']}/statistics?format={form}", headers=who)).text
        assert ("<b>" in drawn, "&lt;b&gt;x" in drawn) == (False, True)


@pytest.mark.parametrize("form", ["json", "csv", "svg", "html"])
async def test_no_form_of_the_figures_tells_more_than_a_reader_may_meet(
    city: Any, client: Any, headers: Any, form: str
) -> None:
    team = await busy_round(city)
    round_path = f"/v1/rounds/{team['round_id']}/statistics?format={form}"
    unit_path = f"/v1/inspection-statistics?unit_code={COOP}&format={form}"
    unit = headers("coop-head", COOP, "handler")
    for path in (round_path, unit_path):
        assert (await client.get(path, headers=unit)).status_code == 403
    stranger = headers("stranger", "cdi-dh", "leader")
    assert (await client.get(round_path, headers=stranger)).status_code == 404
    told = await client.get(unit_path, headers=stranger)
    nothing = await client.get(unit_path.replace(COOP, "su-housing"), headers=stranger)
    assert told.status_code == 200
    assert told.text.replace(COOP, "su-housing") == nothing.text


async def test_a_member_who_is_recused_is_counted_nothing_of_the_matter(city: Any, client: Any, headers: Any) -> None:
    team = await busy_round(city)
    await city.harness.add_principal("liaison", "insp-xn", "inspection_office", cadre_id=str(city.cadres["c0"]))
    who = headers("liaison", "insp-xn", "inspection_office")
    path = f"/v1/inspection-statistics?unit_code={COOP}"
    assert (await client.get(path, headers=who)).json()["figures"]["findings"] == 3
    city.peers.pool.say(city.cadres["c0"], COOP, "block")
    ref = f"team:{team['id']}"
    await city.harness.deliver(RecusalTurned(watch_id=uuid4(), ref=ref, cadre_id=city.cadres["c0"], unit_code=COOP))
    await city.run_jobs()
    for form in ("csv", "svg", "html"):
        assert "3</text>" not in (answer := await client.get(f"{path}&format={form}", headers=who)).text
        assert ",findings,,3" not in answer.text
    assert (await client.get(path, headers=who)).json()["figures"]["findings"] == 0


async def test_a_period_that_ends_before_it_begins_is_refused_by_field(city: Any) -> None:
    path = "/v1/inspection-statistics?starts_from=2026-12-01&starts_to=2026-01-01"
    refused = await city.office.get(path, expect=422)
    assert refused["errors"][0]["pointer"] == "/starts_to"
