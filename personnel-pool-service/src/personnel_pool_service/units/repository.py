"""SQL of the organisation directory."""

from collections.abc import Collection
from datetime import date
from typing import Any

from chassis.db import one_of
from sqlalchemy import func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.units.domain import ACTIVE, UnitFilter
from personnel_pool_service.units.models import UnitRow, UnitVersionRow

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
    return set(await session.scalars(select(UnitRow.code).where(one_of(UnitRow.code, codes))))


async def list_statuses(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """Code → status, for those of the codes that are in the directory."""
    rows = await session.execute(select(UnitRow.code, UnitRow.status).where(one_of(UnitRow.code, codes)))
    return {row.code: row.status for row in rows}


async def list_all(session: AsyncSession) -> list[UnitRow]:
    """The whole directory, by code."""
    return list(await session.scalars(select(UnitRow).order_by(UnitRow.code)))


async def list_committees_named(session: AsyncSession) -> dict[str, str]:
    """Unit → the committee it names for its cadres; units that name none are absent."""
    query = select(UnitRow.code, UnitRow.cadre_authority).where(UnitRow.cadre_authority.is_not(None))
    return {code: committee for code, committee in await session.execute(query) if committee is not None}


async def list_citing(session: AsyncSession, code: str) -> list[UnitRow]:
    """The units that name this one as parent, linked office, host or cadre authority, by code."""
    cites = or_(
        UnitRow.parent_code == code,
        UnitRow.linked_office == code,
        UnitRow.cadre_authority == code,
        UnitRow.host_units.op("?")(code),
    )
    return list(await session.scalars(select(UnitRow).where(cites).order_by(UnitRow.code)))


async def count_active_below(session: AsyncSession, code: str) -> int:
    """How many active units have this one as their parent."""
    query = select(func.count()).where(UnitRow.parent_code == code, UnitRow.status == ACTIVE)
    return await session.scalar(query) or 0


async def add_versions(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Write down what units have become."""
    await session.execute(insert(UnitVersionRow), rows)


async def last_valid_from(session: AsyncSession, code: str) -> date | None:
    """The day of a unit's latest change, or None."""
    query = select(UnitVersionRow.valid_from).where(UnitVersionRow.code == code)
    return await session.scalar(query.order_by(UnitVersionRow.version.desc()).limit(1))


async def list_last_changes(session: AsyncSession) -> dict[str, date]:
    """Code → the day of the unit's latest change."""
    query = select(UnitVersionRow.code, func.max(UnitVersionRow.valid_from)).group_by(UnitVersionRow.code)
    return {row[0]: row[1] for row in await session.execute(query)}


async def find_version_on(session: AsyncSession, code: str, day: date) -> UnitVersionRow | None:
    """What a unit was at the end of a day, or None if it was not known then."""
    query = select(UnitVersionRow).where(UnitVersionRow.code == code, UnitVersionRow.valid_from <= day)
    return await session.scalar(query.order_by(UnitVersionRow.version.desc()).limit(1))


async def list_versions(session: AsyncSession, code: str, *, below: int | None, limit: int) -> list[UnitVersionRow]:
    """A unit's versions, latest first, one more than ``limit`` if there are more."""
    query = select(UnitVersionRow).where(UnitVersionRow.code == code)
    if below is not None:
        query = query.where(UnitVersionRow.version < below)
    return list(await session.scalars(query.order_by(UnitVersionRow.version.desc()).limit(limit + 1)))


async def find_unit(session: AsyncSession, code: str) -> UnitRow | None:
    """The unit, or None."""
    return await session.get(UnitRow, code)


async def list_units(session: AsyncSession, wanted: UnitFilter, *, after: str | None, limit: int) -> list[UnitRow]:
    """Units by code, one more than ``limit`` if there are more."""
    equal = {
        UnitRow.unit_type: wanted.unit_type,
        UnitRow.parent_code: wanted.parent_code,
        UnitRow.status: wanted.status,
        UnitRow.linked_office: wanted.linked_office,
        UnitRow.cadre_authority: wanted.cadre_authority,
        UnitRow.supervision_type: wanted.supervision_type,
    }
    query = select(UnitRow).where(*(column == value for column, value in equal.items() if value is not None))
    for column, value in ((UnitRow.host_units, wanted.host_unit), (UnitRow.in_charge, wanted.in_charge)):
        if value is not None:
            query = query.where(column.op("?")(value))
    if after is not None:
        query = query.where(UnitRow.code > after)
    return list(await session.scalars(query.order_by(UnitRow.code).limit(limit + 1)))
