"""The live progress of a run: read from its row, so that it works whichever process solves and whichever streams."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.identity import Principal
from chassis.service import Resources

from inspection_service.assembly_runs import service
from inspection_service.assembly_runs.models import AssemblyProposal, AssemblyRun
from inspection_service.assembly_runs.schemas import FINAL
from inspection_service.involvements.service import viewer_of

_LOOK_SECONDS = 0.5
_SILENCE_SECONDS = 15.0
"""Without news a comment is sent after this long, so that nobody on the way takes the stream for dead."""


async def stream_progress(
    resources: Resources, caller: Principal, tree: UnitTree, run_id: UUID
) -> AsyncIterator[bytes]:
    """Events until the run is final; ends without one when the caller may no longer see the run."""
    told: dict[str, Any] | None = None
    last_word = time.monotonic()
    while True:
        try:
            async with resources.transactions(caller) as uow:
                run = await service.visible_run(uow, await viewer_of(uow, tree), run_id)
                state = state_of(run, await service.proposal_of(uow, run_id) if run.status in FINAL else None)
        except NotFound:
            return
        if run.status in FINAL:
            yield _event("finished", state)
            return
        if state != told:
            yield _event("progress", state)
            told, last_word = state, time.monotonic()
        elif time.monotonic() - last_word > _SILENCE_SECONDS:
            yield b": still here\n\n"
            last_word = time.monotonic()
        await asyncio.sleep(_LOOK_SECONDS)


def state_of(run: AssemblyRun, proposal: AssemblyProposal | None) -> dict[str, Any]:
    """What a listener is told."""
    known: dict[str, Any] = dict(run.progress)
    if proposal is not None:
        known |= {name: getattr(proposal, name) for name in ("objective", "bound", "gap", "seconds", "optimality")}
    return {"id": str(run.id), "status": run.status, "cancel_requested": run.cancel_requested_at is not None, **known}


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
