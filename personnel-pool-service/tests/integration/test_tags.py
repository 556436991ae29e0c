"""One tag under many spellings."""

from typing import Any

MANAGER = "pool_manager@pc-xn"
AUDIT = {"kind": "experience", "name_zh": "审计", "name_en": "Audit", "synonyms": ["审计工作", "ＣＰＡ 审计"]}


async def found(call: Any, **search: Any) -> list[str]:
    answer = await call(MANAGER, "POST", "/v1/cadre-searches", json=search)
    return [item["id"] for item in answer.json()["items"]]


async def test_any_spelling_finds_every_spelling(call: Any, new_cadre: Any) -> None:
    ids = [await new_cadre("sup1-xn", tags=[tag]) for tag in ("audit", "审计工作", "AUDIT", "cpa 审计")]
    assert await found(call, tags=["审计"]) == []
    assert (await call(MANAGER, "PUT", "/v1/tags/audit", json=AUDIT)).status_code == 201
    for spelling in ("审计", "audit", " Audit ", "审计工作", "CPA 审计"):
        assert await found(call, tags=[spelling]) == ids, spelling
    listed = (await call(MANAGER, "GET", "/v1/cadres?tag=审计")).json()["items"]
    assert [item["tags"] for item in listed] == [["audit"], ["审计工作"], ["AUDIT"], ["cpa 审计"]]
    assert {tuple(item["tag_codes"]) for item in listed} == {("audit",)}
    demand = [{"role": "member", "tags": ["审计"]}]
    items = (await call(MANAGER, "POST", "/v1/cadre-searches", json={"demands": demand})).json()["items"]
    assert {tuple(item["roles"]) for item in items} == {("member",)}
    assert await found(call, text="审计") == ids


async def test_a_spelling_taken_away_finds_no_more(call: Any, new_cadre: Any) -> None:
    await call(MANAGER, "PUT", "/v1/tags/audit", json=AUDIT)
    cadre = await new_cadre("sup1-xn", tags=["审计工作", "书法"])
    assert await found(call, tags=["audit"]) == [cadre]
    changed = await call(MANAGER, "PUT", "/v1/tags/audit", json={**AUDIT, "synonyms": []})
    assert changed.json()["version"] == 2
    assert await found(call, tags=["audit"]) == []
    unlisted = (await call(MANAGER, "GET", "/v1/unlisted-tags")).json()["items"]
    assert {one["tag"]: one["cadres"] for one in unlisted} == {"审计工作": 1, "书法": 1}
    shown = (await call(MANAGER, "GET", f"/v1/cadres/{cadre}")).json()
    assert (shown["tags"], shown["unlisted_tags"]) == (["审计工作", "书法"], ["审计工作", "书法"])


async def test_a_spelling_means_one_tag(call: Any) -> None:
    await call(MANAGER, "PUT", "/v1/tags/audit", json=AUDIT)
    other = {"kind": "skill", "name_zh": "查账", "name_en": "Ledgers", "synonyms": ["cpa审计", "CPA 审计"]}
    refused = await call(MANAGER, "PUT", "/v1/tags/ledgers", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "tag_spelling_taken")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/synonyms/1"]
    assert (await call("handler", "GET", "/v1/tags/ledgers")).status_code == 404
    assert (await call("handler", "GET", "/v1/tags?kind=experience")).json()["items"][0]["code"] == "audit"
    assert (await call("handler", "PUT", "/v1/tags/x", json=AUDIT)).status_code == 403
