"""Clues as NDJSON, CSV and XLSX. Every line says by which export it left, so that a copy can be traced."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from chassis.errors import Text
from chassis.spreadsheets.workbooks import XLSX, workbook

from clue_service.clue_exports.domain import Format
from clue_service.clues.filing import FiledClue
from clue_service.statistics.sheets import csv_of
from clue_service.statistics.words import word

MEDIA_TYPES = {
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: XLSX,
}
HEADS = (
    Text("线索编号", "Number"),
    Text("状态", "Status"),
    Text("了结方式", "Closure"),
    Text("来源", "Source"),
    Text("渠道", "Channel"),
    Text("收到日期", "Received on"),
    Text("登记时间", "Registered at"),
    Text("受理单位", "Receiving unit"),
    Text("承办单位", "Lead unit"),
    Text("协办单位", "Co units"),
    Text("密级", "Secrecy"),
    Text("举报人类型", "Reporter"),
    Text("被反映人（单位）", "Subjects"),
    Text("问题类别", "Categories"),
    Text("反映问题", "Allegations"),
    Text("摘要", "Summary"),
    Text("处置方式", "Disposition"),
    Text("处置理由", "Its reason"),
    Text("处置结果", "Outcome"),
    Text("结果说明", "Note on it"),
    Text("导出编号", "Export"),
    Text("导出人", "Taken out by"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def file_of(clues: Sequence[FiledClue], form: Format, language: str, mark: tuple[str, str], at: datetime) -> bytes:
    """The file; ``mark`` is the export's id and who took it out."""
    if form is Format.NDJSON:
        return "".join(_line(clue, mark) for clue in clues).encode()
    heads = [head.in_language(language) for head in HEADS]
    if form is Format.CSV:
        return csv_of(heads, ([_plain(cell) for cell in row] for row in _rows(clues, language, mark)))
    return workbook(heads, {mark[0].split("-")[0]: list(_rows(clues, language, mark))}, at.date())


def _line(clue: FiledClue, mark: tuple[str, str]) -> str:
    document = {**clue.model_dump(mode="json"), "export_id": mark[0], "exported_by": mark[1]}
    return json.dumps(document, ensure_ascii=False) + "\n"


def _rows(clues: Sequence[FiledClue], language: str, mark: tuple[str, str]) -> Iterator[list[str]]:
    for clue in clues:
        yield [text or "" for text in (*_cells(clue, language), *mark)]


def _cells(clue: FiledClue, language: str) -> tuple[str | None, ...]:
    def said(code: str | None) -> str:
        return word(code, language) if code else ""

    disposition, result = clue.disposition, clue.result
    return (
        clue.clue_no,
        said(clue.status),
        said(clue.closure),
        said(clue.source_code),
        said(clue.channel),
        clue.received_on.isoformat(),
        clue.registered_at.isoformat(),
        clue.receiving_unit,
        clue.lead_unit,
        "；".join(clue.co_units),
        said(clue.secrecy_level),
        said(clue.reporter_identity),
        "\n".join(_person(one) for one in clue.subjects),
        "；".join(said(code) for code in clue.categories),
        "\n".join(one.text for one in clue.allegations if one.moved_to_id is None),
        clue.summary,
        said(disposition.method) if disposition else None,
        disposition.reason if disposition else None,
        said(result.outcome) if result else None,
        result.note if result else None,
    )


def _person(subject: Any) -> str:
    return " ".join(part for part in (subject.name, subject.unit_name or subject.unit_code, subject.post) if part)


def _plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
