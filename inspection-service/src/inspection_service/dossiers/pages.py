"""The printable page of a dossier, in Chinese: figures and charts first, then every item."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.bar_charts import bar_chart
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from inspection_service.charts.words import word
from inspection_service.dossiers import domain
from inspection_service.dossiers.domain import Item, Shown

_PAGES = Environment(
    loader=PackageLoader("inspection_service.dossiers", "pages_zh"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["word"] = word
_MOST_BARS = 15


def dossier_page(document: Mapping[str, Any], shown: Shown, sha256: str | None, reader: str) -> str:
    """The page as HTML. ``reader`` is printed on it: a copy tells whose it is."""
    return _PAGES.get_template("dossier.html").render(
        facts=document,
        counts=document["counts"],
        sections=[(name, [_row(item) for item in shown.items if item["section"] == name]) for name in domain.SECTIONS],
        withheld=shown.withheld,
        sha256=sha256,
        reader=reader,
        charts=_charts(document["counts"], shown.items),
    )


_FIELDS = (
    "date", "ref", "clue_no", "categories", "state", "problem", "text", "severity", "source_code", "round_type",
)  # fmt: skip


def _row(item: Item) -> dict[str, Any]:
    """An item with every field a row may show: sections have different ones."""
    return {name: item.get(name) for name in _FIELDS}


def _charts(counts: Mapping[str, Any], items: Sequence[Item]) -> list[Markup]:
    ledger = counts["ledger"] or {}
    drawn = [
        ("各类资料条数", domain.tally(items, "section")),
        ("线索办理情况", ledger.get("by_stage", {})),
        ("线索来源", ledger.get("by_source", {})),
        ("线索反映问题类别", ledger.get("by_category", {})),
        ("线索受理年度", ledger.get("by_year", {})),
        ("历次发现问题严重程度", domain.tally(items, "severity", "findings")),
        ("整改事项进展", domain.tally(items, "state", "rectifications")),
    ]
    return [
        # bar_chart escapes every label and title it is given.
        Markup(bar_chart(title, [(word(code), number) for code, number in list(rows.items())[:_MOST_BARS]]))  # noqa: S704 - see above
        for title, rows in drawn
        if rows
    ]
