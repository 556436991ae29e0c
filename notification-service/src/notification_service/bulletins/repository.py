"""Rows of bulletins."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.bulletins.domain import Period, Rhythm
from notification_service.bulletins.models import Bulletin


async def newest_period(session: AsyncSession, rhythm: Rhythm) -> date | None:
    """First day of the newest period that has a bulletin."""
    return await session.scalar(select(func.max(Bulletin.period_from)).where(Bulletin.rhythm == rhythm.value))


async def add(session: AsyncSession, period: Period, now: datetime) -> UUID | None:
    """Write that a bulletin was made; None if it was before. Waits for another who is about to."""
    values = {"rhythm": period.rhythm.value, "period_from": period.first, "period_to": period.last, "made_at": now}
    statement = insert(Bulletin).values(**values).on_conflict_do_nothing()
    return await session.scalar(statement.returning(Bulletin.id))


async def find(session: AsyncSession, bulletin_id: UUID) -> Bulletin | None:
    """One bulletin."""
    return await session.get(Bulletin, bulletin_id)


async def list_newest(session: AsyncSession, before: UUID | None, limit: int) -> Sequence[Bulletin]:
    """Bulletins, the newest first."""
    statement = select(Bulletin).order_by(Bulletin.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Bulletin.id < before)
    return (await session.scalars(statement)).all()
