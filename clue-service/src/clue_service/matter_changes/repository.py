"""SQL of the ledger of matters, and of what people did since a change.

A change may name clues of several commissions, so the ledger is read as the engine; ``matters.reading`` shows of it
what the caller may see.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.tables import audit_entry
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine
from clue_service.matter_changes.models import MatterChange

MOST_LATER_ACTIONS = 1000  # a matter's clues see a handful of steps a month


@reads_as_engine
async def add_change(session: AsyncSession, values: Mapping[str, Any]) -> MatterChange:
    """Write a change down, after every audit entry that is there."""
    mark = await session.scalar(select(func.coalesce(func.max(audit_entry.c.id), 0)))
    change = MatterChange(**values, audit_mark=mark or 0)
    session.add(change)
    await session.flush()
    return change


@reads_as_engine
async def find_change(session: AsyncSession, change_id: UUID) -> MatterChange | None:
    """One change."""
    return await session.get(MatterChange, change_id)


@reads_as_engine
async def undoing_of(session: AsyncSession, change_ids: Iterable[UUID]) -> dict[UUID, MatterChange]:
    """Of some changes, those that were undone: change → its undoing."""
    rows = await session.scalars(select(MatterChange).where(MatterChange.undoes.in_(list(change_ids))))
    return {row.undoes: row for row in rows if row.undoes is not None}


@reads_as_engine
async def changes_of_sources(session: AsyncSession, source_ids: Collection[UUID]) -> Sequence[MatterChange]:
    """What some decisions changed, again and again perhaps, oldest first."""
    query = select(MatterChange).where(MatterChange.source_id.in_(list(source_ids))).order_by(MatterChange.id)
    return (await session.scalars(query)).all()


@reads_as_engine
async def changes_of_matter(
    session: AsyncSession, matter_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[MatterChange]:
    """The history of a matter, newest first."""
    query = select(MatterChange).where(MatterChange.matter_ids.contains([matter_id]))
    if before is not None:
        query = query.where(MatterChange.id < before)
    return (await session.scalars(query.order_by(MatterChange.id.desc()).limit(limit))).all()


async def actions_since(
    session: AsyncSession, change: MatterChange, clue_ids: Iterable[UUID], verbs: Collection[str]
) -> Sequence[Any]:
    """Audit entries of people's steps on clues and matters after a change: (at, actor, unit, action, object…)."""
    entry = audit_entry.c
    on_clue = and_(entry.object_type == "clue", entry.object_id.in_([str(one) for one in clue_ids]))
    on_matter = and_(entry.object_type == "matter", entry.object_id.in_([str(one) for one in change.matter_ids]))
    query = (
        select(
            entry.id, entry.at, func.coalesce(entry.acting_for, entry.actor).label("actor"), entry.unit, entry.action,
            entry.object_type, entry.object_id, entry.detail, entry.request_id,
        )
        .where(
            entry.id > change.audit_mark,
            entry.action.in_(sorted(verbs)),
            or_(on_clue, on_matter),
            func.coalesce(entry.request_id, "") != change.request_id,
        )
        .order_by(entry.id)
        .limit(MOST_LATER_ACTIONS)
    )  # fmt: skip
    return (await session.execute(query)).all()
