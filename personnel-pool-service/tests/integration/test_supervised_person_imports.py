"""Supervised persons from spreadsheets: each row's fate told, nothing half-stored."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from chassis.spreadsheets.files import XLSX_TYPE

PATH = "/v1/supervised-person-imports"
MANAGER = "pool_manager@pc-xn"
HEADER = ["人员代码", "姓名", "单位", "职务", "职级", "管理党委", "是否党员", "监察对象", "一把手", "对象类别"]
GOOD = ["sp-1", "测试甲", "夏宁市供销合作社", "副主任", "副处", "中共夏宁市委", "是", "是", "否", "公务员"]


def as_csv(*rows: list[Any], header: list[str] = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("gb18030")


def as_xlsx(*rows: list[Any], merged: str | None = None, header: list[str] = HEADER) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["监督对象名册"], header, *rows):
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def send(call: Any, body: bytes, kind: str = "text/csv", *, who: str = MANAGER, dry_run: bool = False) -> Any:
    return await call(who, "POST", f"{PATH}?dry_run={dry_run}", content=body, headers={"Content-Type": kind})


async def fates(call: Any, answer: Any) -> list[Any]:
    assert answer.status_code == 201, answer.text
    rows = (await call(MANAGER, "GET", f"{PATH}/{answer.json()['id']}/rows")).json()["items"]
    return [(one["row"], one["action"], [(e["column"], e["code"]) for e in one["errors"]]) for one in rows]


async def test_a_file_is_shown_first_and_stored_as_shown(call: Any, city: None) -> None:
    shown = await send(call, as_csv(GOOD), dry_run=True)
    assert {key: shown.json()[key] for key in ("status", "rows", "created")} == {
        "status": "checked", "rows": 1, "created": 1,
    }  # fmt: skip
    assert (await call(MANAGER, "GET", "/v1/supervised-persons/sp-1")).status_code == 404
    applied = await call(MANAGER, "POST", f"{PATH}/{shown.json()['id']}/apply")
    assert applied.json()["status"] == "applied"
    person = (await call(MANAGER, "GET", "/v1/supervised-persons/sp-1")).json()
    assert person == {
        "code": "sp-1", "name": "测试甲", "unit_code": "su-coop", "post": "副主任", "rank": "division_deputy",
        "managing_committee": "pc-xn", "is_party_member": True, "is_supervision_object": True,
        "is_top_leader": False, "object_group": "civil_servant", "version": 1,
    }  # fmt: skip
    again = await send(call, as_xlsx(GOOD), XLSX_TYPE)
    assert (again.json()["unchanged"], again.json()["form"]) == (1, "xlsx")


async def test_an_empty_cell_says_nothing_and_a_filled_one_shows_before_and_after(call: Any, city: None) -> None:
    await send(call, as_csv(GOOD))
    shown = await send(call, as_csv(["sp-1", "", "", "主任", "", "", "", "", "是", ""]), dry_run=True)
    (row,) = (await call(MANAGER, "GET", f"{PATH}/{shown.json()['id']}/rows")).json()["items"]
    assert row["changes"] == [
        {"field": "post", "before": "副主任", "after": "主任"},
        {"field": "is_top_leader", "before": False, "after": True},
    ]


async def test_what_cannot_be_taken_is_refused_row_by_row(call: Any, city: None) -> None:
    rest = GOOD[3:]
    answer = await send(
        call,
        as_csv(
            ["sp-1", "测试甲", "su-coop", *rest],
            ["sp-1", "测试乙", "su-coop", *rest],
            ["", "测试丙", "su-coop", *rest],
            ["sp-4", "测试丁", "不知哪里", *rest],
            ["sp-5", "", "su-coop", *rest],
            ["sp-6", "测试己", "su-coop", "科长", "九品", *rest[2:]],
            ["sp-7", "测试庚", "su-coop", "科长", "科员", "pc-xn", "也许", "是", "否", "公务员"],
            ["s p", "测试辛", "su-coop", *rest],
        ),
    )
    assert await fates(call, answer) == [
        (2, "create", []),
        (3, "refused", [("code", "duplicate_in_file")]),
        (4, "refused", [("code", "missing")]),
        (5, "refused", [("unit_code", "unknown_unit")]),
        (6, "refused", [("name", "missing")]),
        (7, "refused", [("rank", "enum")]),
        (8, "refused", [("is_party_member", "neither_yes_nor_no")]),
        (9, "refused", [("code", "string_pattern_mismatch")]),
    ]
    listed = (await call(MANAGER, "GET", "/v1/supervised-persons")).json()["items"]
    assert [one["name"] for one in listed] == ["测试甲"]


async def test_merged_cells_and_formulas_refuse_their_rows_and_wrong_headers_the_file(call: Any, city: None) -> None:
    second, formula = ["sp-2", *GOOD[1:]], ["sp-3", "=A1", *GOOD[2:]]
    answer = await send(call, as_xlsx(GOOD, second, formula, merged="D4:D5"), XLSX_TYPE)
    assert [(row, action, [code for _, code in errors]) for row, action, errors in await fates(call, answer)] == [
        (3, "create", []),
        (4, "refused", ["merged_cells"]),
        (5, "refused", ["merged_cells", "formula"]),
    ]
    for header in (["人员代码", "颜色"], ["姓名", "单位"], ["人员代码", "代码"]):
        refused = await send(call, as_csv(["sp-9", "测试"], header=header))
        assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")


async def test_a_closed_unit_takes_nobody_new(call: Any, city: None) -> None:
    await call(MANAGER, "POST", "/v1/units/su-coop-branch/dissolve")
    answer = await send(call, as_csv(["sp-1", "测试甲", "su-coop-branch", *GOOD[3:]]))
    assert await fates(call, answer) == [(2, "refused", [("unit_code", "closed_unit_named")])]


async def test_rows_are_read_only_by_those_who_read_persons_and_lines_are_not_run_dry(call: Any, city: None) -> None:
    assert (await send(call, as_csv(GOOD), who="platform_admin")).status_code == 403
    stored = await send(call, as_csv(GOOD))
    for path in ("", f"/{stored.json()['id']}", f"/{stored.json()['id']}/rows", f"/{stored.json()['id']}/error-file"):
        for who in ("platform_admin", "handler@sup1-xn", "org_department@pc-xn"):
            assert (await call(who, "GET", PATH + path)).status_code == 403
    assert (await send(call, b"{}", "application/x-ndjson", dry_run=True)).status_code == 422
    assert (await send(call, b"{}", "application/pdf")).status_code == 415


@pytest.mark.proof
async def test_twenty_one_thousand_rows_are_one_file(call: Any, city: None) -> None:
    rows = [[f"sp-{number:05d}", f"测试{number}", "su-coop", *GOOD[3:]] for number in range(21_000)]
    answer = await send(call, as_xlsx(*rows), XLSX_TYPE)
    assert (answer.json()["created"], answer.json()["refused"]) == (21_000, 0)
    assert (await send(call, as_csv(*rows))).json()["unchanged"] == 21_000
