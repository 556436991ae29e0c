"""Files to rows, read as streams: XLSX, and CSV in UTF-8 or GB18030."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError  # the type of the error only; nothing is parsed with it

from chassis.spreadsheets.domain import HEADER_WITHIN, Cell, RawRow
from chassis.spreadsheets.errors import FileRefused

CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"text/csv": CSV, "application/csv": CSV, XLSX_TYPE: XLSX}
_UNPACKED = 256 * 1024 * 1024  # bytes: a small archive must not fill the memory
_SUSPECT = 32 * 1024 * 1024  # bytes from which an archive that was packed much too well is taken for a trap
_PACKED_WELL = 200  # times; sheets of text shrink 5 to 30 times
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="\$?[A-Z]{1,3}\$?(\d{1,7})(?::\$?[A-Z]{1,3}\$?(\d{1,7}))?"')
_WINDOW = 1 << 20
_LAST_ROW = 1_048_576  # of a sheet; a row that calls itself a later one would be counted up to
_SEPARATORS = ",;\t"


def read_rows(file: IO[bytes], form: str) -> Iterator[RawRow]:
    """The rows of a file that can be sought in; raises ``FileRefused``. Lazily: a fault may come while reading.

    Of a workbook the first sheet that is shown; of the others only where a header would stand.
    """
    return _xlsx_rows(file) if form == XLSX else _csv_rows(file)


def _csv_rows(file: IO[bytes]) -> Iterator[RawRow]:
    encoding = _encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _lines(text)
    finally:
        text.detach()  # the file stays open for whoever opened it


def _lines(text: io.TextIOWrapper) -> Iterator[RawRow]:
    head = text.read(4096)
    text.seek(0)
    if "\x00" in head:
        raise FileRefused("unreadable_file")
    reader = csv.reader(text, delimiter=_separator(head), strict=True)
    begins = 1
    try:
        for values in reader:
            cells: tuple[Cell, ...] = tuple(value.strip() or None for value in values)
            formulas = frozenset(i for i, cell in enumerate(cells) if isinstance(cell, str) and cell.startswith("="))
            yield RawRow(begins, cells, formulas)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused("unreadable_file") from error


def _separator(head: str) -> str:
    """What parts the cells: it is most of the first line that has any, since a title above the header has none."""
    lines = (line for line in head.splitlines() if any(mark in line for mark in _SEPARATORS))
    return max(_SEPARATORS, key=next(lines, "").count)


def _encoding_of(file: IO[bytes]) -> str:
    """Which of the two encodings the whole file is in; raises ``FileRefused`` where it is neither, or empty."""
    is_empty = True
    for encoding in ("utf-8-sig", "gb18030"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := file.read(_WINDOW):
                is_empty = is_empty and not piece.strip()
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if is_empty:
            break
        return encoding
    raise FileRefused("empty_file" if is_empty else "unknown_encoding")


def _xlsx_rows(file: IO[bytes]) -> Iterator[RawRow]:
    import openpyxl
    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    faults = (
        zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, NotImplementedError, EOFError, OSError,
    )  # fmt: skip
    if not file.seek(0, io.SEEK_END):
        raise FileRefused("empty_file")
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_traps(archive)
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for place, sheet in enumerate(shown or book.worksheets):
                yield from _sheet_rows(archive, sheet, place)
    except faults as error:
        # openpyxl answers a damaged file with whatever broke first.
        raise FileRefused("unreadable_file") from error


def _sheet_rows(archive: zipfile.ZipFile, sheet: Any, place: int) -> Iterator[RawRow]:
    merged = _merged_rows(archive, sheet) if place == 0 else set()
    sheet.reset_dimensions()  # what a file says about its own size is often wrong
    rows = sheet.iter_rows() if place == 0 else islice(sheet.iter_rows(), HEADER_WITHIN + 1)
    for number, cells in enumerate(rows, 1):
        if number > _LAST_ROW:
            raise FileRefused("unreadable_file")
        yield _xlsx_row(number, cells, is_merged=number in merged, sheet=place)


def _refuse_traps(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > _UNPACKED or (unpacked > _SUSPECT and unpacked > _PACKED_WELL * packed):
        raise FileRefused("too_large_unpacked")


def _xlsx_row(number: int, cells: tuple[Any, ...], *, is_merged: bool, sheet: int) -> RawRow:
    values = []
    formulas = set()
    for index, cell in enumerate(cells):
        kind, value = getattr(cell, "data_type", "n"), cell.value
        if kind in ("f", "e"):  # a formula, or what is left of a broken one
            formulas.add(index)
        values.append(value.strip() or None if isinstance(value, str) else value)
    return RawRow(number, tuple(values), frozenset(formulas), is_merged, sheet)


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
