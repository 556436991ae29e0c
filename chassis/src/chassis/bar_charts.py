"""Bar charts as inline SVG: no script, no font of our own, readable in print and without colour."""

from collections.abc import Sequence
from html import escape

_ROW = 26
_LABEL = 190
_BAR = 380
_NUMBER = 70
_TOP = 34


def bar_chart(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Horizontal bars with their numbers, in the order given; the longest bar is as wide as the chart.

    Args:
        title: What is counted; also read out by screen readers.
        rows: Label and count, which is not negative.
    """
    most = max((number for _, number in rows), default=0) or 1
    height = _TOP + _ROW * max(1, len(rows)) + 8
    width = _LABEL + _BAR + _NUMBER
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        f' role="img" aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="18" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for index, (label, number) in enumerate(rows):
        y = _TOP + index * _ROW
        length = round(_BAR * number / most, 1)
        parts.append(f'<text x="{_LABEL - 8}" y="{y + 16}" text-anchor="end">{escape(label)}</text>')
        parts.append(
            f'<rect x="{_LABEL}" y="{y + 4}" width="{length}" height="{_ROW - 10}" fill="#7a1f1f" stroke="#000"/>'
        )
        parts.append(f'<text x="{_LABEL + length + 6}" y="{y + 16}">{number}</text>')
    if not rows:
        parts.append(f'<text x="0" y="{_TOP + 16}">–</text>')
    parts.append("</svg>")
    return "".join(parts)
