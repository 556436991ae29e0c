"""A bulletin as a page to print and as a workbook: made of its figures and nothing else."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from itertools import groupby

from chassis.bar_charts import bar_chart
from chassis.print_pages import print_page
from chassis.spreadsheets.workbooks import workbook

from notification_service.bulletins.domain import Period
from notification_service.bulletins.figures import Line, Part
from notification_service.bulletins.words import DATES, HEADS, NOTHING, RULE, SOURCES, TITLES


def digest_of(period: Period, parts: Sequence[Part]) -> str:
    """SHA-256 of what a reader was shown."""
    shown = {"period": [period.rhythm.value, period.first.isoformat()], "parts": [asdict(one) for one in parts]}
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def page_of(period: Period, parts: Sequence[Part], language: str) -> str:
    """HTML without scripts or outside resources: same figures, same bytes."""
    dates = DATES.in_language(language).format(first=period.first, last=period.last)
    written = [
        f"<p>{escape(dates)}</p><p>{escape(RULE.in_language(language))}</p>",
        *(_part(one, language) for one in parts),
        f"<p><small>SHA-256: {digest_of(period, parts)}</small></p>",
    ]
    return print_page(TITLES[period.rhythm].in_language(language).format(no=period.number), written, language)


def _part(part: Part, language: str) -> str:
    head = f"<h2>{escape(SOURCES[part.source].in_language(language))}</h2>"
    if part.lines is None:
        return f"{head}<p>{escape(NOTHING.in_language(language))}</p>"
    plain = [line for line in part.lines if not line.code]
    rows = "".join(f"<tr><td>{escape(one.figure)}</td><td>{escape(str(one.number))}</td></tr>" for one in plain)
    return head + (f"<table>{rows}</table>" if rows else "") + "".join(_charts(part.lines))


def _charts(lines: Sequence[Line]) -> Iterator[str]:
    for figure, group in groupby((line for line in lines if line.code), lambda line: line.figure):
        of_figure = list(group)
        yield bar_chart(figure, [(one.name, one.number) for one in of_figure if isinstance(one.number, int)])
        if hidden := [f"{one.name} {one.number}" for one in of_figure if isinstance(one.number, str)]:
            yield f"<p><small>{escape(', '.join(hidden))}</small></p>"


def sheet_of(period: Period, parts: Sequence[Part], language: str) -> bytes:
    """A workbook with a sheet per service; its only date is the period's last day."""
    heads = [head.in_language(language) for head in HEADS]
    sheets = {
        SOURCES[part.source].in_language(language): [
            (line.figure, line.code, line.name, line.number) for line in part.lines or ()
        ]
        for part in parts
    }
    return workbook(heads, sheets, period.last)
