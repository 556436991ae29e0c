"""Statistics as a table for spreadsheets and as charts."""

import csv
import io

from chassis.bar_charts import bar_chart

from inspection_service.charts.words import word
from inspection_service.statistics.domain import as_rows
from inspection_service.statistics.schemas import StatisticsOut

_CHARTS = {
    "rounds_by_type": "各类巡察轮次",
    "findings_by_severity": "发现问题严重程度",
    "findings_by_category": "发现问题类别",
    "rectifications_by_state": "整改事项进展",
}


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


def svg_of(statistics: StatisticsOut) -> str:
    """The charts below each other in one image."""
    drawn, y = [], 0
    for name, title in _CHARTS.items():
        value = statistics.figures[name]
        rows = [(word(code), number) for code, number in value.items()] if isinstance(value, dict) else []
        drawn.append(f'<svg y="{y}">{bar_chart(f"{title}（{statistics.as_of}）", rows)}</svg>')
        y += 60 + 26 * max(1, len(rows))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="660" height="{y}">{"".join(drawn)}</svg>'
