"""From a demand to replicas, PostgreSQL, NATS and bytes; every number follows from figures that can be looked up."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from heli_local.scale.demand import KINDS, Busy, Demand, Figures, busiest_hour

GIB = 2**30
SERVICES = ("clue-service", "personnel-pool-service", "inspection-service", "notification-service")
LEAST = {"gateway": 3}
"""Replicas below which the chart does not go in production; two for the others."""
POOL, WORKERS = 12, 2
"""Connections a process may open in the production example (6 + 6), and workers per service."""
COPIES = 3
"""Servers of PostgreSQL, and of NATS."""


@dataclass(frozen=True)
class Database:
    """One PostgreSQL for the four databases; bytes of one instance."""

    cores: int
    memory_gib: int
    shared_buffers_gib: int
    in_memory_gib: float
    """Keys and features of matching at the end of the years, which must lie in memory."""
    bytes_per_year: float
    bytes_at_end: float
    read_share: float
    """Share of the growth that is no clue but the record of who read one."""
    wal_bytes_per_day: float
    archive_bytes: float
    connections: int


@dataclass(frozen=True)
class Plan:
    """What one deployment needs."""

    demand: Demand
    busy: Busy
    cores: Mapping[str, float]
    """Cores that each program uses in the busiest hour, as measured costs say."""
    replicas: Mapping[str, int]
    """API pods of one core; workers come beside them, two for each service."""
    database: Database
    stream_bytes: float
    """Of one copy of the event stream."""
    file_bytes_at_end: float
    leader_load: float
    """Share of one core that the dearest leading consumer uses; it cannot be divided over replicas."""
    relay_load: float
    clues_at_end: float
    limits: tuple[str, ...]
    """What does not fit one deployment of this kind, in sentences; empty where all does."""

    @property
    def machines_cores(self) -> float:
        """Cores in use in the busiest hour, all programs together."""
        return sum(self.cores.values())


def plan_for(demand: Demand, figures: Figures) -> Plan:
    """The plan of one deployment; of each, where the demand is divided over several."""
    demand = demand.each()
    busy = busiest_hour(demand, figures)
    cores = _cores(busy, figures)
    replicas = {
        name: max(LEAST.get(name, 2), math.ceil(cores[name] / figures["utilisation"]))
        for name in ("gateway", *SERVICES)
    }
    clues = demand.clues_per_day * figures["working_days"] * demand.years
    database = _database(demand, figures, cores["postgres"], clues, replicas)
    leader_load = busy.events * figures["event_cpu_ms"] / 1000
    relay_load = busy.events / figures["relay_events_per_s"]
    plan = Plan(
        demand=demand,
        busy=busy,
        cores=cores,
        replicas=replicas,
        database=database,
        stream_bytes=_per_day(demand, figures, lambda kind: figures.costs[kind].stream_bytes) * figures["stream_days"],
        file_bytes_at_end=clues * figures["file_bytes"],
        leader_load=leader_load,
        relay_load=relay_load,
        clues_at_end=clues,
        limits=(),
    )
    return replace(plan, limits=tuple(_limits(plan, figures)))


def most_at_once(cores: int, figures: Figures) -> dict[str, float]:
    """How many of each kind a second one machine of so many cores carries, nothing else asked, all cores in use."""
    idle = sum(share for name, share in figures.idle.items() if name != "issuer")
    return {
        kind: (cores - idle) * 1000 / sum(ms for name, ms in figures.costs[kind].cpu_ms.items() if name != "issuer")
        for kind in KINDS
    }


def _cores(busy: Busy, figures: Figures) -> dict[str, float]:
    found = {}
    for name in ("gateway", *SERVICES, "postgres", "nats"):
        used = figures.idle.get(name, 0.0)
        for kind in KINDS:
            factor = figures["size_factor"] if kind == "intake" and name in {"clue-service", "postgres"} else 1.0
            used += busy.of(kind) * figures.costs[kind].cpu_ms.get(name, 0.0) / 1000 * factor
        found[name] = used
    return found


def _per_day(demand: Demand, figures: Figures, cost: Callable[[str], float]) -> float:
    """A working day's sum of something that each kind costs."""
    counts = {
        "intake": demand.clues_per_day,
        "handling": demand.clues_per_day * figures["handled"],
        "reading": demand.people * figures["reads_per_person"],
    }
    return sum(counts[kind] * cost(kind) for kind in KINDS)


def _database(
    demand: Demand, figures: Figures, used_cores: float, clues: float, replicas: Mapping[str, int]
) -> Database:
    grown = _per_day(demand, figures, lambda kind: _bytes_of(figures, kind))
    per_year = grown * figures["working_days"] * figures["bloat"]
    wal = _per_day(demand, figures, lambda kind: figures.costs[kind].wal_bytes)
    in_memory = clues * figures["matching_bytes"] * figures["bloat"] / GIB
    buffers = max(1, _round_up(in_memory * 1.3))
    processes = sum(replicas[name] + 1 + WORKERS + 1 for name in SERVICES)
    return Database(
        cores=max(2, math.ceil(used_cores / figures["utilisation"])),
        memory_gib=buffers * 4,
        shared_buffers_gib=buffers,
        in_memory_gib=in_memory,
        bytes_per_year=per_year,
        bytes_at_end=per_year * demand.years,
        read_share=_per_day(demand, figures, lambda kind: _bytes_of(figures, kind) * (kind == "reading")) / grown,
        wal_bytes_per_day=wal,
        archive_bytes=wal * figures["wal_days"],
        connections=processes * POOL + len(SERVICES) * (WORKERS + 1) * 2 + 24,
    )


def _bytes_of(figures: Figures, kind: str) -> int:
    return sum(figures.costs[kind].database_bytes.values())


def _limits(plan: Plan, figures: Figures) -> list[str]:
    found = []
    if plan.leader_load > figures["utilisation"]:
        found.append(f"the leading consumer would need {plan.leader_load:.2f} of one core: divide over deployments")
    if plan.relay_load > figures["utilisation"]:
        found.append(f"the relay would be in use {plan.relay_load:.0%}: divide over deployments")
    if plan.database.shared_buffers_gib > figures["most_buffers_gib"]:
        found.append(
            f"matching would want {plan.database.in_memory_gib:.0f} GiB in memory after {plan.demand.years} years:"
            " divide over deployments, or keep fewer years in the index"
        )
    if plan.database.cores > 32:
        found.append(f"PostgreSQL would need {plan.database.cores} cores on one primary: divide over deployments")
    return found


def _round_up(gib: float) -> int:
    """The next power of two."""
    return int(2 ** math.ceil(math.log2(gib))) if gib > 1 else 1
