"""Fairness figures as JSON, SVG and CSV."""

from typing import Any
from xml.etree import ElementTree as ET

QUERY = "from=2026-12-01&to=2026-12-31"


async def test_figures_count_served_days_of_everybody_in_the_pool(call: Any, new_cadre: Any, lend: Any) -> None:
    busy, idle = await new_cadre("sup1-xn"), await new_cadre("sup2-xn")
    path = (await lend([busy], "2026-11-24", "2026-12-10")).headers["location"]
    before = (await call("auditor@pc-xn", "GET", f"/v1/fairness-figures?{QUERY}")).json()
    assert (before["days"], before["gini_people"]) == (0, 0.0)
    await call("leader@sup1-xn", "POST", f"{path}/approve")
    await call("pool_manager@pc-xn", "POST", f"{path}/activate")
    figures = (await call("org_department@pc-xn", "GET", f"/v1/fairness-figures?{QUERY}")).json()
    assert (figures["members"], figures["members_lent"], figures["days"]) == (2, 1, 10)
    assert (figures["gini_people"], figures["gini_home_units"]) == (0.5, 0.5)
    assert figures["most_lent"] == [{"cadre_id": busy, "home_unit": "sup1-xn", "days": 10}]
    assert [one["home_unit"] for one in figures["home_units"]] == ["sup1-xn", "sup2-xn"]
    for about in ("people", "home_units"):
        chart = await call("pool_manager@pc-xn", "GET", f"/v1/fairness-figures/chart?{QUERY}&about={about}")
        assert chart.headers["content-type"] == "image/svg+xml"
        assert ET.fromstring(chart.text).tag.endswith("svg")
    table = (await call("pool_manager@pc-xn", "GET", f"/v1/fairness-figures/export?{QUERY}")).text
    assert table.removeprefix("\ufeff").splitlines() == [
        "cadre_id,home_unit,days",
        f"{busy},sup1-xn,10",
        f"{idle},sup2-xn,0",
    ]
    homes = (await call("pool_manager@pc-xn", "GET", f"/v1/fairness-figures/export?{QUERY}&about=home_units")).text
    assert homes.splitlines()[1] == "sup1-xn,1,1,10,10.0"


async def test_figures_as_of_a_day_that_is_over_stay_as_they_were(
    call: Any, new_cadre: Any, lend: Any, clock: Any
) -> None:
    busy = await new_cadre("sup1-xn")
    path = (await lend([busy], "2026-12-01", "2026-12-10")).headers["location"]
    await call("leader@sup1-xn", "POST", f"{path}/approve")
    await call("pool_manager@pc-xn", "POST", f"{path}/activate")
    day = clock.today()
    asked = f"/v1/fairness-figures?{QUERY}&as_of={day}"
    early = await call("auditor@pc-xn", "GET", asked)
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "day_not_over")
    clock.advance(days=1)
    then = (await call("auditor@pc-xn", "GET", asked)).json()
    assert (then["members"], then["days"]) == (1, 10)
    await new_cadre("sup2-xn")
    assert (await call("auditor@pc-xn", "GET", asked)).json() == then
    exported = await call("auditor@pc-xn", "GET", f"/v1/fairness-figures/export?{QUERY}&as_of={day}")
    assert len(exported.text.splitlines()) == 2
    assert (await call("auditor@pc-xn", "GET", f"/v1/fairness-figures?{QUERY}")).json()["members"] == 2


async def test_an_empty_pool_has_figures_and_charts_too(call: Any, city: None) -> None:
    for path in ("", "/chart", "/chart?about=home_units&", "/export"):
        mark = "" if "?" in path else "?"
        answer = await call("pool_manager@pc-xn", "GET", f"/v1/fairness-figures{path}{mark}{QUERY}")
        assert answer.status_code == 200, answer.text


async def test_figures_are_for_those_who_run_the_pool(call: Any, city: None) -> None:
    assert (await call("leader@sup1-xn", "GET", f"/v1/fairness-figures?{QUERY}")).status_code == 403
    backwards = await call("auditor@pc-xn", "GET", "/v1/fairness-figures?from=2026-12-31&to=2026-12-01")
    assert backwards.status_code == 422
