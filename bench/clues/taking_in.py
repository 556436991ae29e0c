"""Intake with candidates, by one caller and by several at once; imports, and matching that follows them."""

import asyncio
import csv
import io
import os
import time
from collections.abc import Sequence
from typing import Any

import machine
from matching.crowd import Body

from clues.serving import Bench

_FORM = ("source_code", "channel", "received_on", "subjects", "allegations", "reporter")
_HEADER = ("原编号", "线索来源", "收到日期", "反映问题", "被反映人", "被反映人单位", "渠道", "问题类别")
_FOLLOWED_S = 20
_CALLERS = {"one": 1, "four": 4, "eight": 8, "sixteen": 16}


async def measure_intake(bench: Bench, found: Any, queries: Sequence[Body]) -> None:
    """An equal share of the queries by each number of callers at once; every answer has its candidates."""
    forms = [{key: body[key] for key in _FORM if key in body} for body in queries]
    cold = min(20, len(forms) // 5)
    for form in forms[:cold]:
        await bench.call("officer", "POST", "/v1/clues", json=form)
    shown = 0
    for place, (how, callers) in enumerate(_CALLERS.items()):
        share = forms[cold + place :: len(_CALLERS)]
        began, used = time.perf_counter(), machine.cpu_seconds(bench.processes)
        times, with_candidates = await _take_in(bench, share, callers)
        found.rates[f"intake, {how} at a time"] = len(share) / (time.perf_counter() - began)
        found.cpu[f"intake, {how} at a time"] = {
            name: round(1000 * (seconds - used[name]) / len(share), 1)
            for name, seconds in machine.cpu_seconds(bench.processes).items()
        }
        found.times[f"intake with candidates, {how} at a time"] = times
        shown += with_candidates
    found.notes["intakes that were shown candidates"] = shown / (len(forms) - cold)


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
