"""Background jobs: what an event or a request needs from another service, done after commit, with retries."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, any_, bindparam, func, select, update

from chassis import tables, tracing
from chassis.errors import Category, HeliError
from chassis.logging import get_logger
from chassis.service import JobHandler, Resources
from chassis.statements import Statement
from chassis.telemetry import JOBS_DONE, JOBS_WAITING
from chassis.uow import TRACEPARENT

_LEASE = timedelta(seconds=30)  # a killed worker's jobs wait this long; peers answer or fail within 10 s
_IDLE_SECONDS = 0.5
_PLACES = 8
_FIRST_RETRY_SECONDS = 0.5
_LONGEST_RETRY_SECONDS = 60.0
_PERMANENT = frozenset({Category.INVALID, Category.FORBIDDEN, Category.MISSING})

_job = tables.job
_due = (
    select(_job.c.id)
    .where(
        _job.c.done_at.is_(None),
        _job.c.failed_code.is_(None),
        _job.c.run_after <= func.now(),
        _job.c.locked_until.is_(None) | (_job.c.locked_until < func.now()),
        _job.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
    )
    .order_by(_job.c.run_after)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
# Asked twice a second for as long as a worker lives: built once.
_TAKE = Statement(
    update(_job)
    .where(_job.c.id.in_(_due.scalar_subquery()))
    .values(locked_until=func.now() + _LEASE, attempts=_job.c.attempts + 1)
    .returning(_job.c.id, _job.c.kind, _job.c.payload, _job.c.attempts)
)
_WAITING = Statement(
    select(func.count()).select_from(_job).where(_job.c.done_at.is_(None), _job.c.failed_code.is_(None))
)

log = get_logger(__name__)


class JobRunner:
    """Takes due jobs with SKIP LOCKED and a lease; several runners share the work."""

    def __init__(self, resources: Resources, handlers: dict[str, JobHandler]) -> None:
        self._resources = resources
        self._handlers = handlers
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for due jobs now."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; the jobs in hand are finished. A long job holds up only its own place."""
        in_hand: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            self._woken.clear()
            free = _PLACES - len(in_hand)
            taken = await self._take(free) if free else []
            in_hand |= {asyncio.create_task(self._do(*job)) for job in taken}
            if free and len(taken) == free:
                continue
            in_hand = await self._pause(in_hand, stop)
        await asyncio.gather(*in_hand)

    async def _pause(self, in_hand: set[asyncio.Task[None]], stop: asyncio.Event) -> set[asyncio.Task[None]]:
        """Wait until there may be work or a place: woken, told to stop, a job done, or half a second over."""
        signals = {asyncio.create_task(self._woken.wait()), asyncio.create_task(stop.wait())}
        await asyncio.wait({*in_hand, *signals}, timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for signal in signals:
            signal.cancel()
        for task in [task for task in in_hand if task.done()]:
            task.result()  # what a handler raises is on its row; this is a fault of the runner
            in_hand.discard(task)
        return in_hand

    async def run_due(self) -> int:
        """Take a batch of due jobs and do them; returns how many there were."""
        jobs = await self._take(_PLACES)
        await asyncio.gather(*(self._do(*job) for job in jobs))
        return len(jobs)

    async def _take(self, most: int) -> list[tuple[UUID, str, dict[str, Any], int]]:
        async with self._resources.database.sessions.begin() as session:
            rows = await _TAKE.rows(session, {"kinds": list(self._handlers), "most": most})
            JOBS_WAITING.set(await _WAITING.scalar(session) or 0)
        return [(row.id, row.kind, row.payload, row.attempts) for row in rows]

    async def _do(self, job_id: UUID, kind: str, payload: dict[str, Any], attempts: int) -> None:
        parent = payload.pop(TRACEPARENT, None)
        noted: dict[str, tracing.Value] = {"heli.job.kind": kind, "heli.job.attempts": attempts}
        try:
            with tracing.step(f"job {kind}", tracing.INTERNAL, parent, noted):
                await self._handlers[kind](self._resources, payload)
        except Exception as error:  # noqa: BLE001 - recorded on the job row and retried or parked
            await self._failed(job_id, kind, attempts, error)
        else:
            await self._settle(job_id, done_at=func.now(), locked_until=None)
            JOBS_DONE.labels(kind, "done").inc()

    async def _failed(self, job_id: UUID, kind: str, attempts: int, error: Exception) -> None:
        if isinstance(error, HeliError) and error.category in _PERMANENT:
            log.error("job_failed", kind=kind, job_id=str(job_id), code=error.code, exc_info=error)
            await self._settle(job_id, failed_code=error.code, locked_until=None)
            JOBS_DONE.labels(kind, "failed").inc()
            return
        delay = min(_FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 12), _LONGEST_RETRY_SECONDS)
        log.warning("job_retried", kind=kind, job_id=str(job_id), attempts=attempts, exc_info=error)
        await self._settle(job_id, run_after=func.now() + timedelta(seconds=delay), locked_until=None)
        JOBS_DONE.labels(kind, "retried").inc()

    async def _settle(self, job_id: UUID, **values: Any) -> None:
        async with self._resources.database.sessions.begin() as session:
            await session.execute(update(tables.job).where(tables.job.c.id == job_id).values(**values))
