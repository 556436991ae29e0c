"""SQL of imports of clues. Row-level security shows an import to whoever sent it; pieces are the engine's alone."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine
from clue_service.clue_imports.domain import ImportStatus
from clue_service.clue_imports.models import ClueImport, ClueImportError, ClueImportPiece, ClueImportReceipt


async def find_import(session: AsyncSession, import_id: UUID, sub: str, *, lock: bool = False) -> ClueImport | None:
    """An import of this sender."""
    query = select(ClueImport).where(ClueImport.id == import_id, ClueImport.created_by == sub)
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


@reads_as_engine
async def read_import(session: AsyncSession, import_id: UUID) -> ClueImport | None:
    """An import, for the worker."""
    return await session.get(ClueImport, import_id)


async def list_imports(session: AsyncSession, sub: str, *, before: UUID | None, limit: int) -> Sequence[ClueImport]:
    """A sender's imports, latest first."""
    query = select(ClueImport).where(ClueImport.created_by == sub)
    if before is not None:
        query = query.where(ClueImport.id < before)
    return (await session.scalars(query.order_by(ClueImport.id.desc()).limit(limit))).all()


async def add_piece(session: AsyncSession, import_id: UUID, start: int, size: int, sealed: bytes) -> None:
    """Keep a piece of the file."""
    row = {"import_id": import_id, "start": start, "size": size, "sealed": sealed}
    await session.execute(insert(ClueImportPiece).values(row))


async def list_pieces(session: AsyncSession, import_id: UUID) -> list[tuple[int, int]]:
    """(start, size) of the pieces, in order; as the engine."""
    query = select(ClueImportPiece.start, ClueImportPiece.size).where(ClueImportPiece.import_id == import_id)
    return [(start, size) for start, size in await session.execute(query.order_by(ClueImportPiece.start))]


async def read_piece(session: AsyncSession, import_id: UUID, start: int) -> bytes | None:
    """A piece, sealed; as the engine."""
    return await session.scalar(
        select(ClueImportPiece.sealed).where(ClueImportPiece.import_id == import_id, ClueImportPiece.start == start)
    )


@reads_as_engine
async def drop_pieces(session: AsyncSession, import_id: UUID) -> None:
    """Forget the file."""
    await session.execute(delete(ClueImportPiece).where(ClueImportPiece.import_id == import_id))


async def add_errors(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Note why rows are not taken."""
    if rows:
        await session.execute(insert(ClueImportError), rows)


async def list_errors(
    session: AsyncSession, import_id: UUID, *, after: tuple[int, int] = (0, -1), limit: int | None = None
) -> Sequence[ClueImportError]:
    """Errors in the order of the file, after (row, position)."""
    place = tuple_(ClueImportError.row, ClueImportError.position)
    query = select(ClueImportError).where(ClueImportError.import_id == import_id, place > after)
    return (await session.scalars(query.order_by(ClueImportError.row, ClueImportError.position).limit(limit))).all()


@reads_as_engine
async def known_receipts(session: AsyncSession, digests: Iterable[bytes]) -> set[bytes]:
    """Those of some origins whose receipts were recorded."""
    query = select(ClueImportReceipt.digest).where(ClueImportReceipt.digest.in_(list(digests)))
    return set(await session.scalars(query))


async def add_receipts(session: AsyncSession, receipts: Iterable[tuple[bytes, UUID]], day: date) -> None:
    """Remember that origins became receipts."""
    rows = [{"digest": digest, "receipt_id": receipt_id, "recorded_on": day} for digest, receipt_id in receipts]
    if rows:
        await session.execute(insert(ClueImportReceipt), rows)


async def list_abandoned(session: AsyncSession, before: datetime) -> Sequence[ClueImport]:
    """Imports whose file never became complete."""
    query = select(ClueImport).where(ClueImport.status == ImportStatus.RECEIVING, ClueImport.updated_at < before)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def forget_errors(session: AsyncSession, before: datetime) -> None:
    """Drop the errors of imports that are older than they are kept; the counts stay."""
    old = select(ClueImport.id).where(ClueImport.updated_at < before, ClueImport.refused > 0)
    await session.execute(delete(ClueImportError).where(ClueImportError.import_id.in_(old)))
