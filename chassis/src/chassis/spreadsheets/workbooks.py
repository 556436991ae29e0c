"""Workbooks as they leave: the same rows give the same bytes, and no text becomes a formula or a link."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 24

Cell = str | int


def workbook(heads: Sequence[str], sheets: Mapping[str, Sequence[Sequence[Cell]]], day: date) -> bytes:
    """A workbook with one sheet per name, each under the same heads; ``day`` is the only date it carries."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(day.year, day.month, day.day, tzinfo=UTC), "author": ""})
    bold = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(heads) - 1, _WIDTH)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                sheet.write(line, column, value)
    book.close()
    return out.getvalue()
