"""SQL of searching the library: words are looked up as the engine, and only among what the caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, false, func, literal, not_, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, REAL, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.library_items.models import LibraryIndex, LibraryItem
from clue_service.library_items.repository import listed_to, readable_by
from clue_service.library_searches.domain import Query

_WEIGHTS = cast(literal([0.1, 0.2, 0.4, 1.0], ARRAY(REAL)), ARRAY(REAL))  # of D, C, B, A: a title counts ten texts


@dataclass(frozen=True)
class LibraryFilter:
    """What a search is narrowed by."""

    kind: str | None = None
    unit_code: str | None = None
    owner_unit: str | None = None
    category: str | None = None
    theme: str | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True)
class Hit:
    """An entry that was found, and whether by its text or only by its card's title."""

    item_id: UUID
    kind: str
    is_readable: bool


@reads_as_engine
async def find_hits(
    session: AsyncSession, viewer: Viewer, now: datetime, query: Query, wanted: LibraryFilter, *, window: int
) -> tuple[list[Hit], bool]:
    """Entries in order of rank, best first, among the newest ``window`` that match; and whether there are more.

    A text is asked only of those who may read it: whether it matches is part of what it says.
    """
    readable, listed = readable_by(viewer, now), listed_to(viewer, now)
    found = [
        _matching(LibraryIndex.words, query, wanted, readable, is_readable=True, window=window),
        _matching(LibraryIndex.title_words, query, wanted, listed & not_(readable), is_readable=False, window=window),
    ]
    rows = (await session.execute(_ranked(found, query))).all()
    is_cut = any(row.matched >= window for row in rows)
    return [Hit(row.item_id, row.kind, row.is_readable) for row in rows], is_cut


def _matching(
    words: Any, query: Query, wanted: LibraryFilter, visible: ColumnElement[bool], *, is_readable: bool, window: int
) -> Any:
    # Pairs of characters stand together more often than PostgreSQL expects. So what matches is put in order first, by
    # ids alone, and entries are looked up from the newest on until there are enough; else all that match would be.
    matched = (
        select(LibraryIndex.item_id)
        .where(words.op("@@")(cast(query.any_place, TSQUERY)))
        .order_by(LibraryIndex.item_id.desc())
        .offset(0)
        .subquery()
    )
    name = "readable" if is_readable else "listed"
    newest = (
        select(matched.c.item_id, LibraryItem.kind)
        .join(LibraryItem, LibraryItem.id == matched.c.item_id)
        .where(visible, *_conditions(wanted, is_readable=is_readable))
        .order_by(matched.c.item_id.desc())
        .limit(window)
        .cte(f"newest_{name}")
    )
    return (
        select(newest, literal(is_readable).label("is_readable"), words.label("words"))
        .join(LibraryIndex, LibraryIndex.item_id == newest.c.item_id)
        .cte(name)
    )


def _ranked(found: Sequence[Any], query: Query) -> Select[Any]:
    phrase = cast(query.phrase, TSQUERY)
    parts = [
        select(
            part.c.item_id,
            part.c.kind,
            part.c.is_readable,
            func.ts_rank_cd(_WEIGHTS, part.c.words, phrase).label("rank"),
            select(func.count()).select_from(part).scalar_subquery().label("matched"),
        ).where(part.c.words.op("@@")(phrase))
        for part in found
    ]
    ranked = union_all(*parts).subquery()
    return select(ranked).order_by(ranked.c.rank.desc(), ranked.c.item_id.desc())


def _conditions(wanted: LibraryFilter, *, is_readable: bool) -> list[ColumnElement[bool]]:
    equal: dict[Any, str | None] = {
        LibraryItem.kind: wanted.kind,
        LibraryItem.unit_code: wanted.unit_code,
        LibraryItem.owner_unit: wanted.owner_unit,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if not is_readable and (wanted.category or wanted.theme):
        return [false()]  # neither is on the card
    if wanted.category is not None:
        conditions.append(LibraryItem.categories.contains([wanted.category]))
    if wanted.theme is not None:
        conditions.append(LibraryItem.themes.contains([wanted.theme]))
    if wanted.period_from is not None:
        conditions.append(func.coalesce(LibraryItem.period_to >= wanted.period_from, true()))
    if wanted.period_to is not None:
        conditions.append(func.coalesce(LibraryItem.period_from <= wanted.period_to, true()))
    return conditions
