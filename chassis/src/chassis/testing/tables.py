"""Tables as the files people send: CSV in any encoding, and XLSX."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl


def as_csv(table: Iterable[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """A table as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode(encoding)


def as_xlsx(table: Iterable[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    """A table as a workbook; ``change`` is handed the sheet before it is written."""
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(list(row))
    if change is not None:
        change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
