"""Figures of a commission: a pure function of what was dated up to a day; cells too small to show are not shown."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SMALLEST = 3
"""A cell of a breakdown below this is not shown: with what a town knows it could point at who reported."""

Counts = Mapping[str, int]
Shown = dict[str, int | None]


@dataclass(frozen=True)
class Scope:
    """What is counted: a commission's clues of some levels of secrecy, in a period, as known at the end of a day."""

    commission: str
    levels: tuple[str, ...]
    first: date
    last: date
    as_of: date
    units: tuple[str, ...] | None = None
    """The units the clues are about; None: any."""

    def before(self) -> "Scope":
        """The same for the period of equal length right before."""
        days = (self.last - self.first).days + 1
        return Scope(
            self.commission, self.levels, self.first - timedelta(days=days), self.first - timedelta(days=1),
            self.as_of, self.units,
        )  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Counts by code. ``clues`` are those registered in the period; the others what was done in it."""

    clues: int
    by_source: Counts
    by_channel: Counts
    by_category: Counts
    by_month: Counts
    by_unit: Counts
    dispositions: Counts
    outcomes: Counts
    forms: Counts
    advice: int
    library: Counts


BREAKDOWNS = ("by_source", "by_channel", "by_category", "by_month", "by_unit", "dispositions", "outcomes", "forms")
"""The breakdowns whose small cells are not shown. Entries of the library are nobody's report."""


def protected(counts: Counts) -> Shown:
    """The counts, without those that are too small, nor one more where a single gap could be worked out.

    Whoever knows the total and all other cells can work out one that is missing, so there are none or at least two,
    and what is missing adds up to no less than ``SMALLEST``. Zeros are left out before.
    """
    cells = {code: number for code, number in sorted(counts.items()) if number > 0}
    hidden = {code for code, number in cells.items() if number < SMALLEST}
    rest = sorted((number, code) for code, number in cells.items() if code not in hidden)
    while hidden and rest and (len(hidden) < 2 or sum(cells[code] for code in hidden) < SMALLEST):
        hidden.add(rest.pop(0)[1])
    return {code: None if code in hidden else number for code, number in cells.items()}


def shown_total(number: int) -> int | None:
    """A total, where it is not too small itself."""
    return number if number == 0 or number >= SMALLEST else None


def document_of(scope: Scope, figures: Figures, earlier: Figures | None = None) -> dict[str, Any]:
    """The figures as they are told; with ``earlier`` also what grew."""
    told: dict[str, Any] = {
        "commission": scope.commission,
        "units": list(scope.units) if scope.units is not None else None,
        "levels": list(scope.levels),
        "from": scope.first.isoformat(),
        "to": scope.last.isoformat(),
        "as_of": scope.as_of.isoformat(),
        "smallest_cell": SMALLEST,
        "clues": shown_total(figures.clues),
        **{name: protected(getattr(figures, name)) for name in BREAKDOWNS},
        "advice_served": shown_total(figures.advice),
        "library_items": dict(sorted(figures.library.items())),
    }
    if earlier is not None:
        told["before"] = {"clues": shown_total(earlier.clues), "by_category": protected(earlier.by_category)}
        told["hotspots"] = _hotspots(told["by_category"], told["before"]["by_category"])
    return told


def _hotspots(now: Shown, before: Shown) -> list[dict[str, Any]]:
    """Categories that grew, the most first; only those whose cells are shown."""
    grown = []
    for code, number in now.items():
        earlier = before.get(code, 0)
        if number is not None and earlier is not None and number > earlier:
            grown.append((number - earlier, code, number, earlier))
    grown.sort(key=lambda one: (-one[0], one[1]))
    return [
        {"category": code, "now": number, "before": earlier, "more": more} for more, code, number, earlier in grown[:10]
    ]


def canonical(document: Mapping[str, Any]) -> str:
    """The one form of a document: keys sorted, no spaces, characters as they are."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rows_of(document: Mapping[str, Any]) -> list[tuple[str, str, int | None]]:
    """The figures as rows of figure, code and number; the code is empty for a plain number, None is not shown."""
    rows: list[tuple[str, str, int | None]] = []
    for name in ("clues", *BREAKDOWNS, "advice_served", "library_items"):
        value = document[name]
        rows += (
            [(name, code, number) for code, number in value.items()] if isinstance(value, dict) else [(name, "", value)]
        )
    return rows


def counted(pairs: Iterable[tuple[Any, int]]) -> dict[str, int]:
    """Counts by code; what has no code counts as ``-``."""
    return {str(code) if code is not None else "-": number for code, number in pairs}
