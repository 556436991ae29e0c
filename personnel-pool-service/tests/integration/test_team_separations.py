"""Who may not share a team: pairs for services, nothing else for anybody."""

from typing import Any

PATH = "/v1/team-separations"
SERVICE = "service@"


async def pairs(call: Any) -> set[frozenset[str]]:
    answer = await call(SERVICE, "GET", PATH)
    assert answer.status_code == 200, answer.text
    assert all(set(item) == {"cadre_ids"} for item in answer.json()["items"])
    return {frozenset(item["cadre_ids"]) for item in answer.json()["items"]}


def kin(name: str, unit: str) -> list[dict[str, str]]:
    return [{"relation": "sibling", "name": name, "unit_code": unit}]


async def test_a_relative_who_is_in_the_pool_is_paired_however_roughly_the_unit_was_told(
    call: Any, new_cadre: Any
) -> None:
    one = await new_cadre("sup1-xn", name="柳某")
    namesake = await new_cadre("su-dh-water", name="柳某", birth_date="1990-02-01")
    exact = await new_cadre("insp-xn", relatives=kin("柳某", "sup1-xn"))
    rough = await new_cadre("insp-xn", relatives=kin(" 柳 某 ", "cdi-xn"))
    await new_cadre("insp-xn", relatives=kin("柳某", "su-coop"))
    await new_cadre("insp-xn", relatives=[{"relation": "sibling", "unit_code": "sup1-xn"}])
    assert await pairs(call) == {frozenset({one, exact}), frozenset({one, rough})}
    assert namesake not in {cadre for pair in await pairs(call) for cadre in pair}


async def test_a_present_post_counts_a_past_one_does_not_and_nobody_is_paired_with_themselves(
    call: Any, new_cadre: Any
) -> None:
    now = {"unit_code": "su-coop", "post": "挂职", "from": "2024-01-01", "to": None}
    past = {"unit_code": "su-dh-water", "post": "科员", "from": "2014-01-01", "to": "2018-01-01"}
    one = await new_cadre("sup1-xn", name="柳某", work_history=[now, past], relatives=kin("柳某", "sup1-xn"))
    lent = await new_cadre("insp-xn", relatives=kin("柳某", "su-coop"))
    await new_cadre("insp-xn", relatives=kin("柳某", "su-dh-water"))
    assert await pairs(call) == {frozenset({one, lent})}


async def test_services_alone_are_told(call: Any, new_cadre: Any) -> None:
    for role in ("pool_manager", "inspection_office", "leader", "principal_leader", "auditor", "platform_admin"):
        assert (await call(f"{role}@pc-xn", "GET", PATH)).status_code == 403


async def test_services_alone_are_told_the_latest_grade(call: Any, new_cadre: Any) -> None:
    cadre = await new_cadre("sup1-xn")
    for year, grade in ((2024, "excellent"), (2025, "competent"), (2023, "incompetent")):
        body = {
            "kind": "annual",
            "period": {"from": f"{year}-01-01", "to": f"{year}-12-31"},
            "grade": grade,
            "unit_code": "sup1-xn",
        }
        made = await call("home_unit_approver@sup1-xn", "POST", f"/v1/cadres/{cadre}/appraisals", json=body)
        assert made.status_code == 201, made.text
    told = [
        (await call(who, "POST", "/v1/cadre-searches", json={})).json()["items"][0]["last_grade"]
        for who in (SERVICE, "pool_manager@pc-xn")
    ]
    assert told == ["competent", None]
