"""SQL of supervised persons."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from chassis.db import one_of
from sqlalchemy import ARRAY, Boolean, DateTime, Text, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.supervised_persons.models import SupervisedPersonRow

_FACTS = (
    "name", "unit_code", "post", "rank", "managing_committee", "is_party_member", "is_supervision_object",
    "is_top_leader", "object_group",
)  # fmt: skip

# Columns as arrays: one statement text whatever the number of rows, compiled and planned once.
# xmax is 0 on a row this statement inserted and set on one it updated.
_UPSERT = text(
    """
    insert into supervised_person as present (
        code, name, unit_code, post, rank, managing_committee, is_party_member, is_supervision_object,
        is_top_leader, object_group, version, created_at, updated_at
    )
    select given.*, 1, :now, :now
    from unnest(
        :code, :name, :unit_code, :post, :rank, :managing_committee, :is_party_member, :is_supervision_object,
        :is_top_leader, :object_group
    ) as given
    on conflict (code) do update set
        name = excluded.name, unit_code = excluded.unit_code, post = excluded.post, rank = excluded.rank,
        managing_committee = excluded.managing_committee, is_party_member = excluded.is_party_member,
        is_supervision_object = excluded.is_supervision_object,
        is_top_leader = excluded.is_top_leader, object_group = excluded.object_group,
        version = present.version + 1, updated_at = excluded.updated_at
    where (
        present.name, present.unit_code, present.post, present.rank, present.managing_committee,
        present.is_party_member, present.is_supervision_object, present.is_top_leader, present.object_group
    ) is distinct from (
        excluded.name, excluded.unit_code, excluded.post, excluded.rank, excluded.managing_committee,
        excluded.is_party_member, excluded.is_supervision_object, excluded.is_top_leader, excluded.object_group
    )
    returning xmax = 0
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(Boolean if name.startswith("is_") else Text)) for name in ("code", *_FACTS)),
    bindparam("now", type_=DateTime(timezone=True)),
)


async def find_person(session: AsyncSession, code: str, *, lock: bool = False) -> SupervisedPersonRow | None:
    """The person, or None."""
    query = select(SupervisedPersonRow).where(SupervisedPersonRow.code == code)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_by_codes(session: AsyncSession, codes: Collection[str]) -> list[SupervisedPersonRow]:
    """Those of the persons that are there."""
    return list(await session.scalars(select(SupervisedPersonRow).where(one_of(SupervisedPersonRow.code, codes))))


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


async def count_of_unit(session: AsyncSession, unit_code: str) -> int:
    """How many persons belong to a unit."""
    query = select(func.count()).where(SupervisedPersonRow.unit_code == unit_code)
    return await session.scalar(query) or 0


async def rehome(session: AsyncSession, unit_code: str, into: str, now: datetime) -> None:
    """Write one unit for another wherever persons name it."""
    for column in (SupervisedPersonRow.unit_code, SupervisedPersonRow.managing_committee):
        await session.execute(
            update(SupervisedPersonRow)
            .where(column == unit_code)
            .values({column: into, "version": SupervisedPersonRow.version + 1, "updated_at": now})
        )


async def upsert_persons(session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime) -> tuple[int, int]:
    """Write many persons in one statement, codes distinct and sorted; rows that change nothing stay untouched.

    Returns:
        How many were created and how many changed.
    """
    columns = {name: [row[name] for row in rows] for name in ("code", *_FACTS)}
    inserted = list(await session.scalars(_UPSERT, {**columns, "now": now}))
    return sum(inserted), len(inserted) - sum(inserted)
