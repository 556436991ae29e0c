"""Rows of who belongs to a matter and who is recused from it."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, tuple_, update
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


async def remove_members(session: AsyncSession, round_id: UUID, unit_code: str | None) -> None:
    """End every membership of a matter, or of a whole round; recusals stay."""
    statement = update(Involvement).where(Involvement.round_id == round_id)
    if unit_code is not None:
        statement = statement.where(Involvement.unit_code == unit_code)
    await session.execute(statement.values(is_member=False))


async def remove_some(
    session: AsyncSession, round_id: UUID, unit_code: str, cadre_ids: Collection[UUID]
) -> Sequence[UUID]:
    """End the memberships of some cadres in a matter; returns whose ended now."""
    statement = (
        update(Involvement)
        .where(
            Involvement.round_id == round_id,
            Involvement.unit_code == unit_code,
            Involvement.cadre_id.in_(cadre_ids),
            Involvement.is_member,
        )
        .values(is_member=False)
        .returning(Involvement.cadre_id)
    )
    return (await session.scalars(statement)).all()


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


async def list_recused_members(
    session: AsyncSession, matters: Sequence[tuple[UUID, str]]
) -> set[tuple[UUID, str, UUID]]:
    """The recused of some matters (round and unit), as (round, unit, cadre)."""
    query = select(Involvement.round_id, Involvement.unit_code, Involvement.cadre_id).where(
        Involvement.is_recused, tuple_(Involvement.round_id, Involvement.unit_code).in_(matters)
    )
    return {(row[0], row[1], row[2]) for row in (await session.execute(query)).all()}
