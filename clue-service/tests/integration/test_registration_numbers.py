"""Registration numbers under load: per commission and year one after the other, none twice, none left out."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest
from chassis.clock import FixedClock
from chassis.identity import Principal
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.policy import viewer_of
from clue_service.access.row_security import engine_session
from clue_service.intake.rows import Registration
from clue_service.intake.schemas import RegisterClueIn
from clue_service.intake.service import register_clue
from sqlalchemy import text

COMMISSIONS = ("dh", "xs", "xn")
FORM = {"source_code": "OTHER", "received_on": "2026-11-20", "allegations": [{"text": "无"}]}


class _ThoughtBetter(Exception):
    """Ends a transaction after its number was taken."""


async def _register(resources: Resources, key: str, *, fails: bool) -> None:
    tree = await resources.directory.tree()
    caller = Principal(sub="load", unit=f"pet-{key}", roles=frozenset({"intake_officer"}))
    registration = Registration(RegisterClueIn.model_validate(FORM), f"pet-{key}", f"cdi-{key}", prepared=None)
    async with resources.transactions(caller) as uow:
        await register_clue(uow, viewer_of(caller, tree), tree, resources.own, resources.keys, registration)
        if fails:
            raise _ThoughtBetter


async def _numbers(resources: Resources) -> dict[tuple[str, int], list[int]]:
    async with engine_session(resources) as session:
        rows = await session.scalars(text("select clue_no from clue"))
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        for clue_no in rows:
            commission, year, number = clue_no.rsplit("-", 2)
            found[commission, int(year)].append(int(number))
    return {key: sorted(numbers) for key, numbers in found.items()}


@pytest.mark.parametrize("count", [pytest.param(120, id="few"), pytest.param(2000, id="many", marks=pytest.mark.proof)])
@pytest.mark.usefixtures("city")
async def test_numbers_have_no_gap_and_no_double_although_a_third_rolls_back(count: int, resources: Resources) -> None:
    chance = random.Random(4)
    wanted = [(chance.choice(COMMISSIONS), chance.random() < 1 / 3) for _ in range(count)]
    done = await asyncio.gather(
        *(_register(resources, key, fails=fails) for key, fails in wanted), return_exceptions=True
    )
    assert {type(one) for one in done} == {type(None), _ThoughtBetter}
    kept = {key: sum(1 for other, fails in wanted if other == key and not fails) for key in COMMISSIONS}
    assert await _numbers(resources) == {(f"cdi-{key}", 2026): list(range(1, kept[key] + 1)) for key in COMMISSIONS}


async def test_a_new_year_counts_from_one(register: Any, harness: Harness, clock: FixedClock) -> None:
    await register("officer@pet-dh")
    clock.instant = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    first = await register("officer@pet-dh", origin_ref="y:1")
    second = await register("officer@pet-dh", origin_ref="y:2")
    assert [first["clue_no"], second["clue_no"]] == ["cdi-dh-2027-000001", "cdi-dh-2027-000002"]
    told = [event.data["clue_no"] for event in await harness.staged_events("clue.clue.registered")]
    assert told == ["cdi-dh-2026-000001", "cdi-dh-2027-000001", "cdi-dh-2027-000002"]
