"""Candidates for seats with the verdict of every rule."""

from typing import Any

MANAGER = "pool_manager@pc-xn"
PERIOD = {"from": "2026-12-01", "to": "2026-12-14"}


async def search(call: Any, who: str = MANAGER, **body: Any) -> Any:
    answer = await call(who, "POST", "/v1/cadre-searches", json=body)
    assert answer.status_code == 200, answer.text
    return {item["id"]: item for item in answer.json()["items"]}


def verdicts(item: Any) -> dict[str, tuple[bool, str | None]]:
    return {rule["rule"]: (rule["ok"], rule["reason"]) for rule in item["rules"]}


async def test_every_rule_answers_for_every_candidate(call: Any, new_cadre: Any, lend: Any) -> None:
    fit = await new_cadre("sup1-xn", tags=["audit", "interview"], pool_kinds=["case"])
    busy = await new_cadre("sup2-xn", tags=["audit"], pool_kinds=["case"])
    untagged = await new_cadre("dg-coop", pool_kinds=["expert"])
    assert (await lend([busy], "2026-12-10", "2026-12-20")).status_code == 201
    demand = {"role": "auditor", "tags": ["audit"], "pool_kinds": ["case"]}
    found = await search(call, cadre_ids=[fit, busy, untagged], period=PERIOD, explain=True, demands=[demand])
    assert set(found) == {fit, busy}
    assert verdicts(found[fit]) == {
        "standing": (True, None),
        "demand:auditor": (True, None),
        "period": (True, None),
        "time_at_home": (True, None),
        "home_unit_quota": (True, None),
    }
    assert (found[fit]["eligible"], found[fit]["roles"]) == (True, ["auditor"])
    assert verdicts(found[busy])["period"] == (False, "double_booked")
    assert verdicts(found[busy])["home_unit_quota"] == (False, "home_unit_quota")
    assert found[busy]["eligible"] is False


async def test_recusal_verdicts_come_with_the_targets(call: Any, new_cadre: Any, clue_desk: Any) -> None:
    kin = await new_cadre("insp-xn", relatives=[{"relation": "spouse", "unit_code": "su-coop"}])
    free = await new_cadre("insp-xn")
    found = await search(call, targets=[{"unit_code": "su-coop"}], role="leader", cadre_ids=[kin, free])
    recusal = {who: [rule for rule in item["rules"] if rule["rule"] == "recusal"] for who, item in found.items()}
    assert recusal[kin] == [
        {"rule": "recusal", "ok": False, "verdict": "block", "reason": "personal_ground", "detail": ["su-coop"]}
    ]
    assert [(one["ok"], one["verdict"], one["reason"]) for one in recusal[free]] == [(True, "clear", None)]
    assert (found[kin]["eligible"], found[free]["eligible"]) == (False, True)
    body = {"targets": [{"unit_code": "su-coop"}]}
    assert (await call("leader@insp-xn", "POST", "/v1/cadre-searches", json=body)).status_code == 403
    clue_desk.status = 503
    assert (await call(MANAGER, "POST", "/v1/cadre-searches", json=body)).status_code == 503


async def test_a_search_without_questions_answers_as_before(call: Any, new_cadre: Any) -> None:
    cadre_id = await new_cadre("sup1-xn", work_history=[{"unit_code": "sup1-xn", "post": "科员", "from": "2020-01-01"}])
    found = await search(call)
    assert (found[cadre_id]["rules"], found[cadre_id]["eligible"]) == (None, None)
    assert found[cadre_id]["work_history"][0]["from"] == "2020-01-01"
    refused = await call(MANAGER, "POST", "/v1/cadre-searches", json={"role": "leader"})
    assert refused.json()["errors"][0]["code"] == "role_without_targets"
