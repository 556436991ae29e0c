"""The file of an import, opened; a small one is looked at before its rows are stored."""

import asyncio
import io
from typing import IO, Any, cast
from uuid import UUID

from chassis.identity import Principal
from chassis.service import Resources
from chassis.spreadsheets.errors import FileRefused
from chassis.uow import Cause

from clue_service.access.row_security import engine_session
from clue_service.clue_imports import repository, service
from clue_service.clue_imports.domain import ImportStatus
from clue_service.clue_imports.errors import PieceUnreadable
from clue_service.clue_imports.reading import check_beginning
from clue_service.clue_imports.sealed_file import SealedFile

_LOAD_SECONDS = 30.0
_AT_ONCE = 1024 * 1024  # bytes; a larger file is not worth waiting for


async def open_file(resources: Resources, import_id: UUID) -> IO[bytes]:
    """The file, to be read in a thread; raises ``PieceUnreadable`` while it is read."""
    loop = asyncio.get_running_loop()

    async def read(start: int) -> bytes:
        async with engine_session(resources) as session:
            sealed = await repository.read_piece(session, import_id, start)
        if sealed is None:
            raise PieceUnreadable
        return resources.keys.open(sealed, service.piece_context(import_id, start))

    def load(start: int) -> bytes:
        # Named anew: readers of files take OSError, which a lost connection is, for a damaged file.
        try:
            return asyncio.run_coroutine_threadsafe(read(start), loop).result(_LOAD_SECONDS)
        except Exception as error:
            raise PieceUnreadable from error

    async with engine_session(resources) as session:
        pieces = await repository.list_pieces(session, import_id)
    return cast("IO[bytes]", io.BufferedReader(SealedFile(pieces, load), 1 << 16))


async def refuse_at_once(resources: Resources, caller: Principal, cause: Cause, import_id: UUID) -> None:
    """Refuse a small file that ends, or cannot be read, before its first row; of a larger one the operation tells.

    Raises:
        FileRefused: the import is dropped.
    """
    async with resources.transactions(caller, cause) as uow:
        row = await service.get_import(uow, import_id)
    if row.received_bytes > _AT_ONCE or row.status != ImportStatus.RECEIVING:
        return
    file = await open_file(resources, import_id)
    try:
        await asyncio.to_thread(check_beginning, file, row.form)
    except FileRefused as refusal:
        async with resources.transactions(caller, cause) as uow:
            row = await service.get_import(uow, import_id, lock=True)
            if row.status == ImportStatus.RECEIVING:
                await service.drop_import(uow, row, problem_of(refusal))
        raise


def problem_of(refusal: FileRefused) -> dict[str, Any]:
    """A refusal as an import keeps it."""
    return {"code": refusal.code, "reason": refusal.reason, "columns": refusal.members["columns"]}
