"""First pages of what somebody has a part in: the union of a few sets, each of which an index finds from the newest on.

An ``or`` of the sets is served by no index: whoever has a part in little, or in nothing, would wait until the whole
table was read. So a page's ids are looked for in each set by itself. Row-level security is kept out of that search,
which asks the same by its conditions, and is asked again where the rows themselves are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from chassis.statements import planned_anew
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine

Condition = ColumnElement[bool]
Row = TypeVar("Row")


@dataclass(frozen=True)
class PartOf:
    """Items somebody has a part in for one reason; ``common`` is asked of each that the index finds."""

    found_by: Condition
    common: Condition
    is_sorted: bool = True
    """Whether an index has the set in the order of ids; not so for elements of arrays."""

    @property
    def condition(self) -> Condition:
        """Whether an item is one of them."""
        return and_(self.common, self.found_by)


def each(column: Any, values: Iterable[str]) -> list[Condition]:
    """``column = value`` for each of some values: sets that an index of (column, id) has in order."""
    return [column == value for value in sorted(values)]


def any_of(parts: Sequence[PartOf]) -> Condition:
    """Whether an item is in any of the sets."""
    return or_(false(), *(part.condition for part in parts))


async def newest(
    session: AsyncSession,
    model: type[Row],
    parts: Sequence[PartOf],
    *,
    narrowed: Sequence[Condition] = (),
    before: UUID | None,
    limit: int,
) -> Sequence[Row]:
    """Items that are in any of the sets, newest first."""
    if not parts:
        return []
    key: Any = model.id  # type: ignore[attr-defined] # every table of items has one
    conditions = [*narrowed, key < before] if before is not None else list(narrowed)
    ids = await _newest_ids(session, key, parts, conditions, limit)
    if not ids:
        return []
    query = select(model).where(key.in_(ids)).order_by(key.desc())
    return (await session.scalars(query)).all()


@reads_as_engine
async def _newest_ids(
    session: AsyncSession, key: Any, parts: Sequence[PartOf], conditions: Sequence[Condition], limit: int
) -> list[UUID]:
    # A plan kept for all reads a whole table for whoever has a part in nothing.
    async with planned_anew(session):
        return list(await session.scalars(merged([_ids(key, part, conditions) for part in parts], limit)))


def merged(queries: Sequence[Select[Any]], limit: int) -> Select[Any]:
    """The newest of what several queries for ``id``, each in descending order, find together."""
    together = union(*(query.limit(limit) for query in queries)).subquery()
    return select(together.c.id).order_by(together.c.id.desc()).limit(limit)


def _ids(key: Any, part: PartOf, conditions: Sequence[Condition]) -> Select[Any]:
    if part.is_sorted:
        return select(key).where(part.condition, *conditions).order_by(key.desc())
    # Sorted first, then asked one by one until the page is full: what is common costs a function call for each. OFFSET
    # hides the limit from the planner, which would read the whole table from the newest on for a page.
    found = select(key.label("id")).where(part.found_by, *conditions).order_by(key.desc()).offset(0).subquery()
    asked = select(key.label("id")).where(key == found.c.id, part.common).offset(0).lateral()
    return select(asked.c.id).select_from(found.join(asked, true())).order_by(found.c.id.desc())
