"""SQL of principals."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.principals.models import PrincipalRow


async def find_principal(session: AsyncSession, sub: str) -> PrincipalRow | None:
    """The principal, or None."""
    return await session.get(PrincipalRow, sub)


async def lock_or_add(session: AsyncSession, sub: str, now: datetime) -> tuple[PrincipalRow, bool]:
    """The principal's row, locked; made empty if it is new. Two writers of one new ``sub`` meet here, not at commit."""
    fresh = {
        "sub": sub,
        "roles": [],
        "clearance": "internal",
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    statement = insert(PrincipalRow).values(fresh).on_conflict_do_nothing().returning(PrincipalRow.sub)
    created = await session.scalar(statement) is not None
    row = await session.scalar(select(PrincipalRow).where(PrincipalRow.sub == sub).with_for_update())
    assert row is not None  # inserted or found: principals are never deleted
    return row, created


async def has_cadre(session: AsyncSession, cadre_id: UUID) -> bool:
    """Whether the pool knows the cadre."""
    return await session.scalar(select(CadreRow.id).where(CadreRow.id == cadre_id)) is not None


async def find_sub_of_cadre(session: AsyncSession, cadre_id: UUID) -> str | None:
    """The account linked to a cadre, or None."""
    return await session.scalar(select(PrincipalRow.sub).where(PrincipalRow.cadre_id == cadre_id))


async def list_subs(session: AsyncSession, cadre_ids: Collection[UUID]) -> dict[UUID, str]:
    """Cadre id → sub of the linked account."""
    query = select(PrincipalRow.cadre_id, PrincipalRow.sub).where(one_of(PrincipalRow.cadre_id, cadre_ids))
    return {cadre_id: sub for cadre_id, sub in await session.execute(query) if cadre_id is not None}


async def list_owners(session: AsyncSession, subs: Collection[str]) -> dict[str, UUID]:
    """Sub → cadre id, for the accounts that belong to a cadre."""
    query = select(PrincipalRow.sub, PrincipalRow.cadre_id).where(one_of(PrincipalRow.sub, subs))
    return {sub: cadre_id for sub, cadre_id in await session.execute(query) if cadre_id is not None}


async def list_principals(
    session: AsyncSession, *, unit: str | None, role: str | None, after: str | None, limit: int
) -> list[PrincipalRow]:
    """Principals by sub, one more than ``limit`` if there are more."""
    query = select(PrincipalRow).order_by(PrincipalRow.sub).limit(limit + 1)
    if unit is not None:
        query = query.where(PrincipalRow.unit == unit)
    if role is not None:
        query = query.where(PrincipalRow.roles.op("?")(role))
    if after is not None:
        query = query.where(PrincipalRow.sub > after)
    return list(await session.scalars(query))
