"""Waiting in the busiest hour: a seeded simulation of requests and of the events behind them, and its formula."""

import heapq
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from heli_local.scale.demand import HANDLING_REQUESTS, KINDS, Figures
from heli_local.scale.plan import SERVICES, Plan

MOST_ARRIVALS = 150_000
"""So many are simulated; of a larger hour its first minutes."""
SPREAD = 0.8
"""Standard deviation of a request's time by its mean: what is asked differs."""
FLOOD_S = 600.0


@dataclass(frozen=True)
class Arrival:
    """Somebody who needs a server for so long."""

    at: float
    takes: float


@dataclass(frozen=True)
class Waiting:
    """How a queue fared; seconds."""

    served: int
    mean: float
    p50: float
    p95: float
    p99: float
    longest_queue: int
    busy: float
    """Share of the servers' time in use."""
    cleared_at: float
    """When the last one was served."""


@dataclass(frozen=True)
class BusyHour:
    """Requests at the dearest service, and events at its leading consumer."""

    seconds: float
    requests: Waiting
    events: Waiting


def erlang_c(rate: float, takes: float, servers: int) -> float:
    """Mean wait in seconds of an M/M/c queue. Raises ValueError where it would grow for ever."""
    load = rate * takes
    if load >= servers:
        raise ValueError(f"{load:.2f} servers are needed and {servers} are there")
    if load == 0:
        return 0.0
    inverse = 1.0  # of Erlang B, which so neither overflows nor vanishes
    for number in range(1, servers + 1):
        inverse = 1.0 + inverse * number / load
    blocked = 1.0 / inverse
    waits = blocked / (1 - load / servers * (1 - blocked))
    return waits * takes / (servers - load)


def serve(arrivals: Iterable[Arrival], servers: int) -> Waiting:
    """First come, first served by equal servers; arrivals in the order of their time."""
    free = [0.0] * servers
    begun: list[float] = []
    waits: list[float] = []
    used = last = 0.0
    longest = 0
    for one in arrivals:
        start = max(one.at, heapq.heappop(free))
        heapq.heappush(free, start + one.takes)
        waits.append(start - one.at)
        used += one.takes
        last = max(last, start + one.takes)
        while begun and begun[0] <= one.at:
            heapq.heappop(begun)
        if start > one.at:
            heapq.heappush(begun, start)
            longest = max(longest, len(begun))
    ordered = sorted(waits)
    return Waiting(
        served=len(waits),
        mean=sum(waits) / len(waits) if waits else 0.0,
        p50=_share(ordered, 0.5),
        p95=_share(ordered, 0.95),
        p99=_share(ordered, 0.99),
        longest_queue=longest,
        busy=used / (servers * last) if last else 0.0,
        cleared_at=last,
    )


def busy_hour(plan: Plan, figures: Figures, seed: int = 1) -> BusyHour:
    """Simulate the busiest hour of a plan, its flood included: the dearest service's API pods, and one leader."""
    name = max(SERVICES, key=lambda one: plan.cores[one])
    rate = plan.busy.requests
    seconds = min(3600.0, max(60.0, MOST_ARRIVALS / rate))
    chances = (random.Random(seed), random.Random(seed + 1))  # noqa: S311 - a simulation
    requests = sorted(_requests(plan, figures, name, seconds, chances[0]), key=lambda one: one.at)
    events = _events(plan, figures, seconds, chances[1])
    return BusyHour(seconds, serve(requests, plan.replicas[name]), serve(sorted(events, key=lambda one: one.at), 1))


def _requests(plan: Plan, figures: Figures, name: str, seconds: float, chance: random.Random) -> Iterator[Arrival]:
    for kind in KINDS:
        each = HANDLING_REQUESTS if kind == "handling" else 1
        takes = figures.costs[kind].cpu_ms[name] / 1000 / each
        takes *= figures["size_factor"] if kind == "intake" else 1.0
        yield from _poisson(plan.busy.of(kind) * each, takes, seconds, chance)
        if kind == "intake" and plan.demand.flood:
            for _ in range(plan.demand.flood):
                yield Arrival(chance.uniform(0, FLOOD_S), _takes(takes, chance))


def _events(plan: Plan, figures: Figures, seconds: float, chance: random.Random) -> Iterator[Arrival]:
    takes = figures["event_cpu_ms"] / 1000
    yield from _poisson(plan.busy.events, takes, seconds, chance)
    for _ in range(round(plan.demand.flood * figures.costs["intake"].events)):
        yield Arrival(chance.uniform(0, FLOOD_S), _takes(takes, chance))


def _poisson(rate: float, takes: float, seconds: float, chance: random.Random) -> Iterator[Arrival]:
    at = 0.0
    while rate > 0 and (at := at + chance.expovariate(rate)) < seconds:
        yield Arrival(at, _takes(takes, chance))


def _takes(mean: float, chance: random.Random) -> float:
    """Log-normal with this mean: most are short, some are long."""
    if mean <= 0:
        return 0.0
    sigma = math.sqrt(math.log(1 + SPREAD**2))
    return chance.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
