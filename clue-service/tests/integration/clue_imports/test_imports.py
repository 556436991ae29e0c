"""Files of clues: every form, sent at once or in parts, again and again, and what each caller may see of them."""

import asyncio
import json
from typing import Any

from chassis.service import Resources
from chassis.spreadsheets.files import XLSX_TYPE
from chassis.testing.harness import Harness
from chassis.testing.tables import as_csv, as_xlsx
from clue_service.access.row_security import engine_session
from clue_service.clue_imports import service as imports
from clue_service.intake.worker import match_pending
from sqlalchemy import text

OFFICER = "officer@pet-dh"
LINES = "application/x-ndjson"


def lines(*documents: Any) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in documents)


FULL = {
    "source_code": "PETITION",
    "channel": "letter",
    "received_on": "2026-11-20",
    "subjects": [{"name": "张建国", "unit_name": "夏宁市住建局", "id_number": "110101199003070000"}, {"name": "王某"}],
    "allegations": [{"category_code": "C1", "text": "收受承建商现金。", "amount_cny": 50000}, {"text": "一"}],
    "reporter": {"identity_type": "real_name", "name": "标记人甲", "contact": "标记电话-1"},
    "origin_ref": "hotline:1",
}


async def counts(resources: Resources, *names: str) -> list[int]:
    async with engine_session(resources) as session:
        return [int(await session.scalar(text(f"select count(*) from {name}")) or 0) for name in names]


async def test_lines_of_json_become_what_the_form_would(call: Any, send: Any, harness: Harness) -> None:
    by_hand = (await call(OFFICER, "POST", "/v1/clues", {**FULL, "origin_ref": "hotline:0"})).json()
    told = await send(lines(FULL, {**FULL, "origin_ref": "hotline:2", "reporter": None}), LINES)
    assert (told["status"], told["progress"]) == ("succeeded", {"done": 2, "total": 2})
    assert [told["result"][name] for name in ("created", "known", "receipts", "refused")] == [2, 0, 0, 0]
    seen = (await call(OFFICER, "GET", "/v1/clues")).json()["items"]
    numbers = sorted(one["clue_no"] for one in seen)
    assert numbers == [f"cdi-dh-2026-{n:06d}" for n in (1, 2, 3)]
    (imported,) = [one for one in seen if one["origin_ref"] == "hotline:1"]
    got = (await call(OFFICER, "GET", f"/v1/clues/{imported['id']}")).json()
    own = {"id", "clue_no", "origin_ref", "registered_at", "subjects", "allegations", "is_matching_pending"}
    own |= {"candidates"}
    assert {key: value for key, value in got.items() if key not in own} == {
        key: value for key, value in by_hand.items() if key not in own
    }
    for part in ("subjects", "allegations"):
        assert [{**one, "id": 0} for one in got[part]] == [{**one, "id": 0} for one in by_hand[part]]
    events = await harness.staged_events("clue.clue.registered")
    assert {one.data["origin_ref"] for one in events} == {"hotline:0", "hotline:1", "hotline:2"}
    steps = (await call(OFFICER, "GET", f"/v1/clues/{imported['id']}/timeline")).json()["items"]
    assert [(one["action"], one["to_status"], one["actor"]) for one in steps] == [("register", "registered", OFFICER)]


async def test_matching_follows_behind(call: Any, send: Any, resources: Resources, register: Any, matter: Any) -> None:
    first = await register(OFFICER, matter[0])
    await send(lines({**matter[1], "origin_ref": "copy:1"}), LINES)
    async with engine_session(resources) as session:
        await session.execute(text("update matching_pending set since = since - interval '10 seconds'"))
    await match_pending(resources)
    (imported,) = [
        one for one in (await call(OFFICER, "GET", "/v1/clues")).json()["items"] if one["origin_ref"] == "copy:1"
    ]
    got = (await call(OFFICER, "GET", f"/v1/clues/{imported['id']}")).json()
    assert not got["is_matching_pending"]
    assert [one["clue_id"] for one in got["candidates"]] == [first["id"]]


async def test_tables_in_every_form_say_the_same(call: Any, send: Any, ledger: Any) -> None:
    table = ledger(3)
    first = await send(as_csv(table, encoding="gb18030"))
    assert first["result"]["created"] == 3
    for content, kind in (
        (as_csv(table, encoding="utf-8-sig"), "text/csv"),
        (as_csv(table), "text/csv; charset=utf-8"),
        (as_xlsx(table), XLSX_TYPE),
    ):
        again = await send(content, kind)
        assert [again["result"][name] for name in ("created", "known", "refused")] == [0, 3, 0], kind
    (clue, *_) = (await call(OFFICER, "GET", "/v1/clues")).json()["items"]
    assert (clue["source_code"], clue["channel"], clue["received_on"]) == ("PETITION", "letter", "2026-11-20")
    assert (clue["subjects"][0]["name"], clue["subjects"][0]["resolved_unit"]) == ("测试2", "su-housing")


