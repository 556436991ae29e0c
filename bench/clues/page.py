"""The page docs/benchmarks/clues.md and its plot; docs/benchmarks/library.md where the library alone was measured."""

from collections.abc import Callable, Sequence
from pathlib import Path

import machine
import numpy as np

from clues.library import entries_beside
from clues.measuring import Measured

_FOLDER = Path(__file__).resolve().parents[2] / "docs/benchmarks"
_AIMS = {"intake": "≥ 50/s; p95 ≤ 200 ms", "import": "≥ 500 rows/s"}
_LIST_AIM_MS = 100
_SEARCH_AIM_MS = 200
_SEARCH, _FILE = "library search", "file "
_NONE = "–"


def write(found: Sequence[Measured], *, is_kept: bool) -> str:
    """The page's text; with ``is_kept`` it and the plot are stored."""
    first = found[0]
    is_library = all(name.startswith((_SEARCH, _FILE)) for name in first.times)
    kept = _FOLDER / ("library.md" if is_library else "clues.md")
    about = "The information library: searches and files" if is_library else "Clues: intake, lists, imports, library"
    sizes = " | ".join(f"{one.clues:,}" for one in found)
    rule = " ---: |" * (len(found) + 1)
    parts = [
        f"# {about}\n\n",
        f"`.venv/bin/python bench clues{' --only=library' if is_library else ''}` wrote this page. ",
        "Real PostgreSQL and the service's application in one process, called over HTTP without sockets; the clues ",
        "lie in 40 commissions of equal size, row-level security is on, every read is in the audit log.\n\n",
        machine.described(("numpy",)),
        f"- load average of the machine meanwhile: {', '.join(f'{one.load:.1f}' for one in found)}\n",
        *_rates(found, sizes, rule),
        f"\n## Milliseconds, p50 / p95 / p99\n\n| what | {sizes} | p95, largest ÷ smallest |\n| --- |{rule}\n",
        *(_time(name, found) for name in first.times),
        _summary(found),
    ]
    if is_kept:
        parts.append(f"\n![p95 by size]({kept.stem}.svg)\n")
        kept.write_text("".join(parts), encoding="utf-8")
        _draw(found, kept.with_suffix(".svg"))
    return "".join(parts)


def _rates(found: Sequence[Measured], sizes: str, rule: str) -> list[str]:
    if not found[0].rates:
        return []
    head = f"\n## Per second\n\n| what | {sizes} | largest ÷ smallest | aim |\n| --- |{rule} --- |\n"
    return [head, *(_rate(name, found) for name in found[0].rates)]


def _rate(name: str, found: Sequence[Measured]) -> str:
    values = [one.rates.get(name) for one in found]
    aim = next((aim for key, aim in _AIMS.items() if name.startswith(key)), "")
    cells = " | ".join(_NONE if value is None else f"{value:,.0f}" for value in values)
    return f"| {name} | {cells} | {_ratio(values[0], values[-1])} | {aim} |\n"


def _ratio(first: float | None, last: float | None) -> str:
    return _NONE if first is None or last is None else f"{last / first:.2f} ×"


def _quantiles(times: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(np.percentile(times, share)) for share in (50, 95, 99))


def _time(name: str, found: Sequence[Measured]) -> str:
    values = [_quantiles(one.times[name]) if name in one.times else None for one in found]
    cells = " | ".join(_NONE if row is None else " / ".join(f"{value:.0f}" for value in row) for row in values)
    p95 = [None if row is None else row[1] for row in values]
    return f"| {name} | {cells} | {_ratio(p95[0], p95[-1])} |\n"


def _summary(found: Sequence[Measured]) -> str:
    last = found[-1]
    is_list: Callable[[str], bool] = lambda name: not name.startswith(("intake", _SEARCH, _FILE))  # noqa: E731
    slowest = max(
        (name for name in last.times if is_list(name)), key=lambda name: _quantiles(last.times[name])[1], default=""
    )
    lines = []
    if slowest:
        p95 = _quantiles(last.times[slowest])[1]
        lines.append(
            f"\nThe slowest first page at {last.clues:,} clues: {slowest}, p95 {p95:.0f} ms (aim ≤ {_LIST_AIM_MS}).\n"
        )
    searches = {name: _quantiles(times)[1] for name, times in last.times.items() if name.startswith(_SEARCH)}
    if searches:
        worst = max(searches, key=lambda name: searches[name])
        held = " and ".join(f"{entries_beside(one.clues):,}" for one in found)
        lines.append(
            f"\nThe library holds {held} entries of 150 to 800 characters. The slowest search of the largest: {worst}, "
            f"p95 {searches[worst]:.0f} ms (aim ≤ {_SEARCH_AIM_MS}). Files are cleaned, sealed and stored before the "
            "answer.\n"
        )
    if (share := found[0].notes.get("intakes that were shown candidates")) is not None:
        lines.append(f"\n{share:.0%} of the intakes measured were shown candidates.\n")
    return "".join(lines)


def _draw(found: Sequence[Measured], plot: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    names = list(found[0].times)
    figure, axes = plt.subplots(figsize=(8, 0.32 * len(names) + 1.2))
    for number, one in enumerate(found):
        places = [place + 0.38 * number for place in range(len(names))]
        axes.barh(
            places,
            [_quantiles(one.times[name])[1] if name in one.times else 0 for name in names],
            0.36,
            label=f"{one.clues:,} clues",
        )
    axes.set_yticks([place + 0.19 for place in range(len(names))], names, fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("p95, ms")
    axes.legend()
    figure.tight_layout()
    figure.savefig(plot)
