"""Running an assembly: ask the pool, let a solver process think, store the answer. The worker never blocks on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import Category, HeliError, InternalError
from chassis.identity import SYSTEM
from chassis.service import Resources, Timer

from inspection_service.assembly.problem import AssemblyProblem
from inspection_service.assembly.progress import Progress
from inspection_service.assembly.wire import pack_problem, unpack_problem
from inspection_service.assembly_runs import domain, in_hand
from inspection_service.assembly_runs.gathering import gather_problem
from inspection_service.assembly_runs.in_hand import RunInHand
from inspection_service.resources import own_of

_BEAT_SECONDS = 1.0
_PASSING = frozenset({Category.UNAVAILABLE, Category.TIMEOUT, Category.BAD_GATEWAY})


async def run_assembly(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Carry out one run. A pool that does not answer makes it wait; everything else ends it with a named failure."""
    run_id = UUID(payload["run_id"])
    async with resources.transactions(SYSTEM) as uow:
        run = await in_hand.take_run(uow, run_id)
    if run is None:
        return
    try:
        problem = await _settled_problem(resources, run)
        proposal = await _think(resources, run, problem)
    except HeliError as error:
        patience = in_hand.PATIENCE if error.category in _PASSING else timedelta()
        if await _is_put_back(resources, run_id, patience, error):
            raise
        return
    except Exception:
        await _is_put_back(resources, run_id, in_hand.PATIENCE_WITH_FAULTS, InternalError())
        raise
    async with resources.transactions(SYSTEM) as uow:
        await in_hand.finish_run(uow, run_id, proposal)


async def _is_put_back(resources: Resources, run_id: UUID, patience: timedelta, error: HeliError) -> bool:
    """Let the job try the run again, or let the run fail by name once patience has run out."""
    async with resources.transactions(SYSTEM) as uow:
        is_put_back = await in_hand.put_back_run(uow, run_id, patience)
        if not is_put_back:
            await in_hand.fail_run(uow, run_id, error)
    return is_put_back


async def _settled_problem(resources: Resources, run: RunInHand) -> AssemblyProblem:
    """What the run asks, stored before a solver sees it: a variant's is given, a run taken up again keeps its own."""
    if run.document is not None:
        return await asyncio.to_thread(unpack_problem, run.document)
    base, salt = run.base, domain.salt_of(run.plan.round.id, run.number, run.rules_digest)
    if base is None:
        problem = await gather_problem(resources, run.plan, run.past, run.versions, run.request, salt)
    else:
        problem = await asyncio.to_thread(
            domain.varied_problem, base.document, base.request, run.request, base.teams, salt
        )
    document = await asyncio.to_thread(pack_problem, problem)
    async with resources.transactions(SYSTEM) as uow:
        await in_hand.keep_input(uow, run.run_id, document)
    return problem


async def _think(resources: Resources, run: RunInHand, problem: AssemblyProblem) -> Any:
    latest: dict[str, Any] = {}

    def listen(progress: Progress) -> None:
        latest.update(
            stage=str(progress.stage),
            seconds=round(progress.seconds, 3),
            objective=progress.objective,
            bound=progress.bound if progress.gap is not None else None,  # JSON has no infinity
            gap=progress.gap,
        )

    cancel = asyncio.Event()
    async with _beating(resources, run.run_id, latest, cancel):
        solver = own_of(resources).solver
        return await solver.assemble(problem, time_limit=run.time_limit_s, listener=listen, cancel=cancel)


@asynccontextmanager
async def _beating(
    resources: Resources, run_id: UUID, latest: dict[str, Any], cancel: asyncio.Event
) -> AsyncIterator[None]:
    """Say every second that the run is in hand and how far it is, and hear whether it shall stop."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            async with resources.transactions(SYSTEM) as uow:
                if await in_hand.report_progress(uow, run_id, dict(latest)):
                    cancel.set()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def resume_abandoned_runs(resources: Resources) -> None:
    """A worker was killed over a run: another takes it up."""
    async with resources.transactions(SYSTEM) as uow:
        for run_id in await in_hand.abandoned_runs(uow):
            await uow.enqueue("run-assembly", {"run_id": str(run_id)})


JOBS = {"run-assembly": run_assembly}
TIMERS = (Timer("resume-abandoned-runs", 5.0, resume_abandoned_runs),)
