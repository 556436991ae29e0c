"""Rows of who belongs to a matter and who is recused from it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from inspection_service.involvements.models import Involvement


async def find_cadre_of(session: AsyncSession, sub: str) -> UUID | None:
    """The cadre a principal is, as far as the directory copy knows."""
    table = tables.principal_copy
    found = await session.scalar(select(table.c.cadre_id).where(table.c.sub == sub))
    return None if found is None else UUID(str(found))


async def add_members(session: AsyncSession, round_id: UUID, unit_code: str, cadre_ids: Iterable[UUID]) -> None:
    """Make cadres members of a matter; safe to repeat."""
    rows = [
        {"round_id": round_id, "unit_code": unit_code, "cadre_id": cadre_id, "is_member": True}
        for cadre_id in cadre_ids
    ]
    if rows:
        statement = insert(Involvement).values(rows)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["round_id", "unit_code", "cadre_id"], set_={"is_member": True}
            )
        )


async def remove_members(session: AsyncSession, round_id: UUID, unit_code: str) -> None:
    """End every membership of a matter; recusals stay."""
    await session.execute(
        update(Involvement)
        .where(Involvement.round_id == round_id, Involvement.unit_code == unit_code)
        .values(is_member=False)
    )


async def add_recusals(session: AsyncSession, round_id: UUID, unit_code: str, cadre_ids: Iterable[UUID]) -> None:
    """Recuse cadres from a matter; safe to repeat."""
    rows = [
        {"round_id": round_id, "unit_code": unit_code, "cadre_id": cadre_id, "is_recused": True}
        for cadre_id in cadre_ids
    ]
    if rows:
        statement = insert(Involvement).values(rows)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["round_id", "unit_code", "cadre_id"], set_={"is_recused": True}
            )
        )


async def list_recused_targets(session: AsyncSession, round_id: UUID, cadre_id: UUID) -> set[str]:
    """The targets of a round that a cadre must not meet."""
    rows = await session.scalars(
        select(Involvement.unit_code).where(
            Involvement.round_id == round_id, Involvement.cadre_id == cadre_id, Involvement.is_recused
        )
    )
    return set(rows)
