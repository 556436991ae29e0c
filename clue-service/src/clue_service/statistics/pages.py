"""Figures as a page to print, made of a document and nothing else: same document, same page."""

from collections.abc import Mapping
from html import escape
from typing import Any

from chassis.bar_charts import bar_chart
from chassis.errors import Text
from chassis.print_pages import print_page

from clue_service.statistics.domain import BREAKDOWNS, SMALLEST
from clue_service.statistics.sheets import HIDDEN
from clue_service.statistics.words import FIGURES, word

_DATES = Text("单位：{unit}；期间：{first} 至 {last}；数据截止：{as_of}。", "{unit}; {first} to {last}; as of {as_of}.")
_RULE = Text(
    "小于 {smallest} 的数及可推算出它的数不予显示，以免由数据推知反映人。线索尚待核实，数量不代表问题属实。",
    "Numbers below {smallest}, and those they could be worked out from, are not shown, lest they point at who reported."
    " Clues are unverified: a number says nothing about whether they are true.",
)
_HIDDEN_NOTE = Text("未显示：{codes}", "Not shown: {codes}")
_HOTSPOTS = Text("热点（较上一同长期间增加）", "Hotspots (more than in the period before)")
_COLUMNS = (Text("类别", "Category"), Text("本期", "Now"), Text("上期", "Before"), Text("增加", "More"))


def render(document: Mapping[str, Any], title: Text, digest: str, language: str) -> str:
    """HTML without scripts or outside resources."""
    dates = _DATES.in_language(language).format(
        unit=document["commission"], first=document["from"], last=document["to"], as_of=document["as_of"]
    )
    parts = [
        f"<p>{escape(dates)}</p>",
        f"<p>{escape(_RULE.in_language(language).format(smallest=SMALLEST))}</p>",
        _plain(document, language),
        *(_chart(name, document[name], language) for name in (*BREAKDOWNS, "library_items")),
        _hotspots(document.get("hotspots"), language),
        f"<p><small>SHA-256: {escape(digest)}</small></p>",
    ]
    return print_page(title.in_language(language), parts, language)


def _number(number: int | None) -> str:
    return escape(HIDDEN) if number is None else str(number)


def _plain(document: Mapping[str, Any], language: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(FIGURES[name].in_language(language))}</td><td>{_number(document[name])}</td></tr>"
        for name in ("clues", "advice_served")
    )
    return f"<table>{rows}</table>"


def _chart(name: str, counts: Mapping[str, int | None], language: str) -> str:
    shown = [(word(code, language), number) for code, number in counts.items() if number is not None]
    hidden = [word(code, language) for code, number in counts.items() if number is None]
    chart = bar_chart(FIGURES[name].in_language(language), shown)
    note = _HIDDEN_NOTE.in_language(language).format(codes="、".join(hidden) if language != "en" else ", ".join(hidden))
    return chart + (f"<p><small>{escape(note)}</small></p>" if hidden else "")


def _hotspots(lines: Any, language: str) -> str:
    if not lines:
        return ""
    heads = "".join(f"<th>{escape(one.in_language(language))}</th>" for one in _COLUMNS)
    rows = "".join(
        f"<tr><td>{escape(word(one['category'], language))}</td><td>{one['now']}</td><td>{one['before']}</td>"
        f"<td>{one['more']}</td></tr>"
        for one in lines
    )
    return f"<h2>{escape(_HOTSPOTS.in_language(language))}</h2><table><tr>{heads}</tr>{rows}</table>"
