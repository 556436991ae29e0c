"""The job of an import: reads the sealed file, stores its rows, and hands over to itself before its lease ends."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, cast
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import UnknownUnit
from chassis.identity import SYSTEM, Clearance, Principal
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.spreadsheets.errors import FileRefused
from chassis.uow import Cause
from sqlalchemy.exc import DataError, IntegrityError

from clue_service.access.policy import viewer_of
from clue_service.clue_imports import repository, service
from clue_service.clue_imports.domain import NDJSON, ImportStatus
from clue_service.clue_imports.models import ClueImport
from clue_service.clue_imports.opening import open_file, problem_of
from clue_service.clue_imports.reading import CheckedRow, check_row, count_rows, given_rows
from clue_service.clue_imports.storing import Sender, locked_import, store_rows, unit_codes

BATCH = 250  # rows a transaction
_TURN_SECONDS = 12.0  # a job's lease is 30; what is left is for the rows in hand

log = get_logger(__name__)


@dataclass
class _Work:
    """An import in hand."""

    resources: Resources
    row: ClueImport
    caller: Principal
    cause: Cause
    unknown: set[str] = field(default_factory=set)
    until: float = field(default_factory=lambda: time.monotonic() + _TURN_SECONDS)


async def import_clues(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Go on with an import where its cursor stands. Safe to repeat, and to run twice at once."""
    import_id = UUID(payload["import_id"])
    async with resources.transactions(SYSTEM) as uow:
        row = await repository.read_import(uow.session, import_id)
        if row is None or row.status not in (ImportStatus.QUEUED, ImportStatus.RUNNING):
            return
    caller = Principal(
        sub=row.caller,
        unit=row.unit,
        roles=frozenset(row.roles),
        clearance=cast("Clearance", row.clearance),
        acting_for=row.created_by if row.created_by != row.caller else None,
    )
    cause = Cause(request_id=row.request_id, correlation_id=row.request_id)
    work = _Work(resources, row, caller, cause)
    file = await open_file(resources, import_id)
    try:
        if row.rows_total is None:
            await _begin(work, await asyncio.to_thread(count_rows, file, row.form))
        await _store(work, file)
    except FileRefused as refusal:
        await _fail(work, refusal)


async def _begin(work: _Work, total: int) -> None:
    async with work.resources.transactions(work.caller, work.cause) as uow:
        row = await service.get_import(uow, work.row.id, lock=True)
        if row.rows_total is None:
            row.rows_total, row.status = total, ImportStatus.RUNNING
            row.version += 1


async def _store(work: _Work, file: IO[bytes]) -> None:
    """Store rows until all are, or the turn is over."""
    cursor = work.row.rows_done
    rows = _checked(file, work.row.form, cursor)
    while batch := await asyncio.to_thread(lambda: list(islice(rows, BATCH))):
        sender = await _sender(work, batch)
        if not await _store_batch(work, sender, cursor, batch):
            log.info("import_taken_over", import_id=str(work.row.id))
            return
        cursor += len(batch)
        if time.monotonic() > work.until:
            await _hand_over(work, cursor)
            return
    await _finish(work, cursor)


def _checked(file: IO[bytes], form: str, cursor: int) -> Iterator[CheckedRow]:
    """The rows after the first ``cursor`` ones, checked; of rows with one origin in a file the first counts."""
    given_in_order = given_rows(file, form)
    seen = {hash(given.origin()) for given in islice(given_in_order, cursor)}
    for given in given_in_order:
        row = check_row(given, is_table=form != NDJSON)
        origin = hash(row.origin)
        if origin in seen and not row.errors:
            row = CheckedRow(row.number, row.origin, errors=((_origin_field(form), "duplicate_in_file"),))
        seen.add(origin)
        yield row


def _origin_field(form: str) -> str:
    return "/origin_ref" if form == NDJSON else "origin_ref"


async def _sender(work: _Work, batch: list[CheckedRow]) -> Sender:
    directory = work.resources.directory
    tree: UnitTree = await directory.tree()
    wanted = {code for row in batch if row.clue is not None for code in unit_codes(row.clue).values()}
    for code in sorted(wanted - work.unknown):
        if code not in tree:
            try:
                tree = await directory.require({"": code})
            except UnknownUnit:
                work.unknown.add(code)
    viewer = viewer_of(work.caller, tree)
    return Sender(viewer, tree, frozenset(work.unknown), work.resources.clock.today())


async def _store_batch(work: _Work, sender: Sender, cursor: int, batch: list[CheckedRow]) -> bool:
    """Store a batch; one that the database refuses is halved until the row that it cannot store is found."""
    try:
        async with work.resources.transactions(work.caller, work.cause) as uow:
            return await store_rows(uow, work.resources.keys, sender, work.row.id, cursor, batch)
    except (DataError, IntegrityError) as error:
        if len(batch) > 1:
            half = len(batch) // 2
            if not await _store_batch(work, sender, cursor, batch[:half]):
                return False
            return await _store_batch(work, sender, cursor + half, batch[half:])
        log.error("import_row_not_stored", import_id=str(work.row.id), row=batch[0].number, exc_info=error)
    unstorable = CheckedRow(batch[0].number, batch[0].origin, errors=((None, "not_storable"),))
    async with work.resources.transactions(work.caller, work.cause) as uow:
        return await store_rows(uow, work.resources.keys, sender, work.row.id, cursor, [unstorable])


async def _hand_over(work: _Work, cursor: int) -> None:
    async with work.resources.transactions(work.caller, work.cause) as uow:
        if await locked_import(uow, work.row.id, cursor) is not None:
            await uow.enqueue(service.IMPORT_CLUES, {"import_id": str(work.row.id)})


async def _finish(work: _Work, cursor: int) -> None:
    async with work.resources.transactions(work.caller, work.cause) as uow:
        row = await locked_import(uow, work.row.id, cursor)
        if row is None:
            return
        row.status, row.updated_at, row.version = ImportStatus.SUCCEEDED, uow.now, row.version + 1
        counts = {name: getattr(row, name) for name in ("rows_done", "created", "known", "receipts", "refused")}
        await uow.session.flush()
        await repository.drop_pieces(uow.session, row.id)
        await uow.audit("finish_import", "clue_import", row.id, detail={**counts, "dry_run": row.is_dry_run})


async def _fail(work: _Work, refusal: FileRefused) -> None:
    async with work.resources.transactions(work.caller, work.cause) as uow:
        row = await service.get_import(uow, work.row.id, lock=True)
        if row.status not in (ImportStatus.QUEUED, ImportStatus.RUNNING):
            return
        row.problem = problem_of(refusal)
        row.status, row.updated_at, row.version = ImportStatus.FAILED, uow.now, row.version + 1
        await uow.session.flush()
        await repository.drop_pieces(uow.session, row.id)
        await uow.audit("fail_import", "clue_import", row.id, detail={"reason": refusal.reason})
