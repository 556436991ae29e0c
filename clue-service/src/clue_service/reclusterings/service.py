"""A re-clustering: export, link, compare with what people confirmed, bring the difference to review. Moves nothing.

Two runs on the same clues propose the same: what the first proposed is known to the second. A run that is killed
leaves pairs it proposed, each whole, and a folder that the next run removes.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.identity import Principal
from chassis.service import Resources
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from clue_service.access.row_security import engine_session
from clue_service.clues import service as clues
from clue_service.corpus.generate import Corpus
from clue_service.intake.engine import Engine
from clue_service.intake.proposals import found_pair, propose
from clue_service.matching.domain import prepare
from clue_service.matching.prepared import ClueText, load_features
from clue_service.matching.repository import stored_clues
from clue_service.matching_models.verdict_pairs import whole
from clue_service.reclusterings import linkage, repository
from clue_service.reclusterings.domain import Digests, Link, links_to_ask, rows_of
from clue_service.reclusterings.errors import ReclusteringRunning, ReclusteringTooLong
from clue_service.reclusterings.export import ExportFile, export_folder, parent_folder
from clue_service.reclusterings.proposals import as_review
from clue_service.reclusterings.settings import ReclusteringSettings

_AT_ONCE = 2_000
_TEACHING_CLUES = 800  # generated; some 1,300 pairs of one matter
_MATES = 0.3  # of a row, before anything is known: every third clue repeats another

Step = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]
"""Shows a step: its title and how much there is to do; gives what to call with how much was done."""


@dataclass(frozen=True)
class Outcome:
    """Counts of one run."""

    clues: int
    rows: int
    comparisons: int
    rules_left_out: int
    clusters: int
    links: int
    proposed: int
    leftovers_removed: int


async def recluster(resources: Resources, settings: ReclusteringSettings, by: Principal, step: Step) -> Outcome:
    """One run, within the time allowed. Raises ReclusteringStopped."""
    async with _alone(resources):
        async with resources.transactions(by) as uow:
            run_id = await repository.add_run(uow.session, uow.now)
        try:
            async with asyncio.timeout(60 * settings.recluster_minutes):
                outcome = await _run(resources, settings, by, step, run_id)
        except BaseException as error:
            await _finish(resources, by, run_id, "failed", {"error": type(error).__name__})
            if isinstance(error, TimeoutError):
                raise ReclusteringTooLong(settings.recluster_minutes) from error
            raise
        await _finish(resources, by, run_id, "done", vars(outcome))
        return outcome


@asynccontextmanager
async def _alone(resources: Resources) -> AsyncIterator[None]:
    """Hold the lock of re-clustering on a connection of its own; it is freed when the process dies."""
    engine = create_async_engine(
        resources.database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
    )
    try:
        async with engine.connect() as connection:
            lock = text("select pg_try_advisory_lock(hashtextextended('clue:recluster', 0))")
            if not await connection.scalar(lock):
                raise ReclusteringRunning
            yield
    finally:
        await engine.dispose()


async def _finish(resources: Resources, by: Principal, run_id: UUID, state: str, counts: dict[str, Any]) -> None:
    async with resources.transactions(by) as uow:
        run = await repository.find_run(uow.session, run_id)
        run.state, run.finished_at, run.counts = state, uow.now, counts


async def _run(
    resources: Resources, settings: ReclusteringSettings, by: Principal, step: Step, run_id: UUID
) -> Outcome:
    limits = linkage.Limits(settings.recluster_max_comparisons, settings.recluster_memory, settings.recluster_threads)
    parent = parent_folder(settings.recluster_folder)
    leftovers = 0
    try:
        with export_folder(parent, resources.database.url) as (folder, leftovers):
            connection = linkage.connect(folder, limits)  # says what is missing before anything is exported
            try:
                exported = await _export(resources, by, folder, step, run_id)
                linked = await _link(connection, folder, limits, step)
            finally:
                connection.close()
    finally:
        async with resources.transactions(by) as uow:
            await uow.audit("erase_export", "reclustering", run_id, detail={"leftovers": leftovers})
    links = [Link(sure, exported.clues[one], exported.clues[other]) for one, other, sure in linked.links]
    async with engine_session(resources) as session:
        known = await repository.list_known_pairs(session)
        matters = await repository.list_matters(session)
    asked = links_to_ask(links, known, matters, settings.recluster_max_proposals)
    proposed = await _propose(resources, by, asked, step)
    return Outcome(
        clues=len(exported.clues),
        rows=exported.rows,
        comparisons=linked.comparisons,
        rules_left_out=linked.rules_left_out,
        clusters=linked.clusters,
        links=len(links),
        proposed=proposed,
        leftovers_removed=leftovers,
    )


@dataclass(frozen=True)
class _Exported:
    clues: list[UUID]  # by the number they have in the export
    rows: int


async def _in_thread(work: Callable[..., None], *args: Any) -> None:
    """Let a thread work on the export's files; whoever is cut short waits for it before the files are closed."""
    thread = asyncio.ensure_future(asyncio.to_thread(work, *args))
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        await thread
        raise


