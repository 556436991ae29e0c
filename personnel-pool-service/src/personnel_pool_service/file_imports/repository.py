"""SQL of imports."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from personnel_pool_service.file_imports.models import FileImportRow


async def find_import(
    session: AsyncSession, import_id: UUID, kind: str, *, lock: bool = False, full: bool = False
) -> FileImportRow | None:
    """The import of this kind, or None; ``full`` loads what is sealed too."""
    query = select(FileImportRow).where(FileImportRow.id == import_id, FileImportRow.kind == kind)
    if full:
        query = query.options(undefer(FileImportRow.outcome), undefer(FileImportRow.file))
    return await session.scalar(query.with_for_update() if lock else query)


async def list_imports(session: AsyncSession, kind: str, *, before: UUID | None, limit: int) -> list[FileImportRow]:
    """Imports of a kind, latest first, one more than ``limit`` if there are more."""
    query = select(FileImportRow).where(FileImportRow.kind == kind)
    if before is not None:
        query = query.where(FileImportRow.id < before)
    return list(await session.scalars(query.order_by(FileImportRow.id.desc()).limit(limit + 1)))


async def forget_sealed(session: AsyncSession, *, files_before: datetime, outcomes_before: datetime) -> None:
    """Drop files and row outcomes that are older than they may be kept; the counts stay."""
    await session.execute(
        update(FileImportRow).where(FileImportRow.created_at < files_before).values({FileImportRow.file: None})
    )
    await session.execute(
        update(FileImportRow).where(FileImportRow.created_at < outcomes_before).values({FileImportRow.outcome: None})
    )
