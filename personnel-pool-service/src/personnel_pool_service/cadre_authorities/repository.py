"""SQL of rules about who manages whom."""

from collections.abc import Collection

from chassis.db import one_of
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.cadre_authorities.models import AuthorityRow


async def find_rules(session: AsyncSession, unit_code: str, *, lock: bool = False) -> AuthorityRow | None:
    """A unit's rules, or None if it never had any."""
    query = select(AuthorityRow).where(AuthorityRow.unit_code == unit_code)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_rules(session: AsyncSession, unit_codes: Collection[str]) -> list[AuthorityRow]:
    """The rules of some units; units without any are absent."""
    return list(await session.scalars(select(AuthorityRow).where(one_of(AuthorityRow.unit_code, unit_codes))))


async def list_naming(session: AsyncSession, committee: str) -> list[AuthorityRow]:
    """The sets of rules that name a committee, locked, by unit."""
    query = select(AuthorityRow).where(AuthorityRow.rules.contains([{"committee": committee}]))
    return list(await session.scalars(query.order_by(AuthorityRow.unit_code).with_for_update()))
