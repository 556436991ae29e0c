"""The guides of the docs portal: Markdown of the checkout made into one document that ships with the gateway."""

import html
import json
import re
from pathlib import Path
from typing import Any

PAGES: tuple[tuple[str, str, str | None], ...] = (
    ("integrators", "docs/integrators/README.md", "docs/integrators/README.zh-CN.md"),
    ("case-management-office", "docs/tours/case-management-office.md", None),
    ("inspection-office", "docs/tours/inspection-office.md", None),
    ("organisation-department", "docs/tours/organisation-department.md", None),
    ("library", "docs/tours/library.md", None),
    ("glossary", "docs/glossary.md", None),
)
"""Anchor, the English page, the Chinese one; where there is none the English is shown."""

_ELSEWHERE = re.compile(r'<a href="(?!https?:|#)[^"]*">(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r"<p><img [^>]*></p>\n?")
_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


def render_guides(root: Path) -> str:
    """The guides as JSON: ``[{"id", "en": {"title", "html", "parts"}, "zh": …}]``.

    Args:
        root: The checkout.

    Raises:
        FileNotFoundError: a page is missing.
    """
    pages = [
        {"id": name, "en": _page(root / english, name), "zh": _page(root / (chinese or english), name)}
        for name, english, chinese in PAGES
    ]
    return json.dumps(pages, ensure_ascii=False, indent=1) + "\n"


def _page(path: Path, name: str) -> dict[str, Any]:
    from markdown_it import MarkdownIt  # not needed where the gateway runs

    title, _, body = path.read_text().partition("\n")
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    # A page of the checkout is no page of the portal: its name stays, the way there and pictures go.
    shown = _PICTURE.sub("", _ELSEWHERE.sub(r"\1", rendered))
    parts = [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in _HEADING.findall(shown)]
    numbers = iter(range(len(parts)))
    anchored = _HEADING.sub(lambda found: f'<h2 id="guide-{name}-{next(numbers)}">{found[1]}</h2>', shown)
    return {"title": title.lstrip("# "), "html": anchored, "parts": parts}
