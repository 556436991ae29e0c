"""SQL of cooperation zones."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.cooperation_zones.models import CooperationZone


async def lock_zones(session: AsyncSession) -> None:
    """Let changes of zones come one after the other: which units are taken is a question over all of them."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('cooperation_zone', 0))"))


async def find_zone(session: AsyncSession, code: str) -> CooperationZone | None:
    """The zone."""
    return await session.get(CooperationZone, code)


async def list_zones(session: AsyncSession, units: Collection[str] | None) -> Sequence[CooperationZone]:
    """Zones with any of some units, or all of them, by code."""
    query = select(CooperationZone).order_by(CooperationZone.code)
    if units is not None:
        query = query.where(CooperationZone.unit_codes.overlap(list(units)))
    return (await session.scalars(query)).all()
