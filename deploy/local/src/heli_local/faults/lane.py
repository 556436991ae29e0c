"""One lane of the matrix as a process: orders come as lines on stdin, blocks go as lines to stdout.

It keeps its world from one order to the next where the kind is the same, and ends, taking that world along, when stdin
does: also when whoever gave the orders was killed.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Self

from chassis.embedded import EmbeddedServerError
from chassis.embedded.process import scratch_folder

from heli_local.faults.matrix import find
from heli_local.faults.report import Block
from heli_local.faults.rounds import Order, run_block
from heli_local.faults.world import Kind, World


class Lane:
    """Runs one block after the other; async context manager."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._world: World | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    async def run(self, order: Order) -> Block:
        """Run what is ordered, in the world at hand or in a new one."""
        fault = find(order.fault, careless=order.careless)
        try:
            world = await self._world_of(fault.kind, order.rate)
        except EmbeddedServerError as error:
            return Block.of_nothing(order.fault, order.careless, f"its world did not start: {error}")
        block = await run_block(world, fault, order)
        if block.unsettled:
            await self._leave()
        return block

    async def _world_of(self, kind: Kind, rate: float) -> World:
        if self._world is None or self._world.kind != kind:
            await self._leave()
            folder = self._stack.enter_context(scratch_folder())
            self._world = await self._stack.enter_async_context(World(Path(folder), kind, rate=rate))
        return self._world

    async def _leave(self) -> None:
        self._world = None
        await self._stack.aclose()


async def _serve() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    orders: asyncio.Queue[Order] = asyncio.Queue()

    async def work() -> None:
        async with Lane() as lane:
            while True:
                block = await lane.run(await orders.get())
                sys.stdout.write(json.dumps(asdict(block)) + "\n")
                sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        working = group.create_task(work())
        while line := await reader.readline():
            orders.put_nowait(Order(**json.loads(line)))
        working.cancel()


if __name__ == "__main__":
    asyncio.run(_serve())
