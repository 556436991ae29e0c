"""Tables as people keep them: titles, several sheets, numbers that lost digits, dates in every spelling."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from chassis.spreadsheets.domain import Column, Row, has_lost_digits, read_date, rows_of
from chassis.spreadsheets.errors import FileRefused
from chassis.spreadsheets.files import CSV, XLSX, read_rows
from chassis.testing.tables import as_xlsx

COLUMNS = (Column("number", ("编号",), is_required=True), Column("said", ("事项",), is_required=True))
HEADER = ["编号", "事项"]


def read(content: bytes, form: str) -> list[Row]:
    return list(rows_of(read_rows(io.BytesIO(content), form), COLUMNS))


def with_sheets(*, state: str = "visible", tables: list[list[list[str]]], at: int | None = None) -> bytes:
    def add(sheet: Any) -> None:
        for table in tables:
            other = sheet.parent.create_sheet(index=at)
            other.sheet_state = state
            for row in table:
                other.append(row)

    return as_xlsx([HEADER, ["甲-1", "一"]], change=add)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_title_above_the_header_does_not_hide_what_parts_the_cells(separator: str) -> None:
    text = f"2026年台账\n编号{separator}事项\n甲-1{separator}一\n"
    assert [row.text("number") for row in read(text.encode(), CSV)] == ["甲-1"]


def test_rows_on_another_sheet_are_not_left_out_in_silence() -> None:
    with pytest.raises(FileRefused) as refused:
        read(with_sheets(tables=[[["第二批"], HEADER, ["甲-2", "二"]]]), XLSX)
    assert refused.value.reason == "several_sheets"


@pytest.mark.parametrize(
    "content",
    [
        with_sheets(tables=[[["填写说明"], ["编号不得重复"]]]),
        with_sheets(tables=[[HEADER]]),
        with_sheets(tables=[[HEADER, ["甲-2", "二"]]], state="hidden"),
        with_sheets(tables=[[["来源"], ["来信"]]], state="hidden", at=0),
    ],
    ids=["notes", "an empty form", "hidden rows", "a hidden list in front"],
)
def test_sheets_that_hold_nothing_to_import_do_no_harm(content: bytes) -> None:
    assert [row.text("number") for row in read(content, XLSX)] == ["甲-1"]


def test_the_header_is_not_looked_for_on_another_sheet() -> None:
    def notes_first(sheet: Any) -> None:
        other = sheet.parent.create_sheet(index=0)
        other.append(["填写说明"])

    with pytest.raises(FileRefused) as refused:
        read(as_xlsx([HEADER, ["甲-1", "一"]], change=notes_first), XLSX)
    assert refused.value.reason == "no_header"


def test_a_row_that_calls_itself_the_billionth_is_not_counted_up_to() -> None:
    content = changed(
        as_xlsx([HEADER, ["甲-1", "一"]]), lambda sheet: sheet.replace(b'<row r="2"', b'<row r="999999999"')
    )
    with pytest.raises(FileRefused) as refused:
        read(content, XLSX)
    assert refused.value.reason == "unreadable_file"


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = source.read(name)
            archive.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


@pytest.mark.parametrize("cell", ["1.10101E+17", "4e+18", 10**15, 1.10101199001011e17])
def test_a_long_number_that_a_spreadsheet_rounded_is_noticed(cell: Any) -> None:
    assert has_lost_digits(cell)


@pytest.mark.parametrize("cell", ["110101199001010011", "E+17", "2026-001", 13_800_000_000, 12.5, None])
def test_other_cells_have_lost_nothing(cell: Any) -> None:
    assert not has_lost_digits(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-02",
        "2026/3/2",
        "2026年3月2日",
        "２０２６－０３－０２",
        "2026-03-02 00:00:00",
        "2026/3/2 0:00",
        20260302,
    ],
)
def test_days_are_read_as_people_and_programs_write_them(cell: Any) -> None:
    assert read_date(cell) == date(2026, 3, 2)
