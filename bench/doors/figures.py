"""What a part of the measurement answers, and the floor under every figure."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

Part = dict[str, Any]
"""``rows``: [name, aim, text, is_met or None]; ``machine``, ``command``, ``load``; what plots need besides."""

_FLOOR_S = 0.001


def row(name: str, aim: str, text: str, *, is_met: bool | None = None) -> list[Any]:
    """A row of the table."""
    return [name, aim, text, is_met]


def at(values: Sequence[float], share: float) -> float:
    """A quantile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float]) -> str:
    """p50 / p95 / p99."""
    return " / ".join(f"{at(values, share):.2f}" for share in (0.5, 0.95, 0.99))


def floor_ms(rounds: int = 2_000) -> list[float]:
    """Milliseconds of the same pure computation again and again: what this machine alone adds to any figure."""
    turns = 1_000
    while _spin(turns) < _FLOOR_S:
        turns = turns * 5 // 4
    return [_spin(turns) * 1000 for _ in range(rounds)]


def _spin(turns: int) -> float:
    started = time.perf_counter()
    total = 0
    for number in range(turns):
        total += number
    return time.perf_counter() - started


async def at_rate(per_s: float, seconds: float, action: Callable[[int], Awaitable[None]]) -> None:
    """Start ``action`` at a fixed rate, whether or not earlier ones are done; waits for all of them."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(int(per_s * seconds)):
            await asyncio.sleep(max(0.0, began + number / per_s - loop.time()))
            group.create_task(action(number))


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, to the nanosecond."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
        for child in (task / "children").read_text().split():
            total += int(cpu_s(int(child)) * 1e9)
    return total / 1e9
