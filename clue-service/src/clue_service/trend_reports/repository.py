"""SQL of trend reports."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.trend_reports.models import TrendReport


async def find_report(
    session: AsyncSession, report_id: UUID, commission: str, levels: Collection[str]
) -> TrendReport | None:
    """A report of a commission that counts no more than some levels of secrecy."""
    query = select(TrendReport).where(
        TrendReport.id == report_id,
        TrendReport.commission == commission,
        TrendReport.levels.contained_by(list(levels)),
    )
    return await session.scalar(query)


async def find_made(
    session: AsyncSession, commission: str, period: str, as_of: date, levels: Collection[str]
) -> TrendReport | None:
    """The report that was made before of the same."""
    query = select(TrendReport).where(
        TrendReport.commission == commission,
        TrendReport.period == period,
        TrendReport.as_of == as_of,
        TrendReport.levels == list(levels),
    )
    return await session.scalar(query)


async def add_report(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Store a report; False where another stored the same meanwhile."""
    statement = insert(TrendReport).values(**values).on_conflict_do_nothing().returning(TrendReport.id)
    return await session.scalar(statement) is not None


async def list_reports(
    session: AsyncSession, commission: str, levels: Collection[str], *, before: UUID | None, limit: int
) -> Sequence[TrendReport]:
    """Reports of a commission that count no more than some levels of secrecy, newest first."""
    query = select(TrendReport).where(
        TrendReport.commission == commission, TrendReport.levels.contained_by(list(levels))
    )
    if before is not None:
        query = query.where(TrendReport.id < before)
    return (await session.scalars(query.order_by(TrendReport.id.desc()).limit(limit))).all()
