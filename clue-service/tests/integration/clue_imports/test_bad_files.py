"""Files as people really send them: each fault is named, nothing of a refused file is kept, no memory is filled."""

import io
import zipfile
from typing import Any

from chassis.service import Resources
from chassis.spreadsheets.files import XLSX_TYPE
from chassis.testing.tables import as_csv, as_xlsx
from clue_service.access.row_security import engine_session
from sqlalchemy import text

HEADER = ["原编号", "线索来源", "收到日期", "反映问题", "被反映人", "被反映人单位", "渠道"]
ROW = ["l:1", "信访举报", "2026-11-20", "虚报冒领补贴。", "测试一", "夏宁市住建局", "来信"]
WHOLE: list[tuple[str, bytes, str, str]] = [
    ("nothing", b"", "text/csv", "empty_file"),
    ("blanks", b" \n\n ", "text/csv", "empty_file"),
    ("no rows", as_csv([HEADER]), "text/csv", "no_rows"),
    ("no rows in a book", as_xlsx([HEADER]), XLSX_TYPE, "no_rows"),
    ("no lines", b"\n\n", "application/x-ndjson", "no_rows"),
    ("another table", "姓名,年龄\n甲,3\n".encode(), "text/csv", "no_header"),
    ("a column short", "原编号,线索来源,收到日期\n1,信访,2026-11-20\n".encode(), "text/csv", "missing_column"),
    ("a strange column", as_xlsx([[*HEADER, "备用"], ROW]), XLSX_TYPE, "unknown_header"),
    ("two hundred columns", as_xlsx([[*HEADER, *(f"列{n}" for n in range(200))], ROW]), XLSX_TYPE, "unknown_header"),
    ("a column twice", as_xlsx([[*HEADER, "原编号"], ROW]), XLSX_TYPE, "repeated_column"),
    (
        "merged header",
        as_xlsx([HEADER, ROW], change=lambda sheet: sheet.merge_cells("F1:G1")),
        XLSX_TYPE,
        "merged_header",
    ),
    ("latin", "原编号".encode() + b"\xff\xfe\xff", "text/csv", "unknown_encoding"),
    ("no archive", b"PK\x03\x04 nothing", XLSX_TYPE, "unreadable_file"),
]


async def test_a_file_without_rows_or_that_cannot_be_read_is_refused_at_once(
    call: Any, resources: Resources, refuse: Any
) -> None:
    for name, content, kind, reason in WHOLE:
        problem = await refuse(content, kind)
        assert problem["errors"][0]["code"] == reason, name
        assert problem["errors"][0]["message"]
    listed = (await call("officer@pet-dh", "GET", "/v1/clue-imports")).json()["items"]
    assert [one["status"] for one in listed] == ["failed"] * len(WHOLE)
    for one, (*_, reason) in zip(reversed(listed), WHOLE, strict=True):
        told = (await call("officer@pet-dh", "GET", f"/v1/operations/{one['id']}")).json()
        assert (told["problem"]["code"], told["problem"]["reason"]) == ("file_refused", reason)
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_import_piece")) == 0
        assert await session.scalar(text("select count(*) from clue")) == 0


async def test_what_is_found_only_further_on_is_told_in_the_operation(send: Any, resources: Resources) -> None:
    for content, reason in (
        (as_csv([HEADER]) + (b"," * 2_000 + b"\r\n") * 530, "no_rows"),
        (as_csv([HEADER, ROW]) + b'"', "unreadable_file"),
    ):
        told = await send(content, "text/csv")
        assert told["status"] == "failed"
        assert (told["problem"]["code"], told["problem"]["reason"]) == ("file_refused", reason)
        assert told["problem"]["title"]
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_import_piece")) == 0


async def test_the_last_of_several_parts_is_refused_as_well(call: Any) -> None:
    sent = as_csv([HEADER])
    kind = {"Content-Type": "text/csv"}
    begun = await call("officer@pet-dh", "POST", "/v1/clue-imports?more=true", headers=kind, content=sent[:20])
    assert begun.status_code == 202
    path = f"/v1/clue-imports/{begun.json()['id']}/parts/20"
    bytes_ = {"Content-Type": "application/octet-stream"}
    answer = await call("officer@pet-dh", "PUT", path, headers=bytes_, content=sent[20:])
    assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")
    again = await call("officer@pet-dh", "PUT", path, headers=bytes_, content=sent[20:])
    assert (again.status_code, again.json()["code"]) == (409, "import_not_receiving")


async def test_an_archive_that_would_fill_the_memory_is_refused(refuse: Any) -> None:
    for size in (40 * 1024 * 1024, 300 * 1024 * 1024):
        out = io.BytesIO()
        with (
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("xl/sharedStrings.xml", "w") as part,
        ):
            for _ in range(size >> 20):
                part.write(b" " * (1 << 20))
        problem = await refuse(out.getvalue(), XLSX_TYPE)
        assert problem["errors"][0]["code"] == "too_large_unpacked"


