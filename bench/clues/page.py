"""The page docs/benchmarks/clues.md and its plot, from what was kept in clues.json."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import machine
import numpy as np

from clues.library import entries_beside
from clues.lists import LIST
from clues.measuring import Measured

_FOLDER = Path(__file__).resolve().parents[2] / "docs/benchmarks"
_KEPT, _PAGE, _PLOT = (_FOLDER / f"clues.{kind}" for kind in ("json", "md", "svg"))
_INTAKE_MS = 200
_SEARCH, _FILE, _INTAKE, _IMPORT = "library search: ", "file ", "intake", "import"
_NONE = "–"

Kept = dict[str, Any]
"""``times``: name → [p50, p95, p99]; ``rates``, ``notes``; ``of``: part of the names → how they were measured."""


@dataclass(frozen=True)
class Run:
    """How something was measured."""

    command: str
    machine: str

    @classmethod
    def now(cls, asked: argparse.Namespace) -> Self:
        """This run."""
        return cls(f".venv/bin/python bench clues --only={asked.only}", machine.described(("numpy",)))


def write(found: Sequence[Measured], run: Run, *, is_kept: bool) -> str:
    """The page's text; with ``is_kept`` it, its figures and its plot are stored."""
    sizes: dict[str, Kept] = json.loads(_KEPT.read_text()) if is_kept and _KEPT.exists() else {}
    for one in found:
        _add(sizes.setdefault(str(one.clues), {"times": {}, "rates": {}, "notes": {}, "runs": {}}), one, run)
    sizes = dict(sorted(sizes.items(), key=lambda item: int(item[0])))
    text = _page(sizes)
    if is_kept:
        _KEPT.write_text(json.dumps(sizes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _PAGE.write_text(text, encoding="utf-8")
        _draw(sizes)
    return text


def _add(kept: Kept, one: Measured, run: Run) -> None:
    kinds = {_kind(name) for name in (*one.times, *one.rates)}
    for known in ("times", "rates"):  # what is measured anew replaces all of its kind
        kept[known] = {name: value for name, value in kept[known].items() if _kind(name) not in kinds}
    kept["times"] |= {name: _quantiles(times) for name, times in one.times.items()}
    kept["rates"] |= one.rates
    kept["spread"] = one.spread or kept.get("spread", {})
    kept["notes"] |= one.notes
    kept["cpu"] = one.cpu or kept.get("cpu", {})
    how = {"command": run.command, "machine": run.machine, "load": one.load, "paces": one.paces}
    kept["runs"] |= dict.fromkeys(kinds, how)


def _kind(name: str) -> str:
    return next(kind for kind in (LIST, _SEARCH, _FILE, _INTAKE, _IMPORT) if name.startswith(kind))


def _quantiles(times: Sequence[float]) -> list[float]:
    return [round(float(np.percentile(times, share)), 1) for share in (50, 95, 99)]


_TITLES = {
    _INTAKE: "Intake with candidates",
    _IMPORT: "Imports",
    LIST: "Lists",
    _SEARCH: "Searches of the library",
    _FILE: "Files",
}
_ABOUT = {
    _INTAKE: (
        "`POST /v1/clues` of clues in unseen wording whose matter is among those stored; the answer holds the"
        " candidates. p50 / p95 / p99 in milliseconds, and clues per second. What it reads is in PostgreSQL's"
        " buffers, and every connection has taken clues in before, as after a day's work. Rates are the median of the"
        " runs; times and milliseconds of CPU are of all runs together."
    ),
    _IMPORT: "A CSV of 21,000 rows over HTTP; from sending it to its success. Matching goes on behind it.",
    LIST: (
        "First page of every operation that answers pages, of what lies beside the clues too: an alert and a transfer"
        " for 20 clues, a consultation, a letter of advice and an order for 50, an audit entry for each. One row for an"
        " operation: the slowest of its callers and filters, who is named; p50 / p95 / p99 in milliseconds."
    ),
    _SEARCH: "Entries of 150 to 800 characters; p50 / p95 / p99 in milliseconds.",
    _FILE: "Files are cleaned, sealed and stored before the answer; p50 / p95 / p99 in milliseconds.",
}


def _page(sizes: Mapping[str, Kept]) -> str:
    head = (
        "# Clues: intake, lists, imports, library\n\n`.venv/bin/python bench clues` wrote this page from `clues.json`;"
        " `--only` measures one part. Real processes on loopback: PostgreSQL with fsync, NATS, clue-service's API and"
        " its worker; whoever calls shares the machine with them. The clues lie in 40 commissions of equal size;"
        " row-level security is on and every read is in the audit log.\n\n"
    )
    written = [head, *_musts(sizes), "\n![p95 by size](clues.svg)\n"]
    for kind, title in _TITLES.items():
        if any(kind in kept["runs"] for kept in sizes.values()):
            written += [f"\n## {title}\n\n{_ABOUT[kind]}\n\n", *_runs(kind, sizes), *_table(kind, sizes)]
            written += _cpu(sizes) if kind == _INTAKE else ()
    return "".join(written)


def _best_intake(kept: Kept) -> tuple[str, float | None]:
    """By how many at a time most was taken in, and how much a second: of those that kept within the time, if any did.

    The rate and the time are of the same run: a rate that makes everybody wait is not one that was promised.
    """
    prefix, suffix = "intake, ", " at a time"
    rates = {
        name.removeprefix(prefix).removesuffix(suffix): one for name, one in kept["rates"].items() if suffix in name
    }
    within = {
        how: rate
        for how, rate in rates.items()
        if kept["times"][f"intake with candidates, {how} at a time"][1] <= _INTAKE_MS
    }
    found = max((within or rates).items(), key=lambda one: one[1], default=("one", None))
    return found[0], found[1]


def _musts(sizes: Mapping[str, Kept]) -> Iterator[str]:
    size, last = list(sizes.items())[-1]
    yield f"| at {int(size):,} clues | must | measured | |\n| --- | --- | ---: | --- |\n"
    times, rates = last["times"], last["rates"]

    def row(name: str, must: str, value: float | None, unit: str, *, is_met: bool) -> str:
        if value is None:
            return f"| {name} | {must} | not measured | |\n"
        return f"| {name} | {must} | {value:,.0f}{unit} | {'met' if is_met else '**missed**'} |\n"

    how, rate = _best_intake(last)
    yield row(f"intake with candidates, {how} at a time", "≥ 50/s", rate, "/s", is_met=rate is not None and rate >= 50)
    for name, kind, must in (
        ("the same, p95", f"intake with candidates, {how} at a time", _INTAKE_MS),
        ("first page of any list, p95 of the slowest", LIST, 100),
        ("search of the library, p95 of the slowest", _SEARCH, 200),
    ):
        p95 = max((row[1] for what, row in times.items() if what.startswith(kind)), default=None)
        yield row(name, f"≤ {must} ms", p95, " ms", is_met=p95 is not None and p95 <= must)
    stored = rates.get("import, rows stored")
    yield row("import, rows stored", "≥ 500/s", stored, "/s", is_met=stored is not None and stored >= 500)


def _runs(kind: str, sizes: Mapping[str, Kept]) -> Iterator[str]:
    runs = {size: kept["runs"][kind] for size, kept in sizes.items() if kind in kept["runs"]}
    last = list(runs.values())[-1]
    yield f"`{last['command']}`, load of the machine at the start "
    yield ", ".join(f"{run['load']:.1f}" for run in runs.values()) + f"\n\n{last['machine']}"
    for size, run in runs.items():
        if paces := run.get("paces"):
            took = ", ".join(f"{pace:.0f}" for pace in paces)
            yield f"- a fixed piece of Python, before, between and after the parts at {int(size):,} clues: {took} ms\n"
    if kind == _SEARCH:
        held = " and ".join(f"{entries_beside(int(size)):,}" for size in runs)
        yield f"- entries: {held}\n"
    if kind == _INTAKE:
        shares = [kept["notes"].get("intakes that were shown candidates", 0.0) for kept in sizes.values()]
        yield f"- intakes that were shown candidates: {' and '.join(f'{share:.0%}' for share in shares)}\n"
        yield from _spreads(sizes)


def _spreads(sizes: Mapping[str, Kept]) -> Iterator[str]:
    """How far the runs lie apart, so that nobody takes a lucky one for the rule."""
    for size, kept in sizes.items():
        if spread := kept.get("spread"):
            said = "; ".join(f"{name.removeprefix('intake, ')} {_each(rates)}" for name, rates in spread.items())
            clues = kept["notes"]["intakes by each number of callers"]
            yield f"- a second in each run at {int(size):,} clues, {clues:.0f} intakes in all runs of a line: {said}\n"


def _each(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:.0f}" for rate in rates)


def _table(kind: str, sizes: Mapping[str, Kept]) -> Iterator[str]:
    heads = " | ".join(f"{int(size):,}" for size in sizes)
    yield f"\n| | {heads} | largest ÷ smallest |\n| --- |{' ---: |' * (len(sizes) + 1)}\n"
    for name in _names("rates", kind, sizes):
        values = [kept["rates"].get(name) for kept in sizes.values()]
        cells = " | ".join(_NONE if value is None else f"{value:,.0f}/s" for value in values)
        yield f"| {name} | {cells} | {_ratio(values)} |\n"
    for name, rows in _rows(kind, sizes).items():
        cells = " | ".join(_NONE if row is None else " / ".join(f"{value:.0f}" for value in row) for row in rows)
        yield f"| {name} | {cells} | {_ratio([row and row[1] for row in rows])} |\n"


def _cpu(sizes: Mapping[str, Kept]) -> Iterator[str]:
    for size, kept in sizes.items():
        if not (cpu := kept.get("cpu")):
            continue
        names = list(next(iter(cpu.values())))
        yield f"\nMilliseconds of CPU for one at {int(size):,} clues, while it is taken in:\n\n"
        yield f"| | {' | '.join(names)} | together |\n| --- |{' ---: |' * (len(names) + 1)}\n"
        for what, used in cpu.items():
            yield f"| {what} | {' | '.join(f'{used[name]:.1f}' for name in names)} | {sum(used.values()):.1f} |\n"


def _rows(kind: str, sizes: Mapping[str, Kept]) -> dict[str, list[list[float] | None]]:
    """Name → quantiles at each size; of lists the slowest of those that share an operation."""
    names = _names("times", kind, sizes)
    last = list(sizes.values())[-1]["times"]
    if kind == LIST:
        slowest: dict[str, str] = {}
        for name in names:
            operation = name.removeprefix(LIST).split("?")[0].split(" · ")[0].split(",")[0]
            if last.get(name, [0, 0])[1] >= last.get(slowest.get(operation, ""), [0, 0])[1]:
                slowest[operation] = name
        names = list(slowest.values())
    return {name.removeprefix(kind).strip(): [kept["times"].get(name) for kept in sizes.values()] for name in names}


def _names(known: str, kind: str, sizes: Mapping[str, Kept]) -> list[str]:
    return list(dict.fromkeys(name for kept in sizes.values() for name in kept[known] if name.startswith(kind)))


def _ratio(values: Sequence[float | None]) -> str:
    first, last = values[0], values[-1]
    return _NONE if not first or last is None else f"{last / first:.2f} ×"


def _draw(sizes: Mapping[str, Kept]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    rows = {
        name if kind == LIST else f"{kind.strip(': ')} {name}": found
        for kind in _TITLES
        for name, found in _rows(kind, sizes).items()
    }
    figure, axes = plt.subplots(figsize=(8, 0.26 * len(rows) + 1.2))
    for number, size in enumerate(sizes):
        places = [place + 0.38 * number for place in range(len(rows))]
        axes.barh(places, [(found[number] or [0, 0])[1] for found in rows.values()], 0.36, label=f"{int(size):,} clues")
    axes.set_yticks([place + 0.19 for place in range(len(rows))], [_plain(name) for name in rows], fontsize=6)
    axes.invert_yaxis()
    axes.set_xlabel("p95, ms")
    axes.legend()
    figure.tight_layout()
    figure.savefig(_PLOT)
    plt.close(figure)


def _plain(name: str) -> str:
    """Only what the plot's font has."""
    return name if name.isascii() else name.replace("·", "-").encode("ascii", "ignore").decode()
