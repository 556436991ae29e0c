"""Statistics as a table for spreadsheets and as charts."""

import csv
import io
from collections.abc import Mapping

from chassis.bar_charts import bar_chart

from inspection_service.charts.words import word
from inspection_service.statistics.domain import as_rows
from inspection_service.statistics.schemas import StatisticsOut
from inspection_service.statistics.words import FIGURES

CHARTS = (
    "rounds_by_type", "rounds_by_state", "rounds_by_year", "findings_by_severity", "findings_by_category",
    "findings_by_unit", "findings_by_year", "clues_by_phase", "rectifications_by_state",
)  # fmt: skip
MOST_BARS = 15


def csv_of(statistics: StatisticsOut) -> str:
    """Rows of figure, code, number, with the byte order mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["as_of", "figure", "code", "number"])
    for name, code, number in as_rows(statistics.figures):
        # A category is the team's own word: a leading sign must not become a formula.
        safe = f"'{code}" if code[:1] in ("=", "+", "-", "@", "\t") else code
        writer.writerow([statistics.as_of.isoformat(), name, safe, number])
    return out.getvalue()


def bars_of(statistics: StatisticsOut, name: str, names: Mapping[str, str], language: str) -> list[tuple[str, int]]:
    """Label and number of one chart; units by name, the most first, and no more than fit."""
    value = statistics.figures[name]
    rows = list(value.items()) if isinstance(value, dict) else []
    if name == "findings_by_unit":
        most = sorted(rows, key=lambda row: (-row[1], row[0]))
        return [(names.get(code, code), number) for code, number in most[:MOST_BARS]]
    return [(word(code, language), number) for code, number in rows]


def svg_of(statistics: StatisticsOut, names: Mapping[str, str], language: str) -> str:
    """The charts below each other in one image. ``names``: what units are called, by code."""
    drawn, y = [], 0
    for name in CHARTS:
        rows = bars_of(statistics, name, names, language)
        title = f"{FIGURES[name].in_language(language)} ({statistics.as_of})"
        drawn.append(f'<svg y="{y}">{bar_chart(title, rows)}</svg>')
        y += 60 + 26 * max(1, len(rows))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="660" height="{y}">{"".join(drawn)}</svg>'
