"""Rebuilding the index of matching while intake goes on: clue by clue in the order of their ids, in short transactions.

Each transaction writes some clues and how far the run came, so a run that was killed goes on where it stopped. Intake
indexes what it stores by itself; a clue that it stores meanwhile may be read here once more, which changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from chassis.uow import Uow
from prometheus_client import Gauge
from sqlalchemy import text

from clue_service.access.row_security import engine_session
from clue_service.clues.models import Clue
from clue_service.index_rebuilds import repository
from clue_service.index_rebuilds.models import IndexRebuild
from clue_service.intake.engine import Engine
from clue_service.intake.texts import read_texts
from clue_service.matching import repository as matching
from clue_service.matching.prepared import FEATURES_VERSION, Prepared, dump_features, dump_grams
from clue_service.matching.service import Matcher

_AT_ONCE = 50  # clues a transaction, some 150 ms; so long may somebody who changes one of them have to wait
_RENEWED_AT_ONCE = 1_000

STALE = Gauge(
    "heli_clue_matching_stale_rows",
    "Clues whose keys another version of the matching engine wrote: nothing finds them until they are written anew",
    registry=REGISTRY,
)

log = get_logger(__name__)

Progress = Callable[[int, int], None]
"""Told how many clues were read and how many there are."""


class RebuildRunning(RuntimeError):
    """Another process rebuilds the index."""


@dataclass(frozen=True)
class Outcome:
    """What a run did. ``stale`` rows were written by processes of another version while it ran."""

    read: int
    written: int
    removed: int
    counted: int
    stale: int
    was_resumed: bool


async def rebuild_index(resources: Resources, progress: Progress, *, anew: bool = False) -> Outcome:
    """Prepare every clue by this version and the present unit directory, write what differs, erase what is orphaned.

    Goes on with a run that was killed unless ``anew``. Ends with counts made anew, for all processes to take up.

    Raises:
        RebuildRunning: another process does it.
    """
    async with _alone(resources):
        run_id, is_resumed = await _begin(resources, anew=anew)
        async with engine_session(resources) as session:
            total = await repository.count_clues(session)
        while True:
            async with resources.transactions(SYSTEM) as uow:
                run = await repository.find_run(uow.session, run_id)
                if not await _write_next(uow, resources, run):
                    break
            progress(run.read, max(total, run.read))
        return await _finish(resources, run_id, was_resumed=is_resumed)


@asynccontextmanager
async def _alone(resources: Resources) -> AsyncIterator[None]:
    """Hold the lock on rebuilding; PostgreSQL frees it when this process dies."""
    name = {"name": "rebuild the index of matching"}
    async with resources.database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), name):
            raise RebuildRunning("another process rebuilds the index")
        try:
            yield
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), name)


async def _begin(resources: Resources, *, anew: bool) -> tuple[UUID, bool]:
    async with resources.transactions(SYSTEM) as uow:
        run = None if anew else await repository.find_unfinished(uow.session, FEATURES_VERSION)
        is_resumed = run is not None
        if run is None:
            run = IndexRebuild(format=FEATURES_VERSION, started_at=uow.now, read=0, written=0, removed=0)
            uow.session.add(run)
            await uow.session.flush()
            await uow.audit("rebuild", "matching_index", run.id)
        return run.id, is_resumed


async def _write_next(uow: Uow, resources: Resources, run: IndexRebuild) -> bool:
    """Write the next clues; False when there are none left."""
    clues = await repository.next_clues(uow.session, run.last_clue, _AT_ONCE)
    if not clues:
        return False
    run.written += await _write(uow, resources, clues)
    run.read += len(clues)
    run.last_clue = clues[-1].id
    await uow.session.flush()
    return True


async def _write(uow: Uow, resources: Resources, clues: Sequence[Clue]) -> int:
    """Prepare clues and store what the index does not hold like this; how many that were."""
    engine: Engine = resources.own
    tree = await resources.directory.tree()
    texts = await read_texts(uow.session, engine.keys, clues)
    stored = await matching.read_rows(uow.session, [clue.id for clue in clues])
    written = 0
    for clue in clues:
        prepared = await asyncio.to_thread(engine.prepare, texts[clue.id], tree)
        if not _is_current(stored.get(clue.id), prepared):
            await engine.matcher.index(uow.session, clue.id, prepared)
            written += 1
    return written


def _is_current(row: matching.IndexRow | None, prepared: Prepared) -> bool:
    return row == matching.IndexRow(
        FEATURES_VERSION, prepared.keys.tolist(), dump_features(prepared), dump_grams(prepared)
    )


async def _finish(resources: Resources, run_id: UUID, *, was_resumed: bool) -> Outcome:
    async with resources.transactions(SYSTEM) as uow:
        run = await repository.find_run(uow.session, run_id)
        run.removed += await repository.remove_orphans(uow.session)
        counted = await Matcher().recount(uow.session)
        stale = await matching.count_stale(uow.session)
        run.finished_at = uow.now
        detail = {"read": run.read, "written": run.written, "removed": run.removed}
        await uow.audit("finish_rebuild", "matching_index", run.id, detail=detail)
        return Outcome(**detail, counted=counted, stale=stale, was_resumed=was_resumed)


class StaleRows:
    """Writes anew what another version left, piece by piece, and tells how much that is; for a timer.

    After an upgrade the newest clues are found again within minutes; to write millions is the command's task.
    """

    def __init__(self) -> None:
        self._is_told = False

    async def renew(self, resources: Resources) -> None:
        """Write some rows anew, the newest clues' first."""
        async with engine_session(resources) as session:
            stale = await matching.count_stale(session)
        STALE.set(stale)
        if stale and not self._is_told:
            log.warning("matching_rows_stale", rows=stale, remedy="clue-service index-matching")
        self._is_told = bool(stale)
        for _ in range(0, min(stale, _RENEWED_AT_ONCE), _AT_ONCE):
            async with resources.transactions(SYSTEM) as uow:
                await _write(uow, resources, await repository.next_stale(uow.session, _AT_ONCE))
