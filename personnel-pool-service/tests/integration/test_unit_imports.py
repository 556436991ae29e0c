"""A directory from a file: any order of rows, no cycles, nothing half-stored."""

import csv
import io
from typing import Any

from chassis.testing.harness import Harness

ADMIN = "platform_admin"
PATH = "/v1/unit-imports"
HEADER = ["单位代码", "单位名称", "类型", "层级", "上级代码", "别名", "联系室", "驻在单位"]


def as_csv(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *([*row, *[""] * (len(HEADER) - len(row))] for row in rows)])
    return out.getvalue().encode("gb18030")


async def send(call: Any, *rows: list[str], dry_run: bool = False) -> Any:
    headers = {"Content-Type": "text/csv"}
    return await call(ADMIN, "POST", f"{PATH}?dry_run={dry_run}", content=as_csv(*rows), headers=headers)


async def fates(call: Any, answer: Any) -> list[Any]:
    assert answer.status_code == 201, answer.text
    rows = (await call(ADMIN, "GET", f"{PATH}/{answer.json()['id']}/rows")).json()["items"]
    return [(one["key"], one["action"], [(e["column"], e["code"]) for e in one["errors"]]) for one in rows]


TREE = (
    ["su-b", "乙局", "被监督单位", "市", "su-a", "", "so-1", ""],
    ["dg-1", "驻甲组", "派驻组", "市", "cdi-1", "", "", "su-a；su-b"],
    ["so-1", "一室", "监督检查室", "市", "cdi-1"],
    ["cdi-1", "市纪委监委", "纪委监委", "市", "pc-1"],
    ["su-a", "甲局", "被监督单位", "市", "pc-1", "甲；老甲", "so-1"],
    ["pc-1", "市委", "党委", "市"],
)


async def test_rows_may_stand_in_any_order(call: Any, harness: Harness) -> None:
    answer = await send(call, *TREE)
    assert {key: answer.json()[key] for key in ("created", "refused", "status")} == {
        "created": 6, "refused": 0, "status": "applied",
    }  # fmt: skip
    unit = (await call("handler", "GET", "/v1/units/su-b")).json()
    assert (unit["parent_code"], unit["linked_office"], unit["level"]) == ("su-a", "so-1", "city")
    assert (await call("handler", "GET", "/v1/units/su-a")).json()["aliases"] == ["甲", "老甲"]
    assert (await call("handler", "GET", "/v1/units/dg-1")).json()["host_units"] == ["su-a", "su-b"]
    tree = await harness.resources.directory.tree(fresh=True)
    assert tree.linked_office("su-b") == "so-1"
    before = len(await harness.staged_events())
    again = await send(call, *TREE)
    assert (again.json()["unchanged"], len(await harness.staged_events())) == (6, before)


async def test_a_dry_run_shows_what_would_change_and_a_cell_left_empty_changes_nothing(call: Any) -> None:
    await send(call, *TREE)
    shown = await send(call, ["su-a", "甲管理局", "", "", ""], dry_run=True)
    rows = (await call(ADMIN, "GET", f"{PATH}/{shown.json()['id']}/rows")).json()["items"]
    assert rows[0]["changes"] == [
        {"field": "former_names", "before": [], "after": ["甲局"]},
        {"field": "name", "before": "甲局", "after": "甲管理局"},
    ]
    assert (await call("handler", "GET", "/v1/units/su-a")).json()["name"] == "甲局"
    await call(ADMIN, "POST", f"{PATH}/{shown.json()['id']}/apply")
    unit = (await call("handler", "GET", "/v1/units/su-a")).json()
    assert (unit["name"], unit["aliases"], unit["parent_code"]) == ("甲管理局", ["甲", "老甲", "甲局"], "pc-1")
    history = (await call("handler", "GET", "/v1/units/su-a/history")).json()["items"]
    assert [history[0]["changes"], history[-1]["changes"]] == [["renamed"], ["created"]]


async def test_cycles_unknown_parents_and_duplicates_are_refused_row_by_row(call: Any) -> None:
    await send(call, *TREE)
    answer = await send(
        call,
        ["pc-1", "市委", "党委", "市", "su-b"],  # a cycle with what is there
        ["x-1", "环一", "被监督单位", "市", "x-2"],
        ["x-2", "环二", "被监督单位", "市", "x-1"],
        ["x-3", "环下", "被监督单位", "市", "x-2"],
        ["y-1", "无主", "被监督单位", "市", "nowhere"],
        ["y-2", "无主下", "被监督单位", "市", "y-1"],
        ["su-c", "甲局", "被监督单位", "市", "pc-1"],  # the same name below the same parent
        ["su-d", "丁局", "被监督单位", "市", "pc-1"],
        ["su-d", "丁局二", "被监督单位", "市", "pc-1"],
        ["z z", "坏码", "被监督单位", "市", "pc-1"],
        ["su-e", "", "被监督单位", "市", "pc-1"],
        ["su-f", "己局", "衙门", "市", "pc-1"],
    )
    assert await fates(call, answer) == [
        (None, "refused", [("parent_code", "unit_cycle")]),
        (None, "refused", [("parent_code", "unit_cycle")]),
        (None, "refused", [("parent_code", "unit_cycle")]),
        (None, "refused", [("parent_code", "refers_to_refused_row")]),
        (None, "refused", [("parent_code", "unknown_unit")]),
        (None, "refused", [("parent_code", "refers_to_refused_row")]),
        (None, "refused", [("name", "duplicate_unit")]),
        ("su-d", "create", []),
        (None, "refused", [("code", "duplicate_in_file")]),
        (None, "refused", [("code", "string_pattern_mismatch")]),
        (None, "refused", [("name", "missing")]),
        (None, "refused", [("unit_type", "enum")]),
    ]
    assert (await call("handler", "GET", "/v1/units/pc-1")).json()["parent_code"] is None
    assert (await call("handler", "GET", "/v1/units/x-1")).status_code == 404
    for who in ("leader@cdi-1", "service"):
        assert (await call(who, "POST", PATH, content=b"x", headers={"Content-Type": "text/csv"})).status_code == 403
