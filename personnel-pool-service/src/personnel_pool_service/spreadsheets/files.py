"""Files to rows: XLSX read as a stream, CSV in UTF-8 or GB18030."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError  # the type of the error only; nothing is parsed with it

from personnel_pool_service.spreadsheets.domain import Cell, RawRow
from personnel_pool_service.spreadsheets.errors import FileRefused

CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"text/csv": CSV, "application/csv": CSV, XLSX_TYPE: XLSX}
_UNPACKED = 256 * 1024 * 1024  # bytes: a small archive must not fill the memory
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="\$?[A-Z]{1,3}\$?(\d{1,7})(?::\$?[A-Z]{1,3}\$?(\d{1,7}))?"')
_WINDOW = 1 << 20


def read_rows(body: bytes, form: str) -> Iterator[RawRow]:
    """The rows of a file, in order; raises ``FileRefused``. Lazily: a fault may come while reading."""
    if not body.strip():
        raise FileRefused("empty_file")
    return _xlsx_rows(body) if form == XLSX else _csv_rows(body)


def _csv_rows(body: bytes) -> Iterator[RawRow]:
    text = _decode(body)
    if "\x00" in text[:4096]:
        raise FileRefused("unreadable_file")
    head = text[:4096].split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for values in reader:
            cells: tuple[Cell, ...] = tuple(value.strip() or None for value in values)
            formulas = frozenset(i for i, cell in enumerate(cells) if isinstance(cell, str) and cell.startswith("="))
            yield RawRow(begins, cells, formulas)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused("unreadable_file") from error


def _decode(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("unknown_encoding")


def _xlsx_rows(body: bytes) -> Iterator[RawRow]:
    import openpyxl
    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    faults = (
        zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, NotImplementedError, EOFError, OSError,
    )  # fmt: skip
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
                raise FileRefused("too_large_unpacked")
            book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            merged = _merged_rows(archive, sheet)
            sheet.reset_dimensions()  # what a file says about its own size is often wrong
            for number, cells in enumerate(sheet.iter_rows(), 1):
                yield _xlsx_row(number, cells, is_merged=number in merged)
    except faults as error:
        # openpyxl answers a damaged file with whatever broke first.
        raise FileRefused("unreadable_file") from error


def _xlsx_row(number: int, cells: tuple[Any, ...], *, is_merged: bool) -> RawRow:
    values = []
    formulas = set()
    for index, cell in enumerate(cells):
        kind, value = getattr(cell, "data_type", "n"), cell.value
        if kind in ("f", "e"):  # a formula, or what is left of a broken one
            formulas.add(index)
        values.append(value.strip() or None if isinstance(value, str) else value)
    return RawRow(number, tuple(values), frozenset(formulas), is_merged)


def _merged_rows(archive: zipfile.ZipFile, sheet: Any) -> set[int]:
    """Rows touched by merged cells; a reader that streams does not know them, so the sheet's text is searched."""
    rows: set[int] = set()
    path = sheet._worksheet_path.lstrip("/")  # noqa: SLF001 - the only way from a sheet to its part of the archive
    with archive.open(path) as part:
        tail = b""
        while piece := part.read(_WINDOW):
            window = tail + piece
            for found in _MERGED.finditer(window):
                first, last = int(found[1]), int(found[2] or found[1])
                rows.update(range(first, min(last, first + 100_000) + 1))
            tail = window[-200:]
    return rows