async def test_a_dry_run_counts_and_stores_nothing(send: Any, resources: Resources, ledger: Any) -> None:
    table = [*ledger(3), ["l:9", "谣言", "2026-11-20", "一", "", "", ""]]
    told = await send(as_csv(table), query="?dry_run=true")
    assert [told["result"][name] for name in ("created", "known", "refused")] == [3, 0, 1]
    kept = await counts(resources, "clue", "clue_number", "clue_import_piece", "clue_import_error", "outbox")
    assert kept == [0, 0, 0, 1, 0]


async def test_somebody_managed_above_becomes_a_receipt_that_holds_nothing(
    call: Any, send: Any, resources: Resources
) -> None:
    marked = {**FULL, "above_level": True, "origin_ref": "above:1", "summary": "标记摘要", "nonsense": "标记甲"}
    told = await send(lines(marked, {**marked, "origin_ref": "above:2"}, FULL), LINES)
    assert [told["result"][name] for name in ("created", "known", "receipts", "refused")] == [1, 0, 2, 0]
    again = await send(lines(marked), LINES)
    assert [again["result"][name] for name in ("created", "known", "receipts", "refused")] == [0, 1, 0, 0]
    receipts = (await call(OFFICER, "GET", "/v1/sealed-receipts")).json()["items"]
    assert [(one["received_on"], one["channel"], one["courier"]) for one in receipts] == [
        ("2026-11-20", "letter", None)
    ] * 2
    assert await counts(resources, "clue", "sealed_receipt", "reporter", "clue_import_piece") == [1, 2, 1, 0]
    async with engine_session(resources) as session:
        for table in ("clue", "clue_subject", "clue_allegation", "sealed_receipt", "clue_import_receipt", "clue_import",
                      "clue_import_error", "audit_entry", "outbox"):  # fmt: skip
            held = await session.scalar(text(f"select string_agg({table}::text, ' ') from {table}")) or ""
            assert "above:" not in held, table
            assert "标记" not in held, table


async def test_what_is_wrong_is_named_by_row_field_and_code(call: Any, send: Any) -> None:
    wrong = [
        {**FULL, "origin_ref": "ok:1"},
        {**FULL, "origin_ref": "ok:1"},
        {**FULL, "origin_ref": None},
        {**FULL, "origin_ref": "w:3", "received_on": "2027-01-01"},
        {**FULL, "origin_ref": "w:4", "subjects": [{"name": "甲"}, {"unit_code": "no-such"}]},
        {**FULL, "origin_ref": "w:5", "receiving_unit": "cdi-xs"},
        {**FULL, "origin_ref": "w:6", "标记人": "标记"},
        {**FULL, "origin_ref": "w:7", "allegations": []},
        {**FULL, "origin_ref": "w:8", "reporter": {"identity_type": "real_name"}},
    ]
    content = lines(*wrong) + b'{"a"\n' + b"[1]\n" + '{"origin_ref":"标"}'.encode("gb18030") + b"\n\n"
    told = await send(content, LINES)
    assert [told["result"][name] for name in ("rows_total", "created", "refused")] == [12, 1, 11]
    path = f"/v1/clue-imports/{told['id']}/errors"
    found, cursor = [], ""
    while cursor is not None:
        page = (await call(OFFICER, "GET", f"{path}?limit=4{cursor and f'&cursor={cursor}'}")).json()
        found += [(one["row"], one["field"], one["code"]) for one in page["items"]]
        cursor = page["next_cursor"]
    assert found == [
        (2, "/origin_ref", "duplicate_in_file"),
        (3, "/origin_ref", "missing"),
        (4, "/received_on", "in_the_future"),
        (5, "/subjects/1/unit_code", "unknown_unit"),
        (6, "/receiving_unit", "receiving_unit_not_yours"),
        (7, None, "extra_forbidden"),
        (8, "/allegations", "too_short"),
        (9, "/reporter", "real_name_incomplete"),
        (10, None, "malformed_json"),
        (11, None, "malformed_json"),
        (12, None, "unknown_encoding"),
    ]
    file = await call(OFFICER, "GET", f"/v1/clue-imports/{told['id']}/error-file", headers={"Accept-Language": "en"})
    assert file.content.startswith(b"\xef\xbb\xbfrow,field,code,message\r\n2,/origin_ref,duplicate_in_file,The same")
    assert "标记" not in file.text


async def test_only_the_sender_meets_an_import(call: Any, send: Any, ledger: Any) -> None:
    told = await send(as_csv([*ledger(1), ["x", "", "", "", "", "", ""]]))
    for who in ("officer2@pet-dh", "supervisor@cmo-dh", "leader@cdi-dh", "auditor@cdi-dh", "admin@pc-xn"):
        for path in ("clue-imports/{}", "clue-imports/{}/errors", "clue-imports/{}/error-file", "operations/{}"):
            answer = await call(who, "GET", f"/v1/{path.format(told['id'])}")
            assert answer.status_code == 404, (who, path)
        assert (await call(who, "GET", "/v1/clue-imports")).json()["items"] == []
    assert [one["id"] for one in (await call(OFFICER, "GET", "/v1/clue-imports")).json()["items"]] == [told["id"]]
    for who in ("handler@inv1-dh", "leader@cdi-dh", "auditor@cdi-dh"):
        answer = await call(who, "POST", "/v1/clue-imports", headers={"Content-Type": "text/csv"}, content=b"x")
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")