async def test_cells_that_cannot_be_taken_are_named_and_the_other_rows_stored(
    call: Any, send: Any, ledger: Any
) -> None:

    def spoil(sheet: Any) -> None:
        sheet["D3"] = '=HYPERLINK("http://x")'
        sheet.merge_cells("F4:G4")
        sheet["C5"] = "2026年11月"
        sheet["J6"] = "多余"
        sheet["B7"] = "谣言"

    told = await send(as_xlsx(ledger(6), change=spoil), XLSX_TYPE)
    assert [told["result"][name] for name in ("created", "refused")] == [1, 5]
    found = (await call("officer@pet-dh", "GET", f"/v1/clue-imports/{told['id']}/errors")).json()["items"]
    assert [(one["row"], one["field"], one["code"]) for one in found] == [
        (3, "text", "formula"),
        (4, None, "merged_cells"),
        (5, "received_on", "imprecise_date"),
        (6, "J", "cell_without_header"),
        (7, "source_code", "enum"),
    ]


async def test_the_title_above_a_header_and_dates_and_amounts_as_cells_are_understood(call: Any, send: Any) -> None:
    header = ["原编号", "来源", "收件日期", "反映内容", "涉及金额", "是否上级管理", "署名情况", "举报人", "联系电话"]
    table = [
        ["2026年线索台账"],
        header,
        ["a:1", "AUDIT", "2026年11月20日", "公款吃喝", 12000, "否", "实名", "标记人甲", "13800000000"],
        ["a:2", "审计移送", "20261120", "公车私用", "1,200.50", "", "匿名", "", ""],
    ]
    told = await send(as_xlsx(table), XLSX_TYPE)
    assert [told["result"][name] for name in ("created", "refused")] == [2, 0]
    items = (await call("officer@pet-dh", "GET", "/v1/clues")).json()["items"]
    clues = [(await call("officer@pet-dh", "GET", f"/v1/clues/{one['id']}")).json() for one in reversed(items)]
    assert [one["allegations"][0]["amount_cny"] for one in clues] == [12000, 1200.5]
    assert [one["reporter"]["identity_type"] for one in clues] == ["real_name", "anonymous"]


async def test_a_kind_of_file_that_is_not_known_is_refused_at_once(call: Any) -> None:
    answer = await call(
        "officer@pet-dh", "POST", "/v1/clue-imports", headers={"Content-Type": "application/pdf"}, content=b"%PDF"
    )
    assert answer.status_code == 415


async def test_numbers_that_lost_their_digits_do_not_make_two_people_one(call: Any, send: Any) -> None:
    header = [*HEADER, "被反映人身份证号", "联系电话"]
    given = [
        ["n:1", *ROW[1:], "1.10101E+17", ""],
        ["1.23457E+17", *ROW[1:], "", ""],
        ["n:3", *ROW[1:], "", "1.3800E+10"],
        ["n:4", *ROW[1:], "110101199001010011", "13800000000"],
    ]
    told = await send(as_csv([header, *given]))
    assert [told["result"][name] for name in ("created", "refused")] == [1, 3]
    found = (await call("officer@pet-dh", "GET", f"/v1/clue-imports/{told['id']}/errors")).json()["items"]
    assert [(one["row"], one["field"], one["code"]) for one in found] == [
        (2, "subject_id_number", "number_not_text"),
        (3, "origin_ref", "number_not_text"),
        (4, "reporter_contact", "number_not_text"),
    ]


async def test_long_numbers_of_a_workbook_are_not_taken_for_one(call: Any, send: Any) -> None:
    table = [HEADER, [123456789012345678, *ROW[1:]], [123456789012345679, *ROW[1:]]]
    told = await send(as_xlsx(table), XLSX_TYPE)
    assert [told["result"][name] for name in ("created", "refused")] == [0, 2]


async def test_every_fault_of_a_row_is_said_in_words(call: Any, send: Any) -> None:
    allegation = b'{"text": "a", "amount_cny": NaN}'
    form = b'{"origin_ref": "w:1", "source_code": "PETITION", "received_on": 20261120, "allegations": [%s]}'
    line = form % allegation
    told = await send(line, "application/x-ndjson")
    for language, words in (
        ("zh-CN", {"应为日期 YYYY-MM-DD", "应为数字"}),
        ("en", {"Must be a date, YYYY-MM-DD", "Must be a number"}),
    ):
        path = f"/v1/clue-imports/{told['id']}/errors"
        found = (await call("officer@pet-dh", "GET", path, headers={"Accept-Language": language})).json()["items"]
        assert {one["message"] for one in found} == words
