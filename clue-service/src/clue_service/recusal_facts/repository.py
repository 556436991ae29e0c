"""SQL of who somebody is, from the copy of the directory."""

from chassis.identity import Clearance, Principal
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables


async def find_principal(session: AsyncSession, sub: str) -> Principal | None:
    """A person as the directory knows them, or None."""
    copy = tables.principal_copy
    row = (await session.execute(select(copy).where(copy.c.sub == sub))).one_or_none()
    if row is None:
        return None
    clearance: Clearance = row.clearance
    return Principal(sub=sub, unit=row.unit, roles=frozenset(row.roles), clearance=clearance)
