"""SQL of appraisals."""

from collections.abc import Collection
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.appraisals.models import AppraisalRow


async def list_of_cadre(
    session: AsyncSession, cadre_id: UUID, *, before: UUID | None, limit: int
) -> list[AppraisalRow]:
    """A cadre's appraisals, latest written first, one more than ``limit`` if there are more."""
    query = select(AppraisalRow).where(AppraisalRow.cadre_id == cadre_id)
    if before is not None:
        query = query.where(AppraisalRow.id < before)
    return list(await session.scalars(query.order_by(AppraisalRow.id.desc()).limit(limit + 1)))


async def find_appraisal(session: AsyncSession, cadre_id: UUID, appraisal_id: UUID) -> AppraisalRow | None:
    """The cadre's appraisal, or None."""
    query = select(AppraisalRow).where(AppraisalRow.id == appraisal_id, AppraisalRow.cadre_id == cadre_id)
    return await session.scalar(query)


async def find_by_source(session: AsyncSession, source_ref: str) -> AppraisalRow | None:
    """What was written down from a source, or None."""
    return await session.scalar(select(AppraisalRow).where(AppraisalRow.source_ref == source_ref))


async def list_latest_grades(session: AsyncSession, cadre_ids: Collection[UUID]) -> dict[UUID, str]:
    """The grade of each cadre's latest appraisal; those who were never appraised are absent."""
    query = (
        select(AppraisalRow.cadre_id, AppraisalRow.grade)
        .where(one_of(AppraisalRow.cadre_id, cadre_ids))
        .ext(distinct_on(AppraisalRow.cadre_id))
        .order_by(AppraisalRow.cadre_id, AppraisalRow.period_to.desc(), AppraisalRow.id.desc())
    )
    return {row.cadre_id: row.grade for row in await session.execute(query)}


async def has_poor(session: AsyncSession, cadre_id: UUID, grades: Collection[str]) -> bool:
    """Whether a cadre has one of these grades, or an appraisal that recommends an exit."""
    query = select(AppraisalRow.id).where(
        AppraisalRow.cadre_id == cadre_id, or_(AppraisalRow.grade.in_(grades), AppraisalRow.recommends_exit)
    )
    return await session.scalar(query.limit(1)) is not None
