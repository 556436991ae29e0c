"""SQL of supervised persons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.supervised_persons.models import SupervisedPersonRow

_FACTS = ("name", "unit_code", "post", "rank", "managing_committee", "is_party_member", "is_supervision_object")


async def find_person(session: AsyncSession, code: str, *, lock: bool = False) -> SupervisedPersonRow | None:
    """The person, or None."""
    query = select(SupervisedPersonRow).where(SupervisedPersonRow.code == code)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_persons(
    session: AsyncSession, *, unit_code: str | None, rank: str | None, after: str | None, limit: int
) -> list[SupervisedPersonRow]:
    """Persons by code, one more than ``limit`` if there are more."""
    query = select(SupervisedPersonRow).order_by(SupervisedPersonRow.code).limit(limit + 1)
    if unit_code is not None:
        query = query.where(SupervisedPersonRow.unit_code == unit_code)
    if rank is not None:
        query = query.where(SupervisedPersonRow.rank == rank)
    if after is not None:
        query = query.where(SupervisedPersonRow.code > after)
    return list(await session.scalars(query))


async def upsert_persons(session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime) -> tuple[int, int]:
    """Write many persons in one statement, codes distinct and sorted; rows that change nothing stay untouched.

    Returns:
        How many were created and how many changed.
    """
    values = [{**row, "version": 1, "created_at": now, "updated_at": now} for row in rows]
    statement = insert(SupervisedPersonRow).values(values)
    table = SupervisedPersonRow.__table__.c
    differs = or_(*(table[name].is_distinct_from(statement.excluded[name]) for name in _FACTS))
    changes: dict[str, Any] = {name: statement.excluded[name] for name in _FACTS}
    changes |= {"version": table.version + 1, "updated_at": statement.excluded.updated_at}
    written = statement.on_conflict_do_update(index_elements=[table.code], set_=changes, where=differs)
    # xmax is 0 on a row this statement inserted and set on one it updated.
    is_new: ColumnElement[bool] = literal_column("xmax = 0")
    inserted = list(await session.scalars(written.returning(is_new)))
    return sum(inserted), len(inserted) - sum(inserted)
