"""The printable page of a report, in Chinese, made of its document and nothing else: same document, same page."""

from collections.abc import Mapping
from html import escape
from typing import Any

_STATES = {
    "proposed": "已提出",
    "decided": "已决定",
    "in_progress": "推进中",
    "evaluated": "已评估",
    "rectifying": "整改中",
    "carried_over": "已结转",
    "closed": "已办结",
}
_TYPES = {"regular": "常规", "special": "专项", "mobile": "机动", "look_back": "回头看"}
_SEVERITIES = {"minor": "一般", "serious": "较重", "grave": "严重"}
_REFERRALS = {"directed_support": "定向支持", "consultation": "会商", "leaders": "领导协调"}

_STYLE = (
    "body{font:16px/1.7 'FangSong','Noto Serif CJK SC',serif;margin:2.5cm;color:#000}"
    "h1{text-align:center;font-size:22px}h2{font-size:18px}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0}"
    "td,th{border:1px solid #000;padding:4px 8px;text-align:left}"
    ".bar{background:#8a1f1f;height:.9em;display:inline-block}"
    "@media print{body{margin:0}@page{size:A4;margin:2.5cm}}"
)


def render(document: Mapping[str, Any], digest: str) -> str:
    """HTML without scripts or outside resources."""
    half = "上半年" if document["period"].endswith("H1") else "下半年"
    title = f"{document['period'][:4]}年{half}监督工作统筹衔接情况报告"
    matters, inspections = document["matters"], document["inspections"]
    parts = [
        f"<h1>{escape(title)}</h1>",
        _dates(document),
        f"<h2>一、监督事项（共 {matters['total']} 项，本期新提出 {matters['proposed']} 项）</h2>",
        _chart(matters["by_state"], _STATES),
        "<h2>二、事项清单</h2>",
        _list(document["list"]),
        "<h2>三、巡视巡察</h2>",
        f"<p>进驻 {inspections['teams_entered']} 个组次，移交问题线索 {inspections['clues_handed_over']} 件。</p>",
        _chart(inspections["rounds_by_type"], _TYPES),
        _chart(inspections["findings_by_severity"], _SEVERITIES),
        "<h2>四、困难问题及去向</h2>",
        _difficulties(document["difficulties"]),
        f"<p><small>文件校验值（SHA-256）：{escape(digest)}</small></p>",
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _dates(document: Mapping[str, Any]) -> str:
    unit, day, until = escape(document["unit"]), document["as_of"], document["hear_until"]
    return f"<p>单位：{unit}；数据截止：{day}；提请听取期限：{until}。</p>"


def _chart(counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    if not counts:
        return "<p>无。</p>"
    most = max(counts.values())
    rows = "".join(
        f"<tr><td>{escape(names.get(key, key))}</td><td>{count}</td>"
        f'<td><span class="bar" style="width:{round(100 * count / most)}%"></span></td></tr>'
        for key, count in sorted(counts.items())
    )
    return f"<table><tr><th>类别</th><th>数量</th><th></th></tr>{rows}</table>"


def _list(lines: list[dict[str, Any]]) -> str:
    if not lines:
        return "<p>无。</p>"
    rows = "".join(
        f"<tr><td>{escape(one['matter'][-12:])}</td><td>{escape(one['lead_unit'])}</td><td>{escape(one['theme'])}</td>"
        f"<td>{_STATES.get(one['state'], escape(one['state']))}</td><td>{one['since']}</td>"
        f"<td>{one['reports_filed']}/{one['reports_due']}{'（逾期）' if one['overdue'] else ''}</td></tr>"
        for one in lines
    )
    heads = "".join(f"<th>{name}</th>" for name in ("编号", "牵头单位", "主题", "状态", "起始", "报送/应报"))
    return f"<table><tr>{heads}</tr>{rows}</table>"


def _difficulties(lines: list[dict[str, Any]]) -> str:
    if not lines:
        return "<p>无。</p>"
    rows = "".join(
        f"<tr><td>{escape(one['matter'][-12:])}</td><td>{one['on']}</td><td>{escape(one['unit'])}</td>"
        f"<td>{_REFERRALS.get(one['referral'], escape(one['referral']))}</td></tr>"
        for one in lines
    )
    heads = "".join(f"<th>{name}</th>" for name in ("事项编号", "日期", "单位", "去向"))
    return f"<table><tr>{heads}</tr>{rows}</table>"
