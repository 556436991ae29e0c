"""SQL of the organisation directory."""

from collections.abc import Collection

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.units.models import UnitRow

_DIRECTORY_LOCK = 7_301_001  # any fixed number; one writer of the tree at a time, so that no two writes form a cycle

_SUPERIORS = text(
    """
    with recursive above (code, unit_type, parent_code, depth) as (
        select code, unit_type, parent_code, 0 from unit where code = :code
        union all
        select u.code, u.unit_type, u.parent_code, above.depth + 1
        from unit u join above on u.code = above.parent_code
    )
    select code, unit_type from above order by depth
    """
)


async def lock_directory(session: AsyncSession) -> None:
    """Wait for the other writers of the tree."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _DIRECTORY_LOCK})


async def list_superiors(session: AsyncSession, code: str | None) -> list[tuple[str, str]]:
    """(code, type) of a unit and everything above it, nearest first."""
    if code is None:
        return []
    return [(row.code, row.unit_type) for row in await session.execute(_SUPERIORS, {"code": code})]


async def list_known(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Those of the codes that are in the directory."""
    return set(await session.scalars(select(UnitRow.code).where(UnitRow.code.in_(codes))))


async def find_unit(session: AsyncSession, code: str) -> UnitRow | None:
    """The unit, or None."""
    return await session.get(UnitRow, code)


async def list_units(
    session: AsyncSession, *, unit_type: str | None, parent_code: str | None, after: str | None, limit: int
) -> list[UnitRow]:
    """Units by code, one more than ``limit`` if there are more."""
    query = select(UnitRow).order_by(UnitRow.code).limit(limit + 1)
    if unit_type is not None:
        query = query.where(UnitRow.unit_type == unit_type)
    if parent_code is not None:
        query = query.where(UnitRow.parent_code == parent_code)
    if after is not None:
        query = query.where(UnitRow.code > after)
    return list(await session.scalars(query))
