"""Many blocks on several worlds beside each other: what is still to be done, and who does it."""

import asyncio
import json
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from heli_local.faults.matrix import Fault, find
from heli_local.faults.report import Block
from heli_local.faults.rounds import Order
from heli_local.faults.world import Kind

BLOCK_ROUNDS = 5
BASELINE_ROUNDS = 5
ROUNDS_OF_A_SEED = 1000
LEAVING_S = 30.0


@dataclass(frozen=True)
class Campaign:
    """How much is done, and how fast."""

    rounds: int = 10
    """Of each fault; of the baseline's five at most."""
    events: int = 200
    rate: float = 150.0
    lanes: int = 3
    seed: int = 1
    minutes: float = 60.0


def orders(campaign: Campaign, faults: Iterable[Fault], done: Sequence[Block]) -> list[Order]:
    """What the blocks already there leave to be done, in an order drawn by the seed, kinds of worlds together."""
    found: list[Order] = []
    for fault in faults:
        mine = [one for one in done if (one.fault, one.careless) == (fault.name, fault.kind.careless)]
        had = sum(one.rounds for one in mine if not one.unsettled)
        wanted = min(campaign.rounds, BASELINE_ROUNDS) if fault.kind.careless else campaign.rounds
        for first in range(had, wanted, BLOCK_ROUNDS):
            number, rounds = campaign.seed * ROUNDS_OF_A_SEED + first, min(BLOCK_ROUNDS, wanted - first)
            kind = fault.kind
            found.append(Order(fault.name, kind.careless, rounds, campaign.events, campaign.rate, number))
    random.Random(campaign.seed).shuffle(found)  # noqa: S311 - not a secret
    return sorted(found, key=_kind)


def _kind(order: Order) -> Kind:
    return find(order.fault, careless=order.careless).kind


def next_order(waiting: list[Order], before: Order | None) -> Order:
    """Take the next one for a lane: of the kind of world it has, while there is one."""
    same = [one for one in waiting if before is not None and _kind(one) == _kind(before)]
    order = (same or waiting)[0]
    waiting.remove(order)
    return order


async def run(campaign: Campaign, waiting: list[Order], on_block: Callable[[Block], None]) -> None:
    """Work the orders off; begins no further block once the time is over. Cancelled, it ends its lanes in order."""
    until = time.monotonic() + campaign.minutes * 60

    async def lane() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "heli_local.faults.lane", stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        order: Order | None = None
        try:
            while waiting and time.monotonic() < until:
                order = next_order(waiting, order)
                on_block(await _ask(process, order))
                if process.returncode is not None:
                    return
        finally:
            await _end(process)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(campaign.lanes, len(waiting))):
            group.create_task(lane())


async def _ask(process: Process, order: Order) -> Block:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        await process.wait()
        return Block.of_nothing(order.fault, order.careless, f"its lane ended with {process.returncode}")
    return Block(**json.loads(line))


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(LEAVING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
