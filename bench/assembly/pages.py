"""The page about team assembly and its plot, from what is kept."""

import machine
from assembly.results import OURS, PAGE, Figure, Result, keep

PLOT = PAGE.with_name("assembly.svg")


def write(results: list[Result], figures: list[Figure]) -> None:
    """Keep what was measured and write the page anew."""
    kept, told = keep(results, figures)
    PAGE.write_text(_page(kept, told))
    PLOT.write_text(_plot(kept))


def table(results: list[Result]) -> str:
    """One row per method and instance."""
    lines = [
        "| people × teams | seed | method | points | broken rules | proven | seconds, process start included | limit |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        points = "–" if r.points is None else f"{r.points:,.0f}"
        note = f" ({r.note})" if r.note else ""
        proven = "yes" if r.proven else "no"
        lines.append(
            f"| {r.size} | {r.seed} | {r.method} | {points}{note} | {r.violations} | {proven} | {r.seconds:.1f} "
            f"| {r.limit:.0f} |"
        )
    return "\n".join(lines) + "\n"


def _page(results: list[Result], figures: list[Figure]) -> str:
    return (
        "# Team assembly\n\n"
        "Own synthetic rounds (`bench/assembly/instances.py`); the engine was developed on "
        "seeds 11 to 13, 21, 22, 31, 101 and 102. What is judged has others (311 to 313). "
        "Every answer is judged by the separate checker in the same run: points are the checker's, and a row "
        "with broken rules is no lawful proposal. CP-SAT has two workers, the rows that HiGHS has (told as the "
        "constraints it knows best), what greedy finds as a hint, and the whole limit for its own search: building the "
        "model is not counted. HiGHS and column sifting have one thread, "
        "Timefold its default configuration on the Java machine. What was measured is kept in "
        "[assembly.json](assembly.json).\n\n"
        f"{machine.described(('ortools', 'timefold'))}"
        "- `make bench ARGS=assembly`, `make bench ARGS=assembly-judged`; in pieces by "
        "`python bench assembly --sizes=2000,5000 --methods=Timefold`, `… assembly-judged --cases=plain,short`\n\n"
        f"## Against the usual ways\n\n{table(results)}\n{_absent(results)}"
        "![Seconds to the answer by method](assembly.svg)\n\n"
        f"## What is judged\n\nEach through `inspection-service solve-instance`, process start included, unless the "
        f"line says otherwise.\n\n{_figures(figures)}\n"
        "Seconds of CPU are the solver's own; wall seconds hold what else the machine did. Compare within a table, not "
        "with other machines.\n\n"
        "Where it loses: greedy answers sooner, always with fewer points. With cooperation a gap of about a thousandth "
        "stays open. A conflict is proven minimal by its own tests only at 20,000 people. Two cores were shared with "
        "other work where the load is told above 2: there wall seconds are up to five times the processor's.\n"
    )


def _absent(results: list[Result]) -> str:
    """A contestant that did not run is said aloud."""
    missing = sorted({f"{r.method} on {r.size}: {r.note}" for r in results if r.note.startswith("NOT RUN")})
    return "".join(f"> **{line}**\n" for line in missing) + ("\n" if missing else "")


def _figures(figures: list[Figure]) -> str:
    lines = ["| what | round | measured | must | met |", "|---|---|---|---|---|"]
    lines += [f"| {f.what} | {f.case} | {f.measured} | {f.must} | {'yes' if f.is_met else '**no**'} |" for f in figures]
    return "\n".join(lines) + "\n"


def _plot(results: list[Result]) -> str:
    """Bars of seconds by method and instance; an answer that is not proven says so."""
    longest = max((r.seconds for r in results), default=1.0)
    rows = []
    for n, r in enumerate(results):
        y, width = 24 + 20 * n, 420 * r.seconds / longest
        colour = "#2b6f5b" if r.method == OURS else "#9a9a9a"
        rows.append(
            f'<text x="190" y="{y + 11}" text-anchor="end">{r.size}, {r.method}</text>'
            f'<rect x="196" y="{y}" width="{width:.0f}" height="14" fill="{colour}"/>'
            f'<text x="{200 + width:.0f}" y="{y + 11}">{r.seconds:.1f} s{"" if r.proven else ", not proven"}</text>'
        )
    height = 40 + 20 * len(results)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" '
        'font-family="sans-serif" font-size="11">'
        f'<text x="196" y="14">seconds to the answer</text>{"".join(rows)}</svg>\n'
    )
