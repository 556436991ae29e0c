"""Intake with candidates, by one caller and by several at once; imports, and matching that follows them."""

import asyncio
import csv
import io
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import machine
from matching.crowd import Body, written_again

from clues.serving import Bench

_FORM = ("source_code", "channel", "received_on", "subjects", "allegations", "reporter")
_HEADER = ("原编号", "线索来源", "收到日期", "反映问题", "被反映人", "被反映人单位", "渠道", "问题类别")
_FOLLOWED_S = 20
_RUNS = 3
_CALLERS = {"one": 1, "four": 4, "eight": 8, "sixteen": 16}


async def measure_intake(bench: Bench, found: Any, queries: Sequence[Body]) -> None:
    """Three runs; in each an equal share of the queries by each number of callers at once, with their candidates.

    In every run they are written again, and in a folder that is used again, too, so that no letter is known by heart.
    """
    known = await bench.count("select max(id) from clue_key")
    forms = [[_form(body) for body in written_again(queries, known + run)] for run in range(_RUNS + 1)]
    most = max(_CALLERS.values())
    await _take_in(bench, forms.pop()[: 4 * most], most)  # as after a day's work: every connection knows its statements
    taken = {how: Taken() for how in _CALLERS}
    for run, of_run in enumerate(forms):
        for place, (how, callers) in enumerate(_CALLERS.items()):
            await _measure_share(bench, taken[how], of_run[(place + run) % len(_CALLERS) :: len(_CALLERS)], callers)
    for how, one in taken.items():
        name = f"intake, {how} at a time"
        found.rates[name] = statistics.median(one.rates)
        found.spread[name] = one.rates
        found.cpu[name] = {who: round(1000 * used / len(one.times), 1) for who, used in one.cpu.items()}
        found.times[f"intake with candidates, {how} at a time"] = one.times
    found.notes["intakes that were shown candidates"] = sum(one.shown for one in taken.values()) / sum(
        len(one.times) for one in taken.values()
    )
    found.notes["intakes by each number of callers"] = len(taken["one"].times)


@dataclass
class Taken:
    """What one number of callers had taken in, all runs together; ``rates`` are of each."""

    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    shown: int = 0


def _form(body: Body) -> Body:
    return {key: body[key] for key in _FORM if key in body}


async def _measure_share(bench: Bench, taken: Taken, forms: Sequence[Body], callers: int) -> None:
    began, used = time.perf_counter(), machine.cpu_seconds(bench.processes)
    times, shown = await _take_in(bench, forms, callers)
    taken.rates.append(len(forms) / (time.perf_counter() - began))
    now = machine.cpu_seconds(bench.processes)
    taken.cpu = {name: taken.cpu.get(name, 0.0) + seconds - used[name] for name, seconds in now.items()}
    taken.times += times
    taken.shown += shown


async def _take_in(bench: Bench, forms: Sequence[Body], callers: int) -> tuple[list[float], int]:
    """(milliseconds of each, how many were shown candidates); each caller sends the next form when it is answered."""
    waiting, times, shown = list(reversed(forms)), list[float](), 0

    async def take() -> None:
        nonlocal shown
        while waiting:
            taken, answer = await bench.call("officer", "POST", "/v1/clues", json=waiting.pop())
            times.append(taken)
            shown += bool(answer.json()["candidates"])

    await asyncio.gather(*(take() for _ in range(callers)))
    return times, shown


async def measure_import(bench: Bench, found: Any, rows: int) -> None:
    """Rows stored per second from sending the file to its success, and clues matched per second behind it."""
    began = time.perf_counter()
    headers = {"Content-Type": "text/csv"}
    _, answer = await bench.call("officer", "POST", "/v1/clue-imports", content=_file(rows), headers=headers)
    told = answer.json()
    while told["status"] not in ("succeeded", "failed"):
        await asyncio.sleep(0.1)
        told = (await bench.call("officer", "GET", f"/v1/operations/{told['id']}"))[1].json()
    seconds = time.perf_counter() - began
    if told["status"] != "succeeded" or told["result"]["created"] != rows:
        message = f"imported: {told}"
        raise RuntimeError(message)
    found.rates["import, rows stored"] = rows / seconds
    found.notes["import, rows"] = rows
    waiting = await bench.count("select count(*) from matching_pending")
    began = time.perf_counter()
    left = waiting
    while left and time.perf_counter() - began < _FOLLOWED_S:
        await asyncio.sleep(0.5)
        left = await bench.count("select count(*) from matching_pending")
    found.rates["import, clues matched behind it"] = (waiting - left) / (time.perf_counter() - began)


def _file(rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADER)
    mark = os.urandom(4).hex()
    for number in range(rows):
        said = f"测试{number}任科长期间，虚报冒领补贴{number * 37}元，并违规操办酒席，群众反映强烈，请予查处。" * 2
        who = (f"测试{number}", f"测试单位{number % 3000}")
        writer.writerow((f"{mark}:{number}", "信访举报", "2026-11-20", said, *who, "来信", "C1"))
    return text.getvalue().encode()
