"""`heli scale`: the queues against their formula, the plan against what it must keep, the page against its figures."""

import json
import math
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from heli_local.scale.demand import PRESETS, Demand, DemandRefused, busiest_hour, read_figures
from heli_local.scale.page import ROWS, picture, table
from heli_local.scale.plan import GIB, most_at_once, plan_for
from heli_local.scale.queues import Arrival, busy_hour, erlang_c, serve
from hypothesis import given, settings
from hypothesis import strategies as some

ROOT = Path(__file__).resolve().parents[4]
FIGURES = read_figures()
DEMANDS = some.builds(
    Demand,
    name=some.just("any"),
    units=some.integers(1, 10**6),
    people=some.integers(1, 10**6),
    clues_per_day=some.floats(0.1, 50_000),
    years=some.integers(1, 40),
    deployments=some.integers(1, 40),
)


@pytest.mark.parametrize(("load", "servers"), [(0.5, 1), (0.8, 1), (1.5, 2), (4.0, 6)])
def test_a_simulated_queue_waits_as_the_formula_says(load: float, servers: int) -> None:
    chance, at, arrivals = random.Random(7), 0.0, []
    for _ in range(120_000):
        at += chance.expovariate(load)
        arrivals.append(Arrival(at, chance.expovariate(1.0)))
    found = serve(arrivals, servers)
    assert found.mean == pytest.approx(erlang_c(load, 1.0, servers), rel=0.08)
    assert found.busy == pytest.approx(load / servers, rel=0.02)


def test_the_formula_meets_what_is_known_of_it() -> None:
    assert erlang_c(0.5, 1.0, 1) == pytest.approx(1.0)  # ρ/(1−ρ)
    assert erlang_c(0.0, 1.0, 3) == 0.0
    with pytest.raises(ValueError, match="are needed"):
        erlang_c(3.0, 1.0, 3)


def test_a_queue_counts_who_is_in_line() -> None:
    found = serve([Arrival(0, 10), Arrival(1, 1), Arrival(2, 1), Arrival(30, 1)], 1)
    assert (found.longest_queue, found.cleared_at, found.served) == (2, 31, 4)
    assert found.mean == (0 + 9 + 9 + 0) / 4


def test_every_figure_says_where_it_is_from_and_measured_ones_name_a_page() -> None:
    for name, figure in FIGURES.known.items():
        assert figure.origin in {"measured", "assumed"}, name
        assert len(figure.because) > 10, name
        pages = re.findall(r"docs/[\w/]+\.md", figure.because)
        assert bool(pages) == (figure.origin == "measured"), name
        assert [page for page in pages if not (ROOT / page).exists()] == [], name


def test_the_figures_of_other_pages_are_about_those_of_the_pages() -> None:
    doors = (ROOT / "docs/benchmarks/doors.md").read_text()
    relay = re.search(r"relay: outbox to stream.*\| ([\d,]+) \(rounds", doors)
    event = re.search(r"notification-service, CPU per event, ms \|\s*\| ([\d.]+)", doors)
    matching = (ROOT / "docs/benchmarks/matching.md").read_text()
    disk = re.search(r"keys / their index / features on disk, MB .*\| (\d+) / (\d+) / (\d+) \|", matching)
    check = re.search(r"whole check p50 / p95 / p99, ms \| ([\d.]+) /.*\| ([\d.]+) /", matching)
    assert relay is not None
    assert event is not None
    assert disk is not None
    assert check is not None
    pages = {
        "relay_events_per_s": float(relay[1].replace(",", "")),
        "event_cpu_ms": float(event[1]),
        "matching_bytes": sum(int(one) for one in disk.groups()),
        "size_factor": float(check[2]) / float(check[1]),
    }
    far = {name: (FIGURES[name], page) for name, page in pages.items() if not page / 2 <= FIGURES[name] <= page * 2}
    assert far == {}, "measured anew: write it into figures.toml"


@given(DEMANDS)
@settings(max_examples=60, deadline=None)
def test_a_plan_uses_no_more_than_it_has(demand: Demand) -> None:
    plan = plan_for(demand, FIGURES)
    for name, replicas in plan.replicas.items():
        assert replicas >= 2
        assert plan.cores[name] <= replicas * FIGURES["utilisation"] + 1e-9
    assert plan.database.shared_buffers_gib >= plan.database.in_memory_gib
    assert plan.cores["postgres"] <= plan.database.cores * FIGURES["utilisation"] + 1e-9
    processes = sum(plan.replicas[name] for name in plan.replicas if name != "gateway")
    assert plan.database.connections > 12 * processes


