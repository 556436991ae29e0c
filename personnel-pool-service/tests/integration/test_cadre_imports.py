"""Rosters: read, shown, stored whole or not at all."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from sqlalchemy import text

MANAGER = "pool_manager@pc-xn"
PATH = "/v1/cadre-imports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ["姓名", "原单位", "职级", "性别", "出生日期", "是否党员", "标签", "人才库", "工作经历", "亲属", "身份证号"]
FIRST = ["测试甲", "一室", "正科", "女", "1985-06-01", "是", "audit；谈话", "case", "2010-01~至今|sup1-xn|科长", "", ""]


def number_of(born: str, serial: int = 1) -> str:
    digits = f"410100{born.replace('-', '')}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(one) * by for one, by in zip(digits, weights, strict=True)) % 11]


def row(**cells: Any) -> list[Any]:
    names = ["name", "home", "rank", "gender", "born", "party", "tags", "pools", "history", "kin", "number"]
    return [cells.get(name, value) for name, value in zip(names, FIRST, strict=True)]


def as_csv(*rows: list[Any], header: list[str] = HEADER, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: list[Any], header: list[str] = HEADER, title: bool = False, merge: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append(["夏宁市人才库花名册"])
        sheet.merge_cells("A1:K1")
    sheet.append(header)
    for one in rows:
        sheet.append(one)
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def send(call: Any, city: None) -> Any:
    async def post(body: bytes, *, dry_run: bool = False, kind: str = "text/csv", who: str = MANAGER) -> Any:
        return await call(who, "POST", f"{PATH}?dry_run={dry_run}", content=body, headers={"Content-Type": kind})

    return post


async def fates(call: Any, answer: Any) -> list[Any]:
    assert answer.status_code == 201, answer.text
    found = (await call(MANAGER, "GET", f"{PATH}/{answer.json()['id']}/rows?limit=200")).json()["items"]
    return [(one["row"], one["action"], [(e["column"], e["code"]) for e in one["errors"]]) for one in found]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (as_csv(FIRST), "text/csv"),
        (as_csv(FIRST, encoding="gb18030"), "text/csv; charset=gb18030"),
        (as_xlsx(FIRST), XLSX),
        (as_xlsx(row(born=date(1985, 6, 1), history="2010-01~|一室|科长"), title=True), XLSX),
    ],
    ids=["utf-8", "gb18030", "xlsx", "xlsx with a title and a real date"],
)
async def test_a_roster_enters_people_who_are_lendable_at_once(call: Any, send: Any, body: bytes, kind: str) -> None:
    answer = await send(body, kind=kind)
    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in ("status", "rows", "created", "refused")} == {
        "status": "applied", "rows": 1, "created": 1, "refused": 0,
    }  # fmt: skip
    cadre = (await call(MANAGER, "GET", "/v1/cadres")).json()["items"][0]
    assert (cadre["home_unit"], cadre["rank"], cadre["gender"], cadre["status"]) == (
        "sup1-xn", "section_chief", "female", "active",
    )  # fmt: skip
    assert (cadre["tags"], cadre["pool_kinds"]) == (["audit", "谈话"], ["case"])
    assert cadre["work_history"] == [{"unit_code": "sup1-xn", "post": "科长", "from": "2010-01-01", "to": None}]
    entries = (await call(MANAGER, "GET", f"/v1/pool-entries?cadre_id={cadre['id']}")).json()["items"]
    assert [(one["pool_kind"], one["status"]) for one in entries] == [("case", "active")]


async def test_the_same_roster_again_changes_nothing(call: Any, send: Any, harness: Harness) -> None:
    body = as_csv(
        FIRST, row(name="测试乙", born="", kin="sibling|su-coop|某"), row(name="测试丙", number=number_of("1985-06-01"))
    )
    first = (await send(body)).json()
    before = len(await harness.staged_events())
    again = (await send(body)).json()
    assert (first["created"], again["created"], again["updated"], again["unchanged"]) == (3, 0, 0, 3)
    assert len(await harness.staged_events()) == before
    assert len(await harness.staged_events("pool.cadre.entered.v1")) == 3


async def test_a_dry_run_stores_nothing_and_what_it_showed_is_applied(call: Any, send: Any, new_cadre: Any) -> None:
    known = await new_cadre("sup1-xn", name="测试乙", birth_date="1980-01-01", rank="clerk", tags=[])
    body = as_csv(FIRST, row(name="测试乙", born="1980-01-01", tags="", history=""))
    shown = await send(body, dry_run=True)
    assert (shown.json()["status"], shown.json()["created"], shown.json()["updated"]) == ("checked", 1, 1)
    assert len((await call(MANAGER, "GET", "/v1/cadres")).json()["items"]) == 1
    path = f"{PATH}/{shown.json()['id']}"
    rows = (await call(MANAGER, "GET", f"{path}/rows?action=update")).json()["items"]
    assert rows[0]["key"] == known
    assert {"field": "rank", "before": "clerk", "after": "section_chief"} in rows[0]["changes"]
    applied = await call(MANAGER, "POST", f"{path}/apply")
    assert (applied.status_code, applied.json()["status"]) == (200, "applied")
    assert (await call(MANAGER, "POST", f"{path}/apply")).json() == applied.json()
    changed = (await call(MANAGER, "GET", f"/v1/cadres/{known}")).json()
    assert (changed["rank"], changed["tags"], changed["version"]) == ("section_chief", [], 2)
    assert len((await call(MANAGER, "GET", "/v1/cadres")).json()["items"]) == 2


async def test_a_dry_run_that_is_out_of_date_is_not_applied(call: Any, send: Any, new_cadre: Any) -> None:
    shown = await send(as_csv(FIRST), dry_run=True)
    await new_cadre("sup1-xn", name="测试甲", birth_date="1985-06-01")
    answer = await call(MANAGER, "POST", f"{PATH}/{shown.json()['id']}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "import_outdated")
    assert len((await call(MANAGER, "GET", "/v1/cadres")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("bad", "column", "code"),
    [
        ({"name": ""}, "name", "missing"),
        ({"rank": ""}, "rank", "missing"),
        ({"rank": "九品"}, "rank", "enum"),
        ({"born": "2099-01-01"}, "birth_date", "date_in_future"),
        ({"born": "1985-13-01"}, "birth_date", "malformed_date"),
        ({"born": "1985.06"}, "birth_date", "imprecise_date"),
        ({"home": "不存在的单位"}, "home_unit", "unknown_unit"),
        ({"history": "2010-01~2009-01|sup1-xn|科员"}, "work_history", "ends_before_start"),
        ({"history": "2010-01~2012-01|nowhere|科员"}, "work_history", "unknown_unit"),
        ({"history": "在一室工作多年"}, "work_history", "malformed_entry"),
        ({"party": "也许"}, "party_member", "neither_yes_nor_no"),
        ({"number": "410100198506010011"}, "id_number", "malformed_id_number"),
        ({"number": number_of("1990-01-01")}, "birth_date", "birth_differs_from_id"),
        ({"tags": "=A1"}, "tags", "formula"),
    ],
)
async def test_a_bad_row_is_refused_with_row_and_column_and_the_others_are_stored(
    call: Any, send: Any, bad: dict[str, Any], column: str, code: str
) -> None:
    body = as_csv(row(name="测试乙"), row(**{"name": "测试丙", **bad}))
    answer = await send(body)
    assert await fates(call, answer) == [(2, "create", []), (3, "refused", [(column, code)])]
    assert [one["name"] for one in (await call(MANAGER, "GET", "/v1/cadres")).json()["items"]] == ["测试乙"]
    errors = await call(MANAGER, "GET", f"{PATH}/{answer.json()['id']}/error-file")
    lines = list(csv.reader(io.StringIO(errors.content.decode("utf-8-sig"))))
    assert ["3", "refused", column, code] in [line[:4] for line in lines]


async def test_merged_cells_and_formulas_refuse_their_rows_only(call: Any, send: Any) -> None:
    body = as_xlsx(row(name="甲一"), row(name="乙二"), row(name="丙三"), row(name="丁四", rank="=1+1"), merge="B3:B4")
    assert await fates(call, await send(body, kind=XLSX)) == [
        (2, "create", []),
        (3, "refused", [(None, "merged_cells")]),
        (4, "refused", [(None, "merged_cells"), ("home_unit", "missing")]),
        (5, "refused", [("rank", "formula")]),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", "text/csv", "empty_file"),
        (as_csv(FIRST, header=["甲"] * 11), "text/csv", "no_header"),
        (as_csv(), "text/csv", "no_rows"),
        (as_xlsx(), XLSX, "no_rows"),
        (as_csv(FIRST, header=["姓名", *["备注"] * 10]), "text/csv", "missing_column"),
        (as_csv(FIRST, header=[*HEADER[:-1], "爱好"]), "text/csv", "unknown_header"),
        (as_csv(FIRST, header=[*HEADER[:-1], "姓名"]), "text/csv", "repeated_column"),
        (as_xlsx(FIRST, merge="A1:A2"), XLSX, "merged_header"),
        (b"PK\x03\x04 not a spreadsheet", XLSX, "unreadable_file"),
        (as_xlsx(FIRST)[:-100], XLSX, "unreadable_file"),
        (b"\xff\xfe\x00\x00\xff\xff", "text/csv", "unknown_encoding"),
    ],
)
async def test_a_file_that_is_no_roster_is_refused_whole(send: Any, body: bytes, kind: str, reason: str) -> None:
    answer = await send(body, kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")
    assert answer.json()["errors"][0]["code"] == reason


async def test_one_person_is_not_entered_twice(call: Any, send: Any, new_cadre: Any) -> None:
    await new_cadre("sup2-xn", name="测试乙", birth_date="1980-01-01")
    number = number_of("1985-06-01")
    body = as_csv(
        row(name="测试甲", number=number),
        row(name="测试甲", home="二室", number=number),  # the same number
        row(name="测试丙"),
        row(name="测试丙", home="二室"),  # the same name and birthday
        row(name="测试乙", born="1980-01-01"),  # in the pool at another unit
        row(name="测试丁", number=number_of("1985-06-01", 2)),
        row(name="测试丁", home="二室", number=number_of("1985-06-01", 4)),  # two numbers are two people
    )
    assert await fates(call, await send(body)) == [
        (2, "create", []),
        (3, "refused", [(None, "duplicate_in_file")]),
        (4, "create", []),
        (5, "refused", [(None, "duplicate_in_file")]),
        (6, "refused", [(None, "same_name_and_birth")]),
        (7, "create", []),
        (8, "create", []),
    ]
    moved = await send(as_csv(row(name="测试甲", home="二室", number=number), row(name="别人", number=number)))
    assert await fates(call, moved) == [(2, "update", []), (3, "refused", [(None, "id_number_of_another")])]


async def test_doubts_are_flagged_and_taken(call: Any, send: Any) -> None:
    overlap = "2010-01~2015-01|一室|科员;2014-01~至今|二室|科长"
    answer = await send(as_csv(row(history=overlap, number=number_of("1985-06-01", 1), born="", gender="女")))
    assert (answer.json()["created"], answer.json()["flagged"]) == (1, 1)
    item = (await call(MANAGER, "GET", f"{PATH}/{answer.json()['id']}/rows")).json()["items"][0]
    assert {flag["code"] for flag in item["flags"]} == {"overlapping_history", "unlisted_tag", "gender_differs_from_id"}
    assert (await call(MANAGER, "GET", f"/v1/cadres/{item['key']}")).json()["birth_date"] == "1985-06-01"


async def test_identity_numbers_and_relatives_are_nowhere_in_the_open(
    call: Any, send: Any, resources: Resources, caplog: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    number, kin = number_of("1985-06-01"), "䶮某人"
    shown = await send(as_csv(row(number=number, kin=f"配偶|su-coop|{kin}")), dry_run=True)
    path = f"{PATH}/{shown.json()['id']}"
    answers = [shown, await call(MANAGER, "GET", f"{path}/rows"), await call(MANAGER, "POST", f"{path}/apply")]
    key = (await call(MANAGER, "GET", f"{path}/rows")).json()["items"][0]["key"]
    answers += [await call(MANAGER, "GET", f"/v1/cadres/{key}"), await call(MANAGER, "GET", f"{path}/error-file")]
    twin = {"name": "别人", "home_unit": "sup1-xn", "rank": "clerk", "gender": "male", "party_member": True}
    answers.append(await call(MANAGER, "POST", "/v1/cadres", json={**twin, "id_number": number}))
    answers.append(await call(MANAGER, "POST", "/v1/cadres", json={**twin, "id_number": number[:-1] + "Y"}))
    assert [one.status_code for one in answers[-2:]] == [409, 422]
    assert [one.text for one in answers if number in one.text or number[:-1] in one.text or kin in one.text] == []
    out = capfd.readouterr()
    assert number not in out.out + out.err + caplog.text
    async with resources.database.sessions() as session:
        names = list(await session.scalars(text("select tablename from pg_tables where schemaname = 'public'")))
        for name in names:
            for one in await session.scalars(text(f'select row_to_json(t)::text from "{name}" t')):
                assert number not in one, name
                assert kin not in one, name
                assert kin.encode().hex() not in one, name
                assert number.encode().hex() not in one, name


async def test_only_pool_managers_bring_rosters(send: Any, call: Any) -> None:
    for who in ("org_department@pc-xn", "platform_admin", "home_unit_approver@sup1-xn", "service"):
        assert (await send(as_csv(FIRST), who=who)).status_code == 403
    assert (await send(as_csv(FIRST), kind="application/pdf")).status_code == 415


async def test_a_retry_with_the_same_key_is_the_same_import(call: Any, city: None) -> None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "roster-1"}
    first = await call(MANAGER, "POST", PATH, content=as_csv(FIRST), headers=headers)
    again = await call(MANAGER, "POST", PATH, content=as_csv(FIRST), headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