async def test_the_origin_of_a_clue_that_is_hidden_is_taken(call: Any, send: Any) -> None:
    secret = {**FULL, "secrecy_level": "secret"}
    assert (await call("officer2@pet-dh", "POST", "/v1/clues", secret)).status_code == 201
    told = await send(lines(FULL), LINES)
    assert [told["result"][name] for name in ("created", "known", "refused")] == [0, 0, 1]


async def test_a_file_comes_in_parts_and_goes_on_where_it_broke_off(
    call: Any, harness: Harness, resources: Resources, ledger: Any
) -> None:
    content = as_csv(ledger(40))
    kind = {"Content-Type": "text/csv"}
    answer = await call(OFFICER, "POST", "/v1/clue-imports?more=true", headers=kind, content=content[:700])
    assert (answer.status_code, answer.json()["status"]) == (202, "receiving")
    path = f"/v1/clue-imports/{answer.json()['id']}"
    for offset in (0, 699, 701):
        wrong = await call(OFFICER, "PUT", f"{path}/parts/{offset}", content=content[offset:])
        assert (wrong.status_code, wrong.json()["code"]) == (409, "part_out_of_place")
        assert wrong.json()["received_bytes"] == 700
    assert (await call("officer2@pet-dh", "PUT", f"{path}/parts/700", content=b"x")).status_code == 404
    racing = await asyncio.gather(
        *(call(OFFICER, "PUT", f"{path}/parts/700?more=true", content=content[700:900]) for _ in range(4))
    )
    assert sorted(one.status_code for one in racing) == [202, 409, 409, 409]
    assert (await call(OFFICER, "GET", path)).json()["received_bytes"] == 900
    last = await call(OFFICER, "PUT", f"{path}/parts/900", content=content[900:])
    assert (last.status_code, last.json()["status"]) == (202, "queued")
    late = await call(OFFICER, "PUT", f"{path}/parts/{len(content)}", content=b"x")
    assert (late.status_code, late.json()["code"]) == (409, "import_not_receiving")
    await harness.run_jobs()
    assert (await call(OFFICER, "GET", path)).json()["created"] == 40
    assert await counts(resources, "clue", "clue_import_piece") == [40, 0]


async def test_the_kept_file_is_sealed(call: Any, resources: Resources, ledger: Any) -> None:
    content = as_csv(ledger(3))
    await call(OFFICER, "POST", "/v1/clue-imports?more=true", headers={"Content-Type": "text/csv"}, content=content)
    async with engine_session(resources) as session:
        held = await session.scalar(text("select sealed from clue_import_piece"))
        assert "测试".encode() not in held
        assert len(held) > len(content)
    async with resources.database.sessions() as session:
        assert await session.scalar(text("select has_table_privilege('clue_import_piece', 'select')")) is False


async def test_a_file_that_never_becomes_complete_is_dropped(
    call: Any, resources: Resources, harness: Harness, ledger: Any
) -> None:
    sent = await call(
        OFFICER, "POST", "/v1/clue-imports?more=true", headers={"Content-Type": "text/csv"}, content=as_csv(ledger(1))
    )
    await imports.forget_old_imports(resources)
    assert await counts(resources, "clue_import_piece") == [1]
    async with engine_session(resources) as session:
        await session.execute(text("update clue_import set updated_at = updated_at - interval '25 hours'"))
    await imports.forget_old_imports(resources)
    assert await counts(resources, "clue_import_piece") == [0]
    told = (await call(OFFICER, "GET", f"/v1/operations/{sent.json()['id']}")).json()
    assert (told["status"], told["problem"]["code"]) == ("failed", "upload_abandoned")


async def test_the_same_request_again_is_one_import(
    call: Any, harness: Harness, resources: Resources, ledger: Any
) -> None:
    content = as_csv(ledger(2))
    sent = {"Content-Type": "text/csv", "Idempotency-Key": "once-1"}
    first = await call(OFFICER, "POST", "/v1/clue-imports", headers=sent, content=content)
    again = await call(OFFICER, "POST", "/v1/clue-imports", headers=sent, content=content)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    other = await call(OFFICER, "POST", "/v1/clue-imports", headers=sent, content=as_csv(ledger(3)))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    while await harness.run_jobs():
        pass
    assert await counts(resources, "clue") == [2]


async def test_a_service_imports_for_a_person(call: Any, send: Any) -> None:
    form = {**FULL, "receiving_unit": "cdi-xn"}
    told = await send(lines(form), LINES, who="service@")
    assert told["result"]["created"] == 1
    told = await send(lines({**FULL, "origin_ref": "x:2"}), LINES, who="service@")
    assert told["result"]["refused"] == 1
