"""Pages of lists and of searches of clues.

A search by what clues say reads the first clues that its caller may see, one by one; mostly they fill the page. Of the
commission whose office or leader asks, an index names the rest; what else one may see, in other commissions, is little
and read too. Where neither does, it reads on, and the next page goes on behind that. Whatever is counted here is of
clues that the caller may see: where a page ends tells nothing of others, and how long it takes nothing of other
commissions. Of one's own commission the index names clues not for the caller too, which are then left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from chassis.statements import planned_anew
from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Select, Text, all_, and_, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues import contents
from clue_service.clues.filters import ClueFilter, Place
from clue_service.clues.listing import (
    KEY_NAMES,
    Condition,
    Keys,
    VisibleSet,
    about_unit,
    comes_after,
    conditions_of,
    first_of,
    ids_after,
    in_any,
    in_order,
    keys_of,
    place_after,
    put_in_order,
    sets_visible_to,
    visible_to,
)
from clue_service.clues.models import Clue

_READ_FIRST = 600
"""Clues that a page of a search reads one by one before it asks an index."""
_READ_ON = 1_000
"""Clues that it reads beyond those where no index serves."""
_NAMED = 2_000
"""Places in clues one may see that an index may name; where there are more, a page reads on."""
_BESIDE = 2_000
"""Clues of other commissions that are read beside those which an index names; where one sees more, a page reads on."""

Says = Callable[[Any], list[Condition]]
"""What to ask of a clue, by its columns that were read."""


@dataclass(frozen=True)
class FoundClues:
    """Clues of a page. ``read_to``: what was asked for may lie behind; None where nothing does."""

    clues: Sequence[Clue]
    read_to: Place | None = None


@dataclass(frozen=True)
class _Read:
    count: int
    """How many there are, up to one more than were to be read."""
    last: Keys
    """Of those that were read."""
    found: list[Keys]


async def list_clues(
    session: AsyncSession, viewer: Viewer, wanted: ClueFilter, *, after: Place | None, limit: int
) -> FoundClues:
    """Clues the viewer may see, in the order wanted."""
    ids, read_to = await _page(session, viewer, wanted, after=after, limit=limit)
    if not ids:
        return FoundClues([], read_to)
    # Row-level security and the first wall are asked again; what changed in between is left out.
    query = select(Clue).where(Clue.id.in_(ids), visible_to(viewer))
    found = {clue.id: clue for clue in await session.scalars(query)}
    return FoundClues([found[clue_id] for clue_id in ids if clue_id in found], read_to)


@reads_as_engine
async def _page(
    session: AsyncSession, viewer: Viewer, wanted: ClueFilter, *, after: Place | None, limit: int
) -> tuple[list[UUID], Place | None]:
    asked = _Asked(session, viewer, wanted, limit)
    async with planned_anew(session):  # where many clues name a unit, the order of the list serves, else the index
        found, read_to = await (asked.search(after) if contents.is_asked(wanted) else asked.following(after))
    if len(found) >= limit:
        found, read_to = found[:limit], place_after(found[limit - 1])
    return [keys[-1] for keys in found], read_to


@dataclass(frozen=True)
class _Asked:
    """A page that somebody asks for."""

    session: AsyncSession
    viewer: Viewer
    wanted: ClueFilter
    limit: int

    @cached_property
    def _sets(self) -> Sequence[VisibleSet]:
        return [about_unit(one, self.wanted.subject_unit) for one in sets_visible_to(self.viewer)]

    async def following(self, after: Place | None) -> tuple[list[Keys], Place | None]:
        """The first clues behind a place."""
        query = first_of(self._sets, self._behind(after), self.wanted.order, self.limit)
        return [tuple(row) for row in await self.session.execute(query)], None

    async def search(self, after: Place | None) -> tuple[list[Keys], Place | None]:
        """The first clues behind a place that say what is asked, and where the search ended before all was read."""
        found, stood = await self._read_on(after, _READ_FIRST)
        if stood is None or len(found) == self.limit:
            return found, None
        named = await self._looked_up(stood)
        if named is not None:
            return [*found, *named], None
        more, stood = await self._read_on(stood, _READ_ON)
        return [*found, *more], stood

    async def _read_on(self, after: Place | None, count: int) -> tuple[list[Keys], Place | None]:
        read = await self._read(self._first(self._sets, after, count + 1), count, self._each)
        return read.found, place_after(read.last) if read.count > count else None

    async def _looked_up(self, after: Place) -> list[Keys] | None:
        """All behind a place that say what is asked, as far as they may be on the page; None: too many to look at."""
        commissions = _whole_commissions(self._sets)
        if not commissions or not contents.is_indexed(self.wanted):
            return None
        rows = self._named(commissions, after)
        named = await self._read(rows, _NAMED, partial(contents.of_named, wanted=self.wanted), only_all=True)
        if named.count > _NAMED:
            return None
        rows = self._first(_beside(self._sets, commissions), after, _BESIDE + 1)
        beside = await self._read(rows, _BESIDE, self._each, only_all=True)
        if beside.count > _BESIDE:
            return None
        return put_in_order((*named.found, *beside.found), self.wanted.order)

    def _each(self, clue: contents.Columns) -> list[Condition]:
        return contents.of_each(clue, self.wanted)

    def _first(self, sets: Sequence[VisibleSet], after: Place | None, limit: int) -> Select[Any]:
        also = contents.read_with(self.wanted)
        return first_of(sets, self._behind(after), self.wanted.order, limit, is_long=True, also=also)

    def _named(self, commissions: Sequence[str], after: Place) -> Select[Any]:
        # LATERAL with OFFSET: clue by clue as the index names them, until there are too many.
        ids = partial(ids_after, after, self.wanted.order)
        named = contents.named(self.wanted, commissions, ids).offset(0).subquery()
        columns = (*keys_of(self.wanted.order), *contents.read_with(self.wanted))
        seen = select(*columns).where(Clue.id == named.c[0], in_any(self._sets), *self._behind(after))
        return select(seen.offset(0).correlate(named).lateral()).select_from(named).limit(_NAMED + 1)

    def _behind(self, after: Place | None) -> list[Condition]:
        conditions = conditions_of(self.wanted)
        return conditions if after is None else [*conditions, comes_after(after, self.wanted.order)]

    async def _read(self, rows: Select[Any], count: int, says: Says, *, only_all: bool = False) -> _Read:
        """The first rows that say what is asked, of so many; with ``only_all`` none if there are more."""
        order = self.wanted.order
        width = len(KEY_NAMES[order])
        read = rows.cte("read")
        counted = select(func.count().label("count")).select_from(read).subquery("counted")
        last = in_order(read, order, only_keys=True).offset(count - 1).limit(1).subquery("last")
        each = in_order(select(read).distinct().subquery(), order).limit(count).subquery()
        asked = [*says(each.c), *([counted.c.count <= count] if only_all else [])]
        found = in_order(each, order, only_keys=True).where(*asked).limit(self.limit).lateral("found")
        # One row at least: the one that counts.
        query = (
            select(counted, last, found)
            .select_from(counted.outerjoin(last, true()).outerjoin(found, true()))
            .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
        )
        told = [tuple(row) for row in await self.session.execute(query)]
        found_keys = (row[1 + width :] for row in told)
        return _Read(told[0][0], told[0][1 : 1 + width], [keys for keys in found_keys if keys[-1] is not None])


def _whole_commissions(sets: Sequence[VisibleSet]) -> list[str]:
    """Commissions of whose clues one sees as good as all; an index tells what they say."""
    return sorted({one.commission for one in sets if one.commission is not None})


def _beside(sets: Sequence[VisibleSet], commissions: Sequence[str]) -> list[VisibleSet]:
    elsewhere = Clue.commission != all_(literal(list(commissions), ARRAY(Text)))
    return [replace(one, condition=and_(elsewhere, one.condition)) for one in sets if one.commission is None]
