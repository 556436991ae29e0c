"""SQL of matters, their links and leads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.matters.domain import Lead
from clue_service.matters.models import Matter, MatterLead, MatterLink, MatterMember


async def lock_all(session: AsyncSession) -> None:
    """Wait for every other transaction that changes matters, leads or overlap alerts."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('clue:matters', 0))"))


async def matters_of(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The matter of each clue that belongs to one."""
    rows = await session.execute(
        select(MatterMember.clue_id, MatterMember.matter_id).where(MatterMember.clue_id.in_(list(clue_ids)))
    )
    return {row.clue_id: row.matter_id for row in rows}


async def members_of(session: AsyncSession, matter_ids: Iterable[UUID]) -> Sequence[UUID]:
    """The clues of some matters, earliest first."""
    query = select(MatterMember.clue_id).where(MatterMember.matter_id.in_(list(matter_ids)))
    return (await session.scalars(query.order_by(MatterMember.clue_id))).all()


async def links_among(session: AsyncSession, clue_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The links that touch any of some clues."""
    rows = await session.execute(
        select(MatterLink.clue_a, MatterLink.clue_b).where(
            or_(MatterLink.clue_a.in_(clue_ids), MatterLink.clue_b.in_(clue_ids))
        )
    )
    return [(one, other) for one, other in rows]


async def add_link(
    session: AsyncSession, pair: tuple[UUID, UUID], source_id: UUID, linked_by: str, linked_at: datetime
) -> None:
    """Hold two clues to be one matter; safe to repeat."""
    first, second = sorted(pair)
    await session.execute(
        insert(MatterLink)
        .values(clue_a=first, clue_b=second, source_id=source_id, linked_by=linked_by, linked_at=linked_at)
        .on_conflict_do_nothing()
    )


async def remove_links(session: AsyncSession, source_id: UUID) -> None:
    """Take the links of a decision away."""
    await session.execute(delete(MatterLink).where(MatterLink.source_id == source_id))


async def add_matter(session: AsyncSession, formed_at: datetime) -> UUID:
    """A matter without members yet."""
    matter = Matter(formed_at=formed_at)
    session.add(matter)
    await session.flush()
    return matter.id


async def put_members(session: AsyncSession, matter_id: UUID, clue_ids: Iterable[UUID]) -> None:
    """Make clues members of a matter, whichever they belonged to."""
    rows = [{"clue_id": clue_id, "matter_id": matter_id} for clue_id in clue_ids]
    statement = insert(MatterMember).values(rows)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["clue_id"], set_={"matter_id": statement.excluded.matter_id})
    )


async def remove_member(session: AsyncSession, clue_id: UUID) -> None:
    """A clue belongs to no matter any more."""
    await session.execute(delete(MatterMember).where(MatterMember.clue_id == clue_id))


async def leads_of(session: AsyncSession, scope_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The lead of each matter or alert that has one."""
    rows = await session.scalars(select(MatterLead).where(MatterLead.scope_id.in_(list(scope_ids))))
    return {
        row.scope_id: Lead(
            commission=row.commission, unit=row.unit, clue_id=row.clue_id, basis=row.basis, taken_at=row.taken_at
        )
        for row in rows
    }


async def take_lead(session: AsyncSession, scope_id: UUID, lead: Lead) -> None:
    """Take the lead of a matter or alert unless somebody has it."""
    await session.execute(_lead_row(scope_id, lead).on_conflict_do_nothing())


async def put_lead(session: AsyncSession, scope_id: UUID, lead: Lead) -> None:
    """Give the lead of a matter or alert, whoever had it."""
    statement = _lead_row(scope_id, lead)
    changes: Mapping[str, object] = {
        name: statement.excluded[name] for name in ("commission", "unit", "clue_id", "basis", "taken_at")
    }
    await session.execute(statement.on_conflict_do_update(index_elements=["scope_id"], set_=changes))


def _lead_row(scope_id: UUID, lead: Lead):  # type: ignore[no-untyped-def]  # SQLAlchemy's Insert of a dialect
    return insert(MatterLead).values(
        scope_id=scope_id,
        commission=lead.commission,
        unit=lead.unit,
        clue_id=lead.clue_id,
        basis=lead.basis,
        taken_at=lead.taken_at,
    )


async def remove_lead(session: AsyncSession, scope_id: UUID) -> None:
    """Nobody leads a matter or alert."""
    await session.execute(delete(MatterLead).where(MatterLead.scope_id == scope_id))


async def move_lead(session: AsyncSession, from_scope: UUID, to_scope: UUID) -> None:
    """Carry a lead over to another matter."""
    await session.execute(update(MatterLead).where(MatterLead.scope_id == from_scope).values(scope_id=to_scope))
