"""Figures as CSV and XLSX: the same figures give the same bytes."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from clue_service.statistics.domain import SMALLEST, rows_of
from clue_service.statistics.words import FIGURES, HEADS, word

HIDDEN = f"<{SMALLEST}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rows(document: Mapping[str, Any], language: str) -> list[tuple[str, str, str, int | str]]:
    return [
        (FIGURES[name].in_language(language), code, word(code, language), HIDDEN if number is None else number)
        for name, code, number in rows_of(document)
    ]


def as_csv(document: Mapping[str, Any], language: str) -> bytes:
    """UTF-8 with a mark at the beginning, as spreadsheet programs expect it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([head.in_language(language) for head in HEADS])
    writer.writerows(_rows(document, language))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(document: Mapping[str, Any], language: str) -> bytes:
    """A workbook of one sheet; its only date is the day as of which it was counted."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.fromisoformat(document["as_of"]).replace(tzinfo=UTC), "author": ""})
    sheet = book.add_worksheet(f"{document['from']}_{document['to']}")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 3, 24)
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head.in_language(language), bold)
    for line, row in enumerate(_rows(document, language), start=1):
        for column, value in enumerate(row):
            sheet.write(line, column, value)
    book.close()
    return out.getvalue()