async def _export(resources: Resources, by: Principal, folder: Path, step: Step, run_id: UUID) -> _Exported:
    digests = Digests(secrets.token_bytes(32))
    async with resources.transactions(by) as uow:  # before the first byte lies anywhere
        total = await repository.count_keyed(uow.session)
        await uow.audit("export", "reclustering", run_id, purpose="recluster", detail={"clues": total})
    exported: list[UUID] = []
    with ExportFile(folder / "labelled.parquet") as labelled, ExportFile(folder / "clues.parquet") as file:
        after = 0
        with step("exporting", total) as advance:
            while True:
                async with engine_session(resources) as session:
                    batch = await repository.list_features(session, after=after, limit=_AT_ONCE)
                    of = await repository.matters_of(session, [clue_id for _, clue_id, _ in batch])
                if not batch:
                    break
                labels = {clue_id: digests.one("matter", str(matter)) for clue_id, matter in of.items()}
                await _in_thread(_write, file, labelled, batch, exported, labels, digests)
                after = batch[-1][0]
                advance(len(batch))
        if len(exported) > 1:
            await _in_thread(_teach, labelled, digests)
    return _Exported(exported, file.rows)


def _write(
    file: ExportFile,
    labelled: ExportFile,
    batch: Sequence[tuple[int, UUID, bytes]],
    exported: list[UUID],
    labels: dict[UUID, int | None],
    digests: Digests,
) -> None:
    rows, confirmed = [], []
    for _, clue_id, features in batch:
        prepared = load_features(features)
        if prepared is None:
            continue  # another version's row: exported once it is indexed anew
        own = rows_of(prepared, len(exported), labels.get(clue_id), digests)
        exported.append(clue_id)
        rows += own
        confirmed += own if labels.get(clue_id) is not None else []
    file.write(rows)
    labelled.write(confirmed)


def _teach(labelled: ExportFile, digests: Digests) -> None:
    """Generated clues with truth: confirmed matters alone are few at first, and only what matching found itself."""
    for number, body in enumerate(Corpus(4).clues(_TEACHING_CLUES), 1):
        prepared = prepare(ClueText.of_body(body))
        labelled.write(rows_of(prepared, -number, digests.one("taught", body["matter_ids"][0]), digests))


async def _link(connection: Any, folder: Path, limits: linkage.Limits, step: Step) -> linkage.Linked:
    with step("linking", None) as advance:
        files = folder / "clues.parquet", folder / "labelled.parquet"
        work = asyncio.to_thread(linkage.link, connection, *files, _MATES, limits, lambda _: advance(1))
        task = asyncio.create_task(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            connection.interrupt()
            await asyncio.wait({task})  # the thread must be out of DuckDB before its connection is closed
            raise


async def _propose(resources: Resources, by: Principal, asked: Sequence[Link], step: Step) -> int:
    """Each pair in a transaction of its own, as intake's: to people of one commission, blindly across."""
    engine: Engine = resources.own
    proposed = 0
    with step("proposing", len(asked)) as advance:
        for link in asked:
            earlier, later = sorted((link.one, link.other))
            async with resources.transactions(by) as uow:
                await engine.follow(uow.session)
                both = await clues.outlines(uow, [earlier, later])
                stored = await stored_clues(uow.session, [earlier, later])
                prepared = whole(stored[later]) if later in stored else None
                if prepared is not None and earlier in stored and len(both) > 1:
                    scored = as_review(engine.matcher, prepared, stored[earlier], link.probability)
                    pair = found_pair(both[later], both[earlier], scored, engine.matcher.model.version, "batch")
                    proposed += (await propose(uow, both[later], [pair], both)).new
            advance(1)
    return proposed
