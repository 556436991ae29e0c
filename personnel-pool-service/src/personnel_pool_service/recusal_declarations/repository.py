"""SQL of declarations."""

from collections.abc import Collection
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.recusal_declarations.models import DeclarationRow


async def retire_standing(session: AsyncSession, cadre_id: UUID) -> None:
    """Let the cadre's present declaration stand no longer."""
    await session.execute(
        update(DeclarationRow)
        .where(DeclarationRow.cadre_id == cadre_id, DeclarationRow.is_standing)
        .values(is_standing=False)
    )


async def add(session: AsyncSession, row: DeclarationRow) -> None:
    """Insert a declaration and learn its id."""
    session.add(row)
    await session.flush()


async def find_declaration(session: AsyncSession, declaration_id: UUID) -> DeclarationRow | None:
    """The declaration, or None."""
    return await session.scalar(select(DeclarationRow).where(DeclarationRow.id == declaration_id))


async def list_standing(session: AsyncSession, cadre_ids: Collection[UUID]) -> list[tuple[UUID, UUID, bytes]]:
    """(cadre id, declaration id, sealed record) of the declarations that stand."""
    query = select(DeclarationRow.cadre_id, DeclarationRow.id, DeclarationRow.sealed).where(
        one_of(DeclarationRow.cadre_id, cadre_ids), DeclarationRow.is_standing
    )
    return [(row.cadre_id, row.id, row.sealed) for row in await session.execute(query)]


async def list_declarations(
    session: AsyncSession,
    *,
    occasion_ref: str | None,
    cadre_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[DeclarationRow]:
    """Declarations by id, one more than ``limit`` if there are more."""
    query = select(DeclarationRow).order_by(DeclarationRow.id).limit(limit + 1)
    if occasion_ref is not None:
        query = query.where(DeclarationRow.occasion_ref == occasion_ref)
    if cadre_id is not None:
        query = query.where(DeclarationRow.cadre_id == cadre_id)
    if after is not None:
        query = query.where(DeclarationRow.id > after)
    return list(await session.scalars(query))
