"""The page docs/benchmarks/doors.md and its plot, from what was kept in doors.json."""

import json
from collections.abc import Mapping
from pathlib import Path

from doors.figures import Part

_FOLDER = Path(__file__).resolve().parents[2] / "docs/benchmarks"
_KEPT, _PAGE, _PLOT = (_FOLDER / f"doors.{kind}" for kind in ("json", "md", "svg"))
_TITLES = {
    "proxy": "The gateway beside nginx",
    "streams": "Open event streams",
    "events": "From commit to inbox",
    "handler": "From commit to handler",
    "crowd": "One notice for 10,000 people",
}
_ABOUT = {
    "proxy": (
        "nginx as a plain reverse proxy (one worker, connections kept) and the gateway (one worker: token, rate limit,"
        " header rules, breaker) stand before the same upstream, which answers 1 KiB of JSON; 32 connections, 50"
        " callers with a token each, in turns. CPU is what the kernel counted for the process."
    ),
    "streams": (
        "One worker of the gateway before a service that sends every stream the time once a second; each stream has a"
        " caller and a token of its own. Late is from the service's write to the reader; all readers share one process."
    ),
    "events": (
        "PostgreSQL with fsync, NATS with `sync_interval: always`, a producer with its outbox and relay, and"
        " notification-service as processes; producer and reader share one, on uvloop as every service. A notice has"
        " arrived when a reader's open stream shows it, which is later"
        " than the list does."
    ),
    "handler": (
        "PostgreSQL with fsync and NATS with `sync_interval: always`. One process commits and relays, another consumes;"
        " the time is from the commit's return to the handler's first line, after its place in the inbox was taken."
    ),
    "crowd": (
        "The same servers. A clue is assigned to an office of 10,000 handlers, while another reader is told of their"
        " own events all along: before, as a measure, and during. Rows of the inboxes are counted ten times a second."
    ),
}


def write(found: Mapping[str, Part], *, is_kept: bool) -> str:
    """The page's text; with ``is_kept`` it, its figures and its plot are stored."""
    known: dict[str, Part] = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    parts = {**known, **found} if is_kept else dict(found)
    text = _page(parts)
    if is_kept:
        _KEPT.write_text(json.dumps(parts, ensure_ascii=False, indent=1) + "\n")
        _draw(parts)
        _PAGE.write_text(text)
    return text


def _page(parts: Mapping[str, Part]) -> str:
    head = (
        "# The doors\n\n`.venv/bin/python bench doors` wrote this page from `doors.json`; `--only` measures one part."
        " The last row of a table is what the machine alone adds: a virtual machine whose pure computation has a tail"
        " gives every latency that tail.\n\n![The doors](doors.svg)\n"
    )
    written = [head]
    for name, title in _TITLES.items():
        if name in parts:
            part = parts[name]
            written.append(
                f"\n## {title}\n\n{_ABOUT[name]}\n\n`{part['command']}`, load of the machine at the start"
                f" {part['load']:.1f}\n\n{part['machine']}\n| figure | aim | measured | |\n| --- | --- | ---: | --- |\n"
            )
            written += [
                f"| {what} | {aim} | {text} | {_VERDICT[is_met]} |\n" for what, aim, text, is_met in part["rows"]
            ]
    return "".join(written)


_VERDICT = {None: "", True: "met", False: "**missed**"}


def _draw(parts: Mapping[str, Part]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    figure, (price, waits, arrivals) = plt.subplots(1, 3, figsize=(11, 3))
    bars = parts.get("proxy", {}).get("bars", {})
    price.bar(list(bars), list(bars.values()))
    price.set_title("CPU-µs per proxied request")
    for name, values in parts.get("proxy", {}).get("waits", {}).items():
        waits.plot(["p50", "p95", "p99"], values, marker="o", label=name)
    waits.set_title("answer at 100 requests/s, ms")
    waits.legend()
    arrivals.plot(range(100), parts.get("events", {}).get("arrivals", [0] * 100))
    arrivals.set_title("commit → inbox, ms by percentile")
    for axes in (price, waits, arrivals):
        axes.set_ylim(bottom=0)
    figure.tight_layout()
    figure.savefig(_PLOT)
    plt.close(figure)
