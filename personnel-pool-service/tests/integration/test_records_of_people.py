"""Appraisals, workload, integrity files: written once, sealed, read by those who may."""

from typing import Any

from chassis.service import Resources
from sqlalchemy import text

MANAGER = "pool_manager@pc-xn"
WORDS = "作风扎实䶮"


async def test_appraisals_are_kept_and_read_by_those_who_read_the_cadre(
    call: Any, new_cadre: Any, resources: Resources
) -> None:
    cadre = await new_cadre("sup1-xn")
    path = f"/v1/cadres/{cadre}/appraisals"
    body = {
        "kind": "annual", "period": {"from": "2025-01-01", "to": "2025-12-31"}, "grade": "excellent",
        "unit_code": "sup1-xn", "comment": WORDS,
    }  # fmt: skip
    made = await call("home_unit_approver@sup1-xn", "POST", path, json=body)
    assert made.status_code == 201, made.text
    assert (await call(MANAGER, "GET", made.headers["location"])).json() == made.json()
    assert [one["comment"] for one in (await call(MANAGER, "GET", path)).json()["items"]] == [WORDS]
    assert (await call("home_unit_approver@insp-xn", "GET", path)).status_code == 404
    assert (await call("handler@sup1-xn", "GET", path)).status_code == 403
    future = {**body, "period": {"from": "2026-01-01", "to": "2026-12-31"}}
    assert (await call(MANAGER, "POST", path, json=future)).status_code == 422
    async with resources.database.sessions() as session:
        stored = await session.scalar(text("select row_to_json(a)::text from appraisal a"))
    assert WORDS not in str(stored)


async def test_workload_counts_lending_and_the_rest_by_day(call: Any, new_cadre: Any, lend: Any) -> None:
    cadre = await new_cadre("sup1-xn")
    await lend([cadre], "2026-12-01", "2026-12-14")
    for first, last in (("2026-11-20", "2026-11-25"), ("2026-11-24", "2026-11-30")):
        body = {"kind": "case", "period": {"from": first, "to": last}}
        made = await call(MANAGER, "POST", f"/v1/cadres/{cadre}/workload-entries", json=body)
        assert made.status_code == 201
    told = (await call(MANAGER, "GET", f"/v1/cadres/{cadre}/workload?day_from=2026-11-22&day_to=2026-12-10")).json()
    assert told["days"] == {"case": 9, "lending": 10}
    assert told["lent"] == [{"from": "2026-12-01", "to": "2026-12-14"}]
    assert len(told["entries"]) == 2
    assert (await call("home_unit_approver@insp-xn", "GET", f"/v1/cadres/{cadre}/workload")).status_code == 404


async def test_an_integrity_file_opens_for_those_who_watch_the_unit(
    call: Any, city: None, resources: Resources, headers: Any, client: Any
) -> None:
    person = {"name": "测试主任", "unit_code": "su-coop-branch", "is_top_leader": True, "object_group": "civil_servant"}
    await call("pool_manager", "PUT", "/v1/supervised-persons/p-9", json=person)
    path = "/v1/supervised-persons/p-9"
    record = {"kind": "reminder_talk", "happened_on": "2026-05-01", "content": WORDS}
    made = await call("handler@sup2-xn", "POST", f"{path}/integrity-records", json=record)
    assert made.status_code == 201, made.text
    secret = {**record, "secrecy_level": "secret"}
    assert (await call("handler@sup2-xn", "POST", f"{path}/integrity-records", json=secret)).status_code == 404
    cleared = headers("boss", "cdi-xn", "principal_leader", clearance="secret")
    assert (await client.post(f"{path}/integrity-records", json=secret, headers=cleared)).status_code == 201
    opening = {"purpose": "daily_supervision"}
    opened = await call("handler@dg-coop", "POST", f"{path}/integrity-file/open", json=opening)
    assert [one["content"] for one in opened.json()["records"]] == [WORDS]
    assert opened.json()["person"]["is_top_leader"] is True
    whole = await client.post(f"{path}/integrity-file/open", json=opening, headers=cleared)
    assert len(whole.json()["records"]) == 2
    for who in ("handler@sup1-xn", "leader@pc-dh", "handler@su-coop-branch"):
        assert (await call(who, "POST", f"{path}/integrity-file/open", json=opening)).status_code == 404, who
    for who in ("pool_manager@pc-xn", "org_department@pc-xn", "platform_admin", "service"):
        assert (await call(who, "POST", f"{path}/integrity-file/open", json=opening)).status_code == 403, who
    assert (await call("handler@sup2-xn", "POST", f"{path}/integrity-file/open", json={})).status_code == 422
    async with resources.database.sessions() as session:
        purposes = list(
            await session.scalars(text("select purpose from audit_entry where action = 'open_integrity_file'"))
        )
        stored = list(await session.scalars(text("select row_to_json(a)::text from integrity_record a")))
    assert purposes == ["daily_supervision"] * 2
    assert not any(WORDS in one or WORDS.encode().hex() in one for one in stored)
