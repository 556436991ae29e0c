"""A page to print: A4, no script, nothing from outside, the same words in the same bytes."""

from collections.abc import Iterable
from html import escape

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the answer that carries such a page says."""

_STYLE = (
    "body{font:16px/1.7 'FangSong','Noto Serif CJK SC',serif;margin:2.5cm;color:#000}"
    "h1{text-align:center;font-size:22px}table{border-collapse:collapse}td,th{border:1px solid #000;padding:4px 8px}"
    "svg{max-width:100%;height:auto;margin:.6em 0}@media print{body{margin:0}@page{size:A4;margin:2.5cm}}"
)


def print_page(title: str, parts: Iterable[str], language: str) -> str:
    """HTML of a title and parts; the parts are HTML already, the title is text."""
    tongue = "en" if language == "en" else "zh-CN"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )
