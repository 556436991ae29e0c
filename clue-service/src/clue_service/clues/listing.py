"""SQL of lists of clues: what a caller may see, narrowed, sorted and paged so that an index serves every page.

What one may see is a union of a few sets, each of which an index finds: what one registered, the commission's, what
one's unit leads or co-handles, what one approves. A page's ids are looked for in each set by itself, because an ``or``
of them is served by no index; row-level security is kept out of that search for the same reason and asked again where
the rows themselves are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    all_,
    and_,
    any_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import BEFORE_APPROVALS, UNIT_ROLES, Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues import contents
from clue_service.clues.filters import ClueFilter, ClueOrder, Place
from clue_service.clues.models import Allegation, Clue
from clue_service.matters.models import MatterMember

Condition = ColumnElement[bool]
_READ_FIRST = 2_000
"""Clues that a search by what they say reads one by one before it asks an index."""
_READ_ALONE = 4_000
"""Clues that a page of a search reads which no index serves; the next page reads on."""
_BY_ID = frozenset({ClueOrder.NEWEST, ClueOrder.OLDEST})
_BY_ALL = frozenset(ClueOrder)


@dataclass(frozen=True)
class VisibleSet:
    """Clues that a viewer may see for one reason."""

    condition: Condition
    sorted_by: frozenset[ClueOrder] = frozenset()
    """The orders in which an index of the set has it; none for an index of array elements."""


def visible_to(viewer: Viewer) -> Condition:
    """``access.policy.access_to`` in SQL; a property test holds the two together."""
    return or_(*(one.condition for one in sets_visible_to(viewer)))


def sets_visible_to(viewer: Viewer) -> list[VisibleSet]:
    """The sets of clues that the viewer may see, each found by an index; together they are all."""
    if viewer.service is not None:
        return [VisibleSet(Clue.registered_via == viewer.service, _BY_ID)]
    cleared = Clue.secrecy_level == any_(literal(sorted(viewer.cleared_for), ARRAY(Text)))
    sets = [VisibleSet(Clue.registered_by == viewer.sub, _BY_ID)]
    sets += [replace(one, condition=and_(cleared, one.condition)) for one in _cleared_sets(viewer)]
    met = literal(viewer.sub) != all_(Clue.recused)
    return [replace(one, condition=and_(met, one.condition)) for one in sets]


def _cleared_sets(viewer: Viewer) -> Iterator[VisibleSet]:
    yield VisibleSet(Clue.approvers.contains([viewer.sub]))
    if viewer.office_of is not None:
        yield VisibleSet(Clue.commission == viewer.office_of, _BY_ALL)
    if viewer.leads is not None and viewer.leads != viewer.office_of:
        led = and_(Clue.commission == viewer.leads, Clue.status != all_(literal(sorted(BEFORE_APPROVALS), ARRAY(Text))))
        yield VisibleSet(led, _BY_ALL)
    if viewer.units and viewer.has_any(*UNIT_ROLES, "handler"):
        handles = _handles(viewer)
        units = sorted(viewer.units)
        for unit in units:
            yield VisibleSet(and_(Clue.lead_unit == unit, handles), _BY_ID)
        yield VisibleSet(and_(Clue.co_units.overlap(units), handles))


def _handles(viewer: Viewer) -> Condition:
    if viewer.has_any(*UNIT_ROLES):
        return literal(True)
    return or_(func.cardinality(Clue.members) == 0, literal(viewer.sub) == any_(Clue.members))


@dataclass(frozen=True)
class FoundClues:
    """Clues of a page. ``read_to``: a search ended there before all was read; what it has not found may lie behind."""

    clues: Sequence[Clue]
    read_to: Place | None = None


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
    conditions = _conditions(wanted)
    if after is not None:
        conditions.append(_comes_after(wanted.order, after))
    sets, order = sets_visible_to(viewer), wanted.order
    if not contents.is_asked(wanted):
        return await _ids(session, _together([_part(one, conditions, order) for one in sets], order, limit)), None
    # What most clues say stands in the first ones that are read; what few say is found by an index, which would take
    # long to name all clues with the former.
    most = _READ_FIRST if contents.is_indexed(wanted) else _READ_ALONE
    first = _together([_part(one, conditions, order) for one in sets], order, most + 1)
    read = first.limit(most).subquery()
    saying = _sorted(read, order).where(*contents.of_each(read.c.id, wanted))
    found = await _ids(session, saying.limit(limit))
    if len(found) == limit:
        return found, None
    if contents.is_indexed(wanted):
        has_more = await _ids(session, first.offset(most).limit(1))
        return (await _ids(session, _looked_up(viewer, wanted, conditions).limit(limit)) if has_more else found), None
    last = (await session.execute(first.offset(most - 1).limit(2))).all()
    return found, _place(last[0], order) if len(last) > 1 else None


async def _ids(session: AsyncSession, query: Select[Any]) -> list[UUID]:
    return [row.id for row in await session.execute(query)]


def _together(parts: Sequence[Select[Any]], order: ClueOrder, limit: int) -> Select[Any]:
    """The first of several parts in the order wanted, each once."""
    united = union(*(select(part.limit(limit).subquery()) for part in parts)).subquery()
    return _sorted(united, order).limit(limit)


def _looked_up(viewer: Viewer, wanted: ClueFilter, conditions: Sequence[Condition]) -> Select[Any]:
    """Clues that an index of what they say names; whose they are is asked of those alone, and of these the rest."""
    named = Clue.id.in_(contents.named(wanted))
    found = select(*_keys(wanted.order)).where(named, visible_to(viewer), *conditions).offset(0).subquery()
    return _sorted(found, wanted.order).where(*contents.of_named(found.c.id, wanted))


def _sorted(found: Subquery, order: ClueOrder) -> Select[Any]:
    return select(found).order_by(*(_turned(found.c[name], order) for name in _KEY_NAMES[order]))


def _part(one: VisibleSet, conditions: Sequence[Condition], order: ClueOrder) -> Select[Any]:
    query = select(*_keys(order)).where(one.condition, *conditions)
    if order in one.sorted_by:
        return query.order_by(*(_turned(column, order) for column in _keys(order)))
    # With a limit in sight the planner reads all clues in this order until it has a page, and where somebody approves
    # none it reads a million. OFFSET hides the limit from it, so that it asks the set's index and sorts what it finds.
    return _sorted(query.offset(0).subquery(), order)


_KEY_NAMES = {
    ClueOrder.NEWEST: ("id",),
    ClueOrder.OLDEST: ("id",),
    ClueOrder.RECEIVED_LAST: ("received_on", "id"),
    ClueOrder.RECEIVED_FIRST: ("received_on", "id"),
    ClueOrder.DUE_FIRST: ("due_at", "id"),
}
_DESCENDING = frozenset({ClueOrder.NEWEST, ClueOrder.RECEIVED_LAST})


def _keys(order: ClueOrder) -> list[Any]:
    return [getattr(Clue, name) for name in _KEY_NAMES[order]]


def _turned(column: Any, order: ClueOrder) -> Any:
    return column.desc() if order in _DESCENDING else column.asc()


def place_of(clue: Clue, order: ClueOrder) -> Place:
    """Where a list in this order stands after a clue."""
    return _place(clue, order)


def _place(keys: Any, order: ClueOrder) -> Place:
    first = _KEY_NAMES[order][0]
    return Place(keys.id, getattr(keys, first).isoformat() if first != "id" else "")


def check_place(place: Place, order: ClueOrder) -> None:
    """Raise ValueError unless the place is one of a list in this order."""
    _values(place, order)


def _values(place: Place, order: ClueOrder) -> list[Any]:
    if order in (ClueOrder.NEWEST, ClueOrder.OLDEST):
        return [place.clue_id]
    if order is ClueOrder.DUE_FIRST:
        instant = datetime.fromisoformat(place.value)
        if instant.tzinfo is None:
            raise ValueError(place.value)
        return [instant, place.clue_id]
    return [date.fromisoformat(place.value), place.clue_id]


def _comes_after(order: ClueOrder, place: Place) -> Condition:
    here = tuple_(*_keys(order))
    there = tuple_(*(literal(value) for value in _values(place, order)))
    return here < there if order in _DESCENDING else here > there


def _conditions(wanted: ClueFilter) -> list[Condition]:
    equal: dict[Any, Any] = {
        Clue.status: wanted.status,
        Clue.closure: wanted.closure,
        Clue.lead_unit: wanted.lead_unit,
        Clue.receiving_unit: wanted.receiving_unit,
        Clue.source_code: wanted.source,
        Clue.channel: wanted.channel,
    }
    conditions: list[Condition] = [column == value for column, value in equal.items() if value is not None]
    if wanted.clue_no is not None:
        conditions.append(Clue.clue_no.startswith(wanted.clue_no, autoescape=True))
    if wanted.received_from is not None:
        conditions.append(Clue.received_on >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(Clue.received_on <= wanted.received_to)
    if wanted.subject_unit is not None:
        conditions.append(Clue.subject_units.contains([wanted.subject_unit]))
    conditions += _clocks(wanted)
    if wanted.matter_id is not None:
        conditions.append(exists().where(MatterMember.clue_id == Clue.id, MatterMember.matter_id == wanted.matter_id))
    if wanted.category is not None:
        conditions.append(exists().where(Allegation.clue_id == Clue.id, Allegation.category_code == wanted.category))
    return conditions


def _clocks(wanted: ClueFilter) -> list[Condition]:
    runs = and_(Clue.due_at.is_not(None), Clue.clock_stopped_at.is_(None), Clue.paused_on.is_(None))
    conditions: list[Condition] = []
    if wanted.order is ClueOrder.DUE_FIRST:
        conditions.append(runs)
    if wanted.due_from is not None:
        conditions += [runs, Clue.due_at >= wanted.due_from]
    if wanted.due_to is not None:
        conditions += [runs, Clue.due_at < wanted.due_to]
    if wanted.overdue is not None:
        late = and_(Clue.due_at < wanted.overdue_at, Clue.clock_stopped_at.is_(None), Clue.paused_on.is_(None))
        conditions.append(late if wanted.overdue else ~func.coalesce(late, false()))
    return conditions
