"""``heli demo``: the seed's story on a stack of its own, every step checked, nothing left behind."""

import time
from collections.abc import Awaitable, Callable

import httpx2
from rich.console import Console

from heli_local.story import acts
from heli_local.story.stage import Stage


async def play(
    base_url: str, console: Console, *, between_steps: Callable[[str], Awaitable[None]] | None = None
) -> Stage:
    """Play all four acts against a running stack that holds the demo city.

    Args:
        base_url: The gateway's address.
        console: Where the story is told.
        between_steps: Called after each step with its sentence; fault tests kill processes there.

    Raises:
        StepFailed: a step did not go as it must.
    """
    started = time.perf_counter()
    async with httpx2.AsyncClient(base_url=base_url, timeout=30) as client:
        stage = Stage(client, console, between_steps)
        await stage.open()
        await acts.one_matter_three_commissions(stage)
        await acts.from_register_to_result(stage)
        await acts.mobile_inspection(stage)
        await acts.who_was_told(stage)
    console.print(
        f"\nThe story in {time.perf_counter() - started:.1f} s: days / findings / clues handed over"
        f" {acts.DAYS} / {acts.FINDINGS} / {acts.HANDED_OVER}"
    )
    return stage