@given(DEMANDS, some.sampled_from(["units", "people", "clues_per_day", "years"]))
@settings(max_examples=60, deadline=None)
def test_more_asked_is_never_less_needed(demand: Demand, what: str) -> None:
    less, more = (plan_for(one, FIGURES) for one in (demand, replace(demand, **{what: getattr(demand, what) * 2})))
    assert more.machines_cores >= less.machines_cores
    assert more.database.bytes_at_end >= less.database.bytes_at_end
    assert more.stream_bytes >= less.stream_bytes
    assert sum(more.replicas.values()) >= sum(less.replicas.values())
    assert set(less.limits) <= set(more.limits) or len(more.limits) >= len(less.limits)


def test_deployments_share_what_is_asked() -> None:
    whole, shared = (plan_for(PRESETS[name], FIGURES) for name in ("country", "country-by-province"))
    assert whole.limits
    assert shared.limits == ()
    assert shared.demand.clues_per_day * 31 == pytest.approx(whole.demand.clues_per_day)
    assert shared.busy.events == pytest.approx(whole.busy.events / 31)


def test_what_a_plan_says_can_be_reckoned_by_hand() -> None:
    demand = Demand("hand", units=1, people=100, clues_per_day=1000, years=2)
    figures = FIGURES.with_value("busiest_hour", 0.36).with_value("bloat", 1).with_value("handled", 0.5)
    plan = plan_for(demand, figures)
    assert plan.busy.intake == pytest.approx(0.1)
    assert plan.busy.reading == pytest.approx(100 * 120 * 0.36 / 3600)
    assert plan.clues_at_end == 1000 * 250 * 2
    assert plan.database.in_memory_gib == pytest.approx(500_000 * 2551 / GIB)
    bytes_of = {kind: sum(cost.database_bytes.values()) for kind, cost in figures.costs.items()}
    grown = 1000 * bytes_of["intake"] + 500 * bytes_of["handling"] + 12_000 * bytes_of["reading"]
    assert plan.database.bytes_per_year == pytest.approx(grown * 250)


def test_one_machine_carries_what_its_processors_allow() -> None:
    two, four = (most_at_once(cores, FIGURES) for cores in (2, 4))
    total = sum(ms for name, ms in FIGURES.costs["intake"].cpu_ms.items() if name != "issuer")
    assert two["intake"] < 2000 / total
    assert all(four[kind] > 2 * two[kind] for kind in two)


def test_the_busy_hour_is_the_same_for_a_seed_and_a_flood_is_felt() -> None:
    plan = plan_for(PRESETS["city"], FIGURES)
    assert busy_hour(plan, FIGURES, 3) == busy_hour(plan, FIGURES, 3)
    flooded = plan_for(replace(PRESETS["city"], flood=5000), FIGURES)
    assert busy_hour(flooded, FIGURES).requests.longest_queue > busy_hour(plan, FIGURES).requests.longest_queue
    assert busiest_hour(PRESETS["city"], FIGURES) == plan.busy


@pytest.mark.parametrize("changed", [{"units": 0}, {"people": -1}, {"clues_per_day": 0.0}, {"years": 0}, {"flood": -1}])
def test_nonsense_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(DemandRefused):
        replace(PRESETS["city"], **changed)


def test_a_table_has_a_row_for_everything_and_a_picture_a_line_for_each() -> None:
    demands = [PRESETS["county"], replace(PRESETS["city"], flood=2000)]
    lines = table(demands, FIGURES).splitlines()
    assert len([line for line in lines if line.startswith("|")]) == len(ROWS) + 2
    assert "with 2,000 letters more within ten minutes" in lines[-1]
    assert picture(demands, FIGURES).count("<path") >= 1
    assert "county" in picture(demands, FIGURES)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("heli"), "scale", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_prints_draws_and_refuses(tmp_path: Path) -> None:
    done = run("--preset", "province", "--clues-per-day", "800", "--json", "--plot", str(tmp_path / "a.svg"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["plan"]["demand"]["clues_per_day"] == 800
    assert math.isfinite(told["busy_hour"]["requests"]["p99"])
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    for options in (
        ("--preset", "moon"),
        ("--set", "bloat=big"),
        ("--set", "unheard=1"),
        ("--years", "0"),
        ("--json",),
    ):
        refused = run(*options)
        assert (refused.returncode, refused.stdout) == (1, ""), options
        assert refused.stderr.startswith("heli: ")
