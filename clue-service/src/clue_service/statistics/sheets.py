"""Figures as CSV and XLSX: the same figures give the same bytes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from chassis.spreadsheets.workbooks import workbook

from clue_service.statistics.domain import SMALLEST, rows_of
from clue_service.statistics.words import FIGURES, HEADS, word

HIDDEN = f"<{SMALLEST}"


def _rows(document: Mapping[str, Any], language: str) -> list[tuple[str, str, str, int | str]]:
    return [
        (FIGURES[name].in_language(language), code, word(code, language), HIDDEN if number is None else number)
        for name, code, number in rows_of(document)
    ]


def as_csv(document: Mapping[str, Any], language: str) -> bytes:
    """The figures as ``csv_of`` writes them."""
    return csv_of([head.in_language(language) for head in HEADS], _rows(document, language))


def as_xlsx(document: Mapping[str, Any], language: str) -> bytes:
    """A workbook of one sheet; its only date is the day as of which it was counted."""
    heads = [head.in_language(language) for head in HEADS]
    name = f"{document['from']}_{document['to']}"
    return workbook(heads, {name: _rows(document, language)}, date.fromisoformat(document["as_of"]))


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a mark at the beginning, as spreadsheet programs expect it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
