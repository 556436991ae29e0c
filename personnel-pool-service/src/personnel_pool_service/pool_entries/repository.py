"""SQL of places in pools."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import func, insert, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.pool_entries.domain import CLOSED, IN_FORCE, EntryFilter
from personnel_pool_service.pool_entries.errors import EntryExists
from personnel_pool_service.pool_entries.models import ONE_ENTRY, EntryLookRow, EntryRow, EntryStateRow


async def add_entry(session: AsyncSession, row: EntryRow) -> None:
    """Insert an entry and learn its id; raises ``EntryExists``."""
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if ONE_ENTRY in str(error.orig):
            raise EntryExists from error
        raise


async def find_entry(session: AsyncSession, entry_id: UUID, *, lock: bool = False) -> EntryRow | None:
    """The entry, or None."""
    query = select(EntryRow).where(EntryRow.id == entry_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_open(session: AsyncSession, cadre_ids: Collection[UUID]) -> list[EntryRow]:
    """The open entries of cadres, locked in the order of their ids."""
    query = select(EntryRow).where(one_of(EntryRow.cadre_id, cadre_ids), EntryRow.status.not_in(CLOSED))
    return list(await session.scalars(query.order_by(EntryRow.id).with_for_update()))


async def insert_entries(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many entries whose ids are known."""
    await session.execute(insert(EntryRow), list(rows))


async def insert_states(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what entries have become."""
    await session.execute(insert(EntryStateRow), list(rows))


async def new_ids(session: AsyncSession, count: int) -> list[UUID]:
    """Fresh ids, made by the database."""
    return list(await session.scalars(select(func.uuidv7()).select_from(func.generate_series(1, count))))


async def list_entries(
    session: AsyncSession, wanted: EntryFilter, *, homes: Collection[str] | None, after: UUID | None, limit: int
) -> list[tuple[EntryRow, str]]:
    """(entry, home unit of the cadre) by id, one more than ``limit`` if there are more; ``homes`` None means all."""
    query = select(EntryRow, CadreRow.home_unit).join(CadreRow, CadreRow.id == EntryRow.cadre_id)
    equal = {EntryRow.pool_kind: wanted.pool_kind, EntryRow.status: wanted.status, EntryRow.cadre_id: wanted.cadre_id}
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.review_due_by is not None:
        query = query.where(EntryRow.review_due_on <= wanted.review_due_by, EntryRow.status.in_(IN_FORCE))
    if homes is not None:
        query = query.where(one_of(CadreRow.home_unit, homes))
    if after is not None:
        query = query.where(EntryRow.id > after)
    rows = await session.execute(query.order_by(EntryRow.id).limit(limit + 1))
    return [(row[0], row[1]) for row in rows]


async def list_states_on(
    session: AsyncSession,
    before: datetime,
    *,
    homes: Collection[str] | None,
    cadre_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[EntryStateRow]:
    """The latest state of each entry before an instant, by entry, one more than ``limit`` if there are more."""
    query = select(EntryStateRow).ext(distinct_on(EntryStateRow.entry_id)).where(EntryStateRow.since < before)
    if homes is not None:
        query = query.join(CadreRow, CadreRow.id == EntryStateRow.cadre_id).where(one_of(CadreRow.home_unit, homes))
    if cadre_id is not None:
        query = query.where(EntryStateRow.cadre_id == cadre_id)
    if after is not None:
        query = query.where(EntryStateRow.entry_id > after)
    latest = query.order_by(EntryStateRow.entry_id, EntryStateRow.since.desc(), EntryStateRow.id.desc())
    return list(await session.scalars(latest.limit(limit + 1)))


async def list_states(session: AsyncSession, entry_id: UUID) -> list[EntryStateRow]:
    """All that an entry has been, in order."""
    query = select(EntryStateRow).where(EntryStateRow.entry_id == entry_id)
    return list(await session.scalars(query.order_by(EntryStateRow.since, EntryStateRow.id)))


async def add_look(session: AsyncSession, entry_id: UUID, sub: str, now: datetime) -> int:
    """Note that somebody looked; returns how many different people have."""
    statement = pg_insert(EntryLookRow).values(entry_id=entry_id, looked_by=sub, looked_at=now)
    await session.execute(statement.on_conflict_do_nothing())
    query = select(func.count()).where(EntryLookRow.entry_id == entry_id)
    return await session.scalar(query) or 0


async def lock_due_reviews(session: AsyncSession, today: date, limit: int) -> list[tuple[EntryRow, str]]:
    """(entry, home unit) of entries in force whose review is due and was not announced for that day yet."""
    query = (
        select(EntryRow, CadreRow.home_unit)
        .join(CadreRow, CadreRow.id == EntryRow.cadre_id)
        .where(
            EntryRow.status.in_(IN_FORCE),
            EntryRow.review_due_on <= today,
            or_(EntryRow.review_reminded_on.is_(None), EntryRow.review_reminded_on < EntryRow.review_due_on),
        )
        .order_by(EntryRow.id)
        .limit(limit)
        .with_for_update(of=EntryRow, skip_locked=True)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]
