"""Metrics with useful names, and the W3C trace context that runs from the gateway through NATS to consumers."""

import random
import re
from operator import itemgetter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")

REGISTRY = CollectorRegistry(auto_describe=True)

HTTP_REQUESTS = Counter(
    "heli_http_requests", "HTTP requests by route template and status", ["method", "route", "status"], registry=REGISTRY
)
HTTP_SECONDS = Histogram(
    "heli_http_request_seconds",
    "Time to answer by route template",
    ["method", "route"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)
JOBS_DONE = Counter("heli_jobs", "Background jobs by kind and outcome", ["kind", "outcome"], registry=REGISTRY)
JOBS_WAITING = Gauge("heli_jobs_waiting", "Background jobs not done yet", registry=REGISTRY)


def described_metrics() -> list[dict[str, Any]]:
    """Every metric of this process: ``name`` as it is scraped, ``kind``, ``labels``, ``meaning``; sorted by name."""
    found = []
    for collector in set(REGISTRY._collector_to_names):  # noqa: SLF001 - collecting shows no metric without a value yet
        assert isinstance(collector, Counter | Gauge | Histogram), "another kind is described nowhere yet"
        (about,) = collector.describe()
        found.append(
            {
                "name": f"{about.name}_total" if about.type == "counter" else about.name,
                "kind": about.type,
                "labels": list(collector._labelnames),  # noqa: SLF001 - the library tells them of values alone
                "meaning": about.documentation,
            }
        )
    return sorted(found, key=itemgetter("name"))


def parse_traceparent(traceparent: str | None) -> tuple[int, int, int] | None:
    """Trace id, span id and flags of a ``traceparent``; None if it is absent or malformed."""
    match = _TRACEPARENT.match(traceparent or "")
    if match is None or match[1] == "0" * 32 or match[2] == "0" * 16:
        return None
    return int(match[1], 16), int(match[2], 16), int(match[3], 16)


def child_traceparent(parent: str | None) -> str:
    """A ``traceparent`` that continues ``parent``, or starts a trace if that is absent or malformed.

    The numbers are random, not secret: they name a trace and guard nothing.
    """
    match = _TRACEPARENT.match(parent or "")
    trace_id = match[1] if match and match[1] != "0" * 32 else f"{random.getrandbits(128):032x}"
    flags = match[3] if match else "01"
    return f"00-{trace_id}-{random.getrandbits(64):016x}-{flags}"


def trace_id(traceparent: str) -> str:
    """The trace id inside a ``traceparent``."""
    return traceparent[3:35]
