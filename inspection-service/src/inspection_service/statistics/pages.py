"""Statistics as a page to print, made of the figures and nothing else: same figures, same page."""

from collections.abc import Mapping
from html import escape

from chassis.bar_charts import bar_chart
from chassis.errors import Text

from inspection_service.charts.words import word
from inspection_service.statistics.schemas import StatisticsOut
from inspection_service.statistics.sheets import CHARTS, bars_of
from inspection_service.statistics.words import FIGURES

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:16px/1.7 'FangSong','Noto Serif CJK SC',serif;margin:2.5cm;color:#000}"
    "h1{text-align:center;font-size:22px}table{border-collapse:collapse}td,th{border:1px solid #000;padding:4px 8px}"
    "svg{max-width:100%;height:auto;margin:.6em 0}@media print{body{margin:0}svg,tr{break-inside:avoid}"
    "@page{size:A4;margin:2.5cm}}"
)
_ROUND = Text("巡察轮次统计", "Figures of a round")
_UNIT = Text("被巡察单位统计", "Figures of a unit")
_ALL = Text("巡察工作统计", "Figures of inspections")
_AS_OF = Text("数据截止：{as_of}", "as of {as_of}")
_PERIOD = Text("开始时间：{first} 至 {last}", "rounds that begin {first} to {last}")
_OPEN = Text("不限", "any day")
_READER = Text("阅看人：{reader}", "Reader: {reader}")
_SCOPE = Text("仅统计阅看人有权知悉的巡察。", "Only what the reader may meet is counted.")
_MORE_CODES = Text("明细", "By code")
_NUMBER = Text("数量", "Number")
_FIGURE = Text("指标", "Figure")


def page_of(statistics: StatisticsOut, names: Mapping[str, str], reader: str, language: str) -> str:
    """HTML without scripts or outside resources; ``names``: what units are called, by code."""
    head = escape(_title(statistics).in_language(language))
    reader_told = _READER.in_language(language).format(reader=reader)
    parts = [
        f"<h1>{head}</h1>",
        f"<p>{escape(_about(statistics, names, language))}</p>",
        f"<p><small>{escape(reader_told)} {escape(_SCOPE.in_language(language))}</small></p>",
        _plain(statistics, language),
        *(
            bar_chart(FIGURES[name].in_language(language), bars)
            for name in CHARTS
            if (bars := bars_of(statistics, name, names, language))
        ),
        _codes(statistics, names, language),
    ]
    tongue = "en" if language == "en" else "zh-CN"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{head}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _title(statistics: StatisticsOut) -> Text:
    if statistics.round_id is not None:
        return _ROUND
    return _ALL if statistics.unit_code is None else _UNIT


def _about(statistics: StatisticsOut, names: Mapping[str, str], language: str) -> str:
    """What was counted: the round or the unit, the period, the day."""
    told = []
    if statistics.round_title is not None:
        told.append(statistics.round_title)
    if statistics.unit_code is not None:
        told.append(f"{names.get(statistics.unit_code, statistics.unit_code)} ({statistics.unit_code})")
    if statistics.starts_from is not None or statistics.starts_to is not None:
        nothing = _OPEN.in_language(language)
        first, last = (str(day or nothing) for day in (statistics.starts_from, statistics.starts_to))
        told.append(_PERIOD.in_language(language).format(first=first, last=last))
    told.append(_AS_OF.in_language(language).format(as_of=statistics.as_of))
    return ("; " if language == "en" else "；").join(told)


def _plain(statistics: StatisticsOut, language: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(FIGURES[name].in_language(language))}</td><td>{value}</td></tr>"
        for name, value in statistics.figures.items()
        if isinstance(value, int)
    )
    return f"<table>{_heads(language, _FIGURE, _NUMBER)}{rows}</table>"


def _codes(statistics: StatisticsOut, names: Mapping[str, str], language: str) -> str:
    """Every number of every chart, also those that did not fit."""
    rows = "".join(
        f"<tr><td>{escape(FIGURES[name].in_language(language))}</td>"
        f"<td>{escape(names.get(code, code) if name == 'findings_by_unit' else word(code, language))}</td>"
        f"<td>{number}</td></tr>"
        for name, value in statistics.figures.items()
        if isinstance(value, dict)
        for code, number in value.items()
    )
    return f"<table>{_heads(language, _FIGURE, _MORE_CODES, _NUMBER)}{rows}</table>" if rows else ""


def _heads(language: str, *heads: Text) -> str:
    return "<tr>" + "".join(f"<th>{escape(one.in_language(language))}</th>" for one in heads) + "</tr>"
