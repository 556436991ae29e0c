"""SQL of integrity records."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.integrity_files.models import IntegrityRecordRow


async def list_records(session: AsyncSession, person_code: str, levels: Collection[str]) -> list[IntegrityRecordRow]:
    """A person's records of these secrecy levels, latest first."""
    query = select(IntegrityRecordRow).where(
        IntegrityRecordRow.person_code == person_code, IntegrityRecordRow.secrecy_level.in_(levels)
    )
    return list(await session.scalars(query.order_by(IntegrityRecordRow.happened_on.desc(), IntegrityRecordRow.id)))


async def find_record(session: AsyncSession, person_code: str, record_id: UUID) -> IntegrityRecordRow | None:
    """The person's record, or None."""
    query = select(IntegrityRecordRow).where(
        IntegrityRecordRow.id == record_id, IntegrityRecordRow.person_code == person_code
    )
    return await session.scalar(query)
