"""Plans as Markdown, as JSON and as a picture."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import leather

from heli_local.scale.demand import PRESETS, Demand, Figures, read_figures
from heli_local.scale.plan import COPIES, GIB, WORKERS, Plan, most_at_once, plan_for
from heli_local.scale.queues import BusyHour, busy_hour

Row = tuple[str, Callable[[Plan, BusyHour], str]]


def _size(number: float) -> str:
    """Bytes as people say them."""
    for unit, of in (("TB", 1e12), ("GB", 1e9)):
        if number >= of:
            return f"{number / of:,.1f} {unit}"
    return f"{number / 1e6:,.0f} MB"


def _ms(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


ROWS: tuple[Row, ...] = (
    ("units / people", lambda p, _: f"{p.demand.units:,} / {p.demand.people:,}"),
    ("clues on a working day", lambda p, _: f"{p.demand.clues_per_day:,.0f}"),
    ("clues after the years", lambda p, _: f"{p.clues_at_end:,.0f} ({p.demand.years} years)"),
    ("busiest hour: intakes / requests / events a second",
     lambda p, _: f"{p.busy.intake:.3f} / {p.busy.requests:,.1f} / {p.busy.events:.2f}"),
    ("cores in use then, all programs", lambda p, _: f"{p.machines_cores:,.1f}"),
    ("API pods of one core: gateway", lambda p, _: str(p.replicas["gateway"])),
    ("… clue, pool, inspection, notification",
     lambda p, _: ", ".join(str(number) for name, number in p.replicas.items() if name != "gateway")),
    ("workers", lambda _p, _h: f"{WORKERS} for each service"),
    ("busiest hour, simulated: a request waits p95 / p99",
     lambda _, h: f"{_ms(h.requests.p95)} / {_ms(h.requests.p99)}"),
    ("… an event waits for the leader p95 / p99", lambda _, h: f"{_ms(h.events.p95)} / {_ms(h.events.p99)}"),
    ("leading consumer in use", lambda p, _: f"{p.leader_load:.1%} of a core"),
    ("PostgreSQL, each of three: cores / memory / shared_buffers",
     lambda p, _: f"{p.database.cores} / {p.database.memory_gib} GiB / {p.database.shared_buffers_gib} GiB"),
    ("… in memory for matching", lambda p, _: f"{p.database.in_memory_gib:,.1f} GiB"),
    ("… max_connections at least", lambda p, _: str(p.database.connections)),
    ("databases, a year / after the years",
     lambda p, _: f"{_size(p.database.bytes_per_year)} / {_size(p.database.bytes_at_end)}"),
    ("… of it what readings leave in the audit log", lambda p, _: f"{p.database.read_share:.0%}"),
    ("log of writes, a day / kept for restores",
     lambda p, _: f"{_size(p.database.wal_bytes_per_day)} / {_size(p.database.archive_bytes)}"),
    ("files after the years", lambda p, _: _size(p.file_bytes_at_end)),
    (f"event stream, each of {COPIES} copies", lambda p, _: _size(p.stream_bytes)),
    ("nats.streamMaxBytes", lambda p, _: f"{max(4, _double_gib(p.stream_bytes))} GiB"),
)  # fmt: skip


def _double_gib(number: float) -> int:
    return 1 << max(0, int(2 * number / GIB)).bit_length()


def table(demands: Sequence[Demand], figures: Figures, seed: int = 1) -> str:
    """A column for each demand, and what does not fit below."""
    plans = [plan_for(demand, figures) for demand in demands]
    hours = [busy_hour(plan, figures, seed) for plan in plans]
    lines = [
        "| | " + " | ".join(plan.demand.name for plan in plans) + " |",
        "|---|" + "---:|" * len(plans),
        *(
            f"| {title} | " + " | ".join(show(plan, hour) for plan, hour in zip(plans, hours, strict=True)) + " |"
            for title, show in ROWS
        ),
    ]
    lines += ["", *(f"- **{plan.demand.name}**: {limit}." for plan in plans for limit in plan.limits)]
    for plan, hour in zip(plans, hours, strict=True):
        if plan.demand.flood:
            waits = (
                f"a request waits p95 {_ms(hour.requests.p95)}, with {hour.requests.longest_queue:,} in line at most"
            )
            lines.append(
                f"- **{plan.demand.name}**: with {plan.demand.flood:,} letters more within ten minutes {waits};"
                f" an event waits p95 {_ms(hour.events.p95)}, with {hour.events.longest_queue:,} in line at most."
            )
    return "\n".join(lines).rstrip("\n") + "\n"


def document(demand: Demand, figures: Figures, seed: int = 1) -> dict[str, Any]:
    """The same for programs; bytes, seconds, cores."""
    plan = plan_for(demand, figures)
    return {"plan": asdict(plan), "busy_hour": asdict(busy_hour(plan, figures, seed)), "measured": figures.source}


def picture(demands: Sequence[Demand], figures: Figures) -> str:
    """SVG: what lies in the databases by the year, one line for each demand, logarithmic by hand: log10 of GB."""
    chart = leather.Chart("Databases by year, GB")
    for demand in demands:
        per_year = plan_for(demand, figures).database.bytes_per_year / 1e9
        chart.add_line([(year, per_year * year) for year in range(demand.years + 1)], name=demand.each().name)
    return str(chart.to_svg())


def reference_page() -> str:
    """docs/reference/scaling.md: the shipped demands with the shipped figures."""
    figures = read_figures()
    most = most_at_once(2, figures)
    known = "".join(
        f"| `{name}` | {figure.value:g} | {figure.origin} | {figure.because} |\n"
        for name, figure in figures.known.items()
    )
    return (
        "# Sizes, reckoned\n\n`heli scale` prints these tables for your own figures; what follows from them is in "
        f"[what changes with size](../scaling.md). Costs were measured by `{figures.source}` "
        "([page](../benchmarks/costs.md)).\n\n"
        "## One machine of two cores\n\n"
        "All cores in use and nothing else asked, by the processor's time alone: "
        f"**{most['intake']:.0f} intakes**, or **{most['handling']:.1f} clues brought to a result**, or "
        f"**{most['reading']:.0f} readings** a second.\n\n"
        "## Plans\n\n" + table(list(PRESETS.values()), figures) + "\n"
        "## What it is reckoned with\n\n| figure | value | | because |\n|---|---:|---|---|\n" + known
    )
