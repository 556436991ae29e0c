"""The doors: the gateway's price beside nginx, 2,000 open streams, from commit to inbox, a crowd, and the relay.

    python bench doors [--only=proxy,streams,events,handler,crowd] [--quick]

Real processes on loopback: nginx, the gateway (one worker), PostgreSQL with fsync, NATS with `sync_interval: always`
and notification-service. What is measured is kept in docs/benchmarks/doors.json, each part as soon as it is done, and
the page is written from that. All parts take about half an hour; ``--quick`` shows in a few minutes that they run.
"""

import argparse
import asyncio
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping

import machine
from chassis.collector import settle_collector
from chassis.logging import configure_logging

from doors import arriving, fanning, handling, page, proxying, streaming
from doors.figures import Part

_PARTS: Mapping[str, Callable[[bool], Part]] = {
    "proxy": lambda is_quick: asyncio.run(proxying.measure(is_quick=is_quick)),
    "streams": lambda is_quick: asyncio.run(streaming.measure(is_quick=is_quick)),
    "events": arriving.measure,
    "handler": handling.measure,
    "crowd": lambda is_quick: fanning.measure(is_quick=is_quick),
}


def main() -> None:
    """Measure, keep and write the page unless ``--quick``."""
    parser = argparse.ArgumentParser(prog="bench doors")
    parser.add_argument("--only", default=",".join(_PARTS))
    parser.add_argument("--quick", action="store_true")
    asked, _ = parser.parse_known_args()
    names = asked.only.split(",")
    if "proxy" in names and not asked.quick and shutil.which("nginx") is None:
        rest = ",".join(name for name in names if name != "proxy")
        parser.error(f"nginx is not installed (Debian: apt-get install nginx-light); without it: --only={rest}")
    configure_logging("bench", "error")
    only = "" if asked.only == parser.get_default("only") else f" --only={asked.only}"
    command = f".venv/bin/python bench doors{only}{' --quick' if asked.quick else ''}"
    found: dict[str, Part] = {}
    told, failed = "", []
    for name in names:
        load = os.getloadavg()[0]
        settle_collector()
        try:
            part = _PARTS[name](asked.quick)
        except Exception:  # noqa: BLE001 - told below; the other parts are measured all the same
            traceback.print_exc()
            failed.append(name)
            continue
        part["machine"] = machine.described(("uvloop", "httptools"))
        part["command"] = command
        part["load"] = load
        found[name] = part
        told = page.write(found, is_kept=not asked.quick)
    print(told)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")
