"""The one-machine stack: time to ready (new and known data folder), memory at rest, the story, time to stop."""

import asyncio
import io
import time
from pathlib import Path

import machine
from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from heli_local.running import RunningStack
from heli_local.story.demo import play
from rich.console import Console
from rich.progress import Progress

PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks/local-stack.md"
ROUNDS = 3


def main() -> None:
    """Measure and write the page."""
    rows: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    with scratch_folder() as folder, Progress() as bars:
        task = bars.add_task("local stack", total=ROUNDS)
        for number in range(ROUNDS):
            stack = RunningStack(folder / f"home-{number}", free_port())
            try:
                rows.setdefault("first start, with the demo city (s)", []).append(_timed(stack.start))
                memory = _memory_mib(stack)
                rows.setdefault("memory at rest, sum of proportional shares (MiB)", []).append(sum(memory.values()))
                rows.setdefault("the story (s)", []).append(_timed(lambda stack=stack: _play(stack)))
                rows.setdefault("stop (s)", []).append(_timed(stack.stop))
                rows.setdefault("later start (s)", []).append(_timed(stack.start))
            finally:
                stack.stop()
            bars.advance(task)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(_page(rows, memory))
    print(PAGE.read_text())


def _timed(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]  # any callable without arguments
    return time.perf_counter() - started


def _play(stack: RunningStack) -> None:
    asyncio.run(play(stack.url, Console(file=io.StringIO())))


def _memory_mib(stack: RunningStack) -> dict[str, float]:
    """Proportional set size by process name; children count with the process that started them."""
    named = {pid: name for name, pid in stack.pids().items()} | {stack.process.pid: "supervisor"}
    parents = {int(p.name): _parent(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    found: dict[str, float] = {}
    for pid in parents:
        owner: int | None = pid
        while owner is not None and owner not in named:
            owner = parents.get(owner)
        if owner is not None:
            found[named[owner]] = found.get(named[owner], 0.0) + _pss_mib(pid)
    return found


def _parent(folder: Path) -> int | None:
    try:
        return int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _page(rows: dict[str, list[float]], memory: dict[str, float]) -> str:
    parts = [
        "# The one-machine stack\n\n`make bench` (or `.venv/bin/python bench local-stack`) wrote this page.\n\n",
        machine.described(),
        f"- {ROUNDS} rounds, each on a new data folder; package cache warm\n\n",
        "| figure | min | median | max |\n| --- | ---: | ---: | ---: |\n",
    ]
    for name, values in rows.items():
        ordered = sorted(values)
        parts.append(f"| {name} | {ordered[0]:.1f} | {ordered[len(ordered) // 2]:.1f} | {ordered[-1]:.1f} |\n")
    parts.append("\nMemory at rest by process, MiB:\n\n| process | PSS |\n| --- | ---: |\n")
    parts += [f"| {name} | {mib:.0f} |\n" for name, mib in sorted(memory.items(), key=lambda item: -item[1])]
    return "".join(parts)


if __name__ == "__main__":
    main()
