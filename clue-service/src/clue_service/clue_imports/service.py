"""Use cases of imports: take a file in piece by piece, start the work, read what became of it."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import BodyTooLarge, NotFound
from chassis.identity import SYSTEM, Principal
from chassis.service import Resources
from chassis.uow import Cause, IdempotencyClaim, Replayed, Uow

from clue_service.access.row_security import as_engine
from clue_service.clue_imports import repository
from clue_service.clue_imports.domain import MOST_BYTES, ImportStatus
from clue_service.clue_imports.errors import ImportNotReceiving, PartOutOfPlace
from clue_service.clue_imports.models import ClueImport, ClueImportError

IMPORT_CLUES = "import_clues"
_PIECE = 512 * 1024  # bytes held in memory at a time
_ABANDONED_AFTER = timedelta(hours=24)
_ERRORS_KEPT = timedelta(days=90)


async def begin_import(uow: Uow, form: str, *, is_dry_run: bool) -> ClueImport:
    """An import that waits for its file."""
    actor = uow.actor
    row = ClueImport(
        form=form,
        is_dry_run=is_dry_run,
        status=ImportStatus.RECEIVING,
        received_bytes=0,
        created_by=sender(uow),
        caller=actor.sub,
        unit=actor.unit,
        roles=sorted(actor.roles),
        clearance=actor.clearance,
        request_id=uow.cause.request_id,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    await uow.audit("begin_import", "clue_import", row.id, detail={"form": form, "dry_run": is_dry_run})
    return row


async def take_part(
    resources: Resources, caller: Principal, cause: Cause, import_id: UUID, offset: int, stream: AsyncIterator[bytes]
) -> bytes:
    """Keep a part of the file as it arrives; what is kept stays when the sender hangs up. The part's SHA-256.

    Raises:
        NotFound, ImportNotReceiving, BodyTooLarge.
        PartOutOfPlace: the file ends elsewhere, or somebody else goes on with it.
    """
    digest, held, place = hashlib.sha256(), bytearray(), offset
    async for chunk in stream:
        digest.update(chunk)
        held += chunk
        while len(held) >= _PIECE:
            await _keep(resources, caller, cause, import_id, place, bytes(held[:_PIECE]))
            place += _PIECE
            del held[:_PIECE]
    await _keep(resources, caller, cause, import_id, place, bytes(held))
    return digest.digest()


async def _keep(
    resources: Resources, caller: Principal, cause: Cause, import_id: UUID, start: int, piece: bytes
) -> None:
    async with resources.transactions(caller, cause) as uow:
        row = await get_import(uow, import_id, lock=True)
        if row.status != ImportStatus.RECEIVING:
            raise ImportNotReceiving
        if row.received_bytes != start:
            raise PartOutOfPlace(members={"received_bytes": row.received_bytes})
        if start + len(piece) > MOST_BYTES:
            raise BodyTooLarge
        if piece:
            sealed = resources.keys.seal(piece, piece_context(import_id, start))
            await repository.add_piece(uow.session, import_id, start, len(piece), sealed)
            row.received_bytes += len(piece)
            _touch(row, uow)


def piece_context(import_id: UUID, start: int) -> str:
    """What a sealed piece is bound to."""
    return f"clue_import:{import_id}:{start}"


async def start_import(
    resources: Resources, caller: Principal, cause: Cause, import_id: UUID, claim: IdempotencyClaim | None
) -> ClueImport:
    """The file is complete: have its rows stored. The same request as before drops this copy of its file.

    Raises:
        NotFound, ImportNotReceiving.
        Replayed, IdempotencyKeyReused, IdempotencyInProgress: see ``Uow.claim``.
    """
    try:
        async with resources.transactions(caller, cause) as uow:
            if claim is not None:
                await uow.claim(claim)
            row = await get_import(uow, import_id, lock=True)
            if row.status != ImportStatus.RECEIVING:
                raise ImportNotReceiving
            row.status = ImportStatus.QUEUED
            _touch(row, uow)
            await uow.enqueue(IMPORT_CLUES, {"import_id": str(import_id)})
            await uow.audit("start_import", "clue_import", import_id, detail={"bytes": row.received_bytes})
            uow.outcome(202, f"/v1/operations/{import_id}")
            await uow.session.flush()
            return row
    except Replayed:
        async with resources.transactions(caller, cause) as uow:
            await drop_import(uow, await get_import(uow, import_id, lock=True), {"code": "sent_again"})
        raise


async def get_import(uow: Uow, import_id: UUID, *, lock: bool = False) -> ClueImport:
    """An import the caller sent; raises NotFound."""
    row = await repository.find_import(uow.session, import_id, sender(uow), lock=lock)
    if row is None:
        raise NotFound
    return row


async def list_imports(uow: Uow, *, before: UUID | None, limit: int) -> Sequence[ClueImport]:
    """The caller's imports, latest first."""
    return await repository.list_imports(uow.session, sender(uow), before=before, limit=limit)


async def list_errors(
    uow: Uow, import_id: UUID, *, after: tuple[int, int] = (0, -1), limit: int | None = None
) -> Sequence[ClueImportError]:
    """Why rows of an import were not taken; raises NotFound."""
    await get_import(uow, import_id)
    await uow.audit("read_errors", "clue_import", import_id)
    return await repository.list_errors(uow.session, import_id, after=after, limit=limit)


async def drop_import(uow: Uow, row: ClueImport, problem: dict[str, Any]) -> None:
    """End an import that nobody goes on with; ``problem`` says why by its ``code``."""
    row.status, row.problem = ImportStatus.FAILED, problem
    _touch(row, uow)
    await uow.session.flush()
    await repository.drop_pieces(uow.session, row.id)
    await uow.audit("drop_import", "clue_import", row.id, detail={"code": problem["code"]})


async def forget_old_imports(resources: Resources) -> None:
    """Timer: drop files that never became complete, and errors that are older than they are kept."""
    async with resources.transactions(SYSTEM) as uow:
        for row in await repository.list_abandoned(uow.session, uow.now - _ABANDONED_AFTER):
            await drop_import(uow, row, {"code": "upload_abandoned"})
        async with as_engine(uow.session):
            await repository.forget_errors(uow.session, uow.now - _ERRORS_KEPT)


def sender(uow: Uow) -> str:
    """The person whose import it is."""
    return uow.actor.acting_for or uow.actor.sub


def _touch(row: ClueImport, uow: Uow) -> None:
    row.updated_at = uow.now
    row.version += 1
