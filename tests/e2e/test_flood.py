"""Thousands of identical letters at once, letters about others between them: none lost, none taken for the flood."""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from heli_local.running import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

LETTERS, AT_ONCE, EVERY = 3_000, 8, 100
FLOOD = "夏宁市水利局局长方启航2023年6月收受宏远建设公司负责人李大海现金五万元，帮其承揽西河清淤工程。"
OTHERS = (
    ("彭立新", "夏宁市交通运输局", "交通局彭立新用公车接送孩子上学，油费由单位报销。"),
    ("方启明", "临川市水利局", "临川市水利局方启明违规操办乔迁宴，摆酒二十桌，收受管理对象礼金。"),
    ("方启航", "临川市教育局", "教育局方启航让亲属不上班领工资，持续十一个月。"),
)


def letter(text: str, name: str, unit: str) -> dict[str, Any]:
    return {
        "source_code": "PETITION",
        "channel": "letter",
        "received_on": "2026-01-05",
        "subjects": [{"name": name, "unit_name": unit}],
        "allegations": [{"text": text}],
    }


class Sender:
    """Posts letters as one of several clerks and keeps what came of them."""

    def __init__(self, client: httpx2.AsyncClient, headers: list[dict[str, str]]) -> None:
        self.client, self.headers = client, headers
        self.seconds: list[float] = []
        self.statuses: dict[int, int] = {}
        self.stray: list[dict[str, Any]] = []
        self.ids: set[str] = set()

    async def post(self, number: int) -> None:
        other = OTHERS[number // EVERY % len(OTHERS)] if number % EVERY == EVERY - 1 else None
        body = letter(other[2], *other[:2]) if other else letter(FLOOD, "方启航", "夏宁市水利局")
        headers = self.headers[number % len(self.headers)] | {"Idempotency-Key": str(uuid4())}
        started = time.perf_counter()
        answer = await self.client.post("/v1/clues", json=body, headers=headers)
        self.seconds.append(time.perf_counter() - started)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        assert answer.status_code == 201, answer.text
        self.ids.add(answer.json()["id"])
        if other:
            self.stray.append(answer.json())


async def test_a_flood_of_one_letter_loses_nothing_and_draws_nobody_else_in(
    stack: RunningStack, person: Callable[..., dict[str, str]]
) -> None:
    clerks = [person(f"flood-clerk-{number}", "pet-lh", "intake_officer") for number in range(4)]
    waiting = iter(range(LETTERS))
    async with httpx2.AsyncClient(base_url=stack.url, timeout=120) as client:
        sender = Sender(client, clerks)

        async def work() -> None:
            for number in waiting:
                await sender.post(number)

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        taken = time.perf_counter() - started
    assert sender.statuses == {201: LETTERS}
    assert len(sender.ids) == LETTERS
    ids = {one["id"] for one in sender.stray}
    for one in sender.stray:
        likely = [c for c in one["candidates"] if c.get("band") == "likely" and not c["blind"]]
        assert {c["clue_id"] for c in likely} <= ids, "a letter about somebody else was called likely"
    first, last = (statistics.quantiles(part, n=20)[18] for part in (sender.seconds[:200], sender.seconds[-200:]))
    print(
        f"{LETTERS / taken:.0f} letters/s; p95 of the first 200 {first * 1000:.0f} ms, of the last {last * 1000:.0f} ms"
    )
