"""Rounds of a fault in a world, judged together as a block."""

import os
import time
from dataclasses import dataclass
from datetime import UTC

from chassis.clock import Clock

from heli_local.faults.matrix import Fault
from heli_local.faults.report import Block
from heli_local.faults.tally import NeverSettled
from heli_local.faults.world import World


@dataclass(frozen=True)
class Order:
    """A block to be run; ``first`` numbers its first round, and by that is drawn which server is hit."""

    fault: str
    careless: bool
    rounds: int
    events: int
    """So many events go through before each fault."""
    rate: float
    """So many are committed in a second."""
    first: int = 0


async def run_block(world: World, fault: Fault, order: Order) -> Block:
    """Break, mend and go on, so many times; then let everything arrive and judge it.

    A world that did not settle is said so in the block, and is of no further use.
    """
    began, stalls, verdict, unsettled = time.monotonic(), [0.0], None, ""
    try:
        for number in range(order.first, order.first + order.rounds):
            await world.progress(order.events)
            await fault.strike(world, number)
            mended = time.monotonic()
            await world.progress(1)
            stalls.append(time.monotonic() - mended)
        verdict = await world.settle(complete=not fault.kind.careless)
    except NeverSettled as error:
        unsettled = f"round {len(stalls)}: {error}"
    return Block(
        fault=fault.name,
        careless=fault.kind.careless,
        rounds=len(stalls) - 1,
        committed=verdict.committed if verdict else 0,
        lost=verdict.lost if verdict else 0,
        doubled=verdict.doubled if verdict else 0,
        disordered=verdict.disordered if verdict else 0,
        longest_stall_s=round(max(stalls), 1),
        seconds=round(time.monotonic() - began, 1),
        unsettled=unsettled,
        load=round(os.getloadavg()[0], 1),
        ended=Clock().now().astimezone(UTC).isoformat(timespec="seconds"),
    )
