"""SQL of lists of clues: what a caller may see, narrowed, sorted and paged so that an index serves every page.

What one may see is a union of a few sets, each of which an index finds: what one registered, the commission's, what
one's unit leads or co-handles, what one approves. A page's ids are looked for in each set by itself, because an ``or``
of them is served by no index; row-level security is kept out of that search for the same reason and asked again where
the rows themselves are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    all_,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from clue_service.access.policy import BEFORE_APPROVALS, UNIT_ROLES, Viewer
from clue_service.clues.filters import ClueFilter, ClueOrder, Place
from clue_service.clues.models import Allegation, Clue
from clue_service.matters.models import MatterMember

Condition = ColumnElement[bool]
Keys = tuple[Any, ...]
"""Values of what an order sorts by, of one clue."""
_BY_ID = frozenset({ClueOrder.NEWEST, ClueOrder.OLDEST})
_BY_ALL = frozenset(ClueOrder)
_HASHES = ARRAY(BigInteger)


@dataclass(frozen=True)
class VisibleSet:
    """Clues that a viewer may see for one reason."""

    condition: Condition
    """What makes a clue one of them, but for the commission."""
    sorted_by: frozenset[ClueOrder] = frozenset()
    """The orders in which an index of the set has it; none for an index of array elements."""
    commission: str | None = None
    """The commission whose clues these are, for what is the commission's as a whole."""

    @property
    def seen(self) -> Condition:
        """What makes a clue one of the set."""
        return self.condition if self.commission is None else and_(Clue.commission == self.commission, self.condition)

    @property
    def seen_in_order(self) -> Condition:
        """The same, such that only an index which begins with the commission has a clue's keys behind it in order.

        Where one commission has most of the newest clues, the planner takes the order of all clues for as good, and
        then reads past a hundred thousand of others and of those not to be seen.
        """
        if self.commission is None:
            return self.condition
        return and_(Clue.commission.between(self.commission, self.commission), self.condition)


def visible_to(viewer: Viewer) -> Condition:
    """``access.policy.access_to`` in SQL; a property test holds the two together."""
    return in_any(sets_visible_to(viewer))


def in_any(sets: Iterable[VisibleSet]) -> Condition:
    """What makes a clue one of at least one of the sets."""
    return or_(*(one.seen for one in sets))


@lru_cache(maxsize=1_000)
def sets_visible_to(viewer: Viewer) -> Sequence[VisibleSet]:
    """The sets of clues that the viewer may see, each found by an index; together they are all."""
    if viewer.service is not None:
        return (VisibleSet(Clue.registered_via == viewer.service, _BY_ID),)
    cleared = Clue.secrecy_level == any_(literal(sorted(viewer.cleared_for), ARRAY(Text)))
    sets = [VisibleSet(Clue.registered_by == viewer.sub, _BY_ID)]
    sets += [replace(one, condition=and_(cleared, one.condition)) for one in _cleared_sets(viewer)]
    met = literal(viewer.sub) != all_(Clue.recused)
    return tuple(replace(one, condition=and_(met, one.condition)) for one in sets)


def _cleared_sets(viewer: Viewer) -> Iterator[VisibleSet]:
    yield VisibleSet(Clue.approvers.contains([viewer.sub]))
    if viewer.office_of is not None:
        yield VisibleSet(true(), _BY_ALL, viewer.office_of)
    if viewer.leads is not None and viewer.leads != viewer.office_of:
        # Written out, so that a kept plan too may ask the index of these clues alone (``ix_clue_led``).
        led = Clue.status.not_in([literal_column(f"'{status}'") for status in sorted(BEFORE_APPROVALS)])
        yield VisibleSet(led, _BY_ALL, viewer.leads)
    if viewer.units and viewer.has_any(*UNIT_ROLES, "handler"):
        handles = _handles(viewer)
        units = sorted(viewer.units)
        for unit in units:
            yield VisibleSet(and_(Clue.lead_unit == unit, handles), _BY_ID)
        yield VisibleSet(and_(Clue.co_units.overlap(units), handles))


def about_unit(one: VisibleSet, unit: str | None) -> VisibleSet:
    """A commission's clues such that an index of that commission finds those about a unit; other sets as they are.

    What makes a clue one about the unit is asked beside: two units may have one hash.
    """
    if unit is None or one.commission is None:
        return one
    indexed = func.units_within(Clue.commission, Clue.subject_units, type_=_HASHES)
    asked = func.units_within(cast(literal(one.commission), Text), literal([unit], ARRAY(Text)), type_=_HASHES)
    named = and_(Clue.subject_units != literal_column("'{}'"), indexed.contains(asked))
    return replace(one, condition=and_(one.condition, named))


def _handles(viewer: Viewer) -> Condition:
    if viewer.has_any(*UNIT_ROLES):
        return literal(True)
    return or_(func.cardinality(Clue.members) == 0, literal(viewer.sub) == any_(Clue.members))


def first_of(
    sets: Sequence[VisibleSet],
    conditions: Sequence[Condition],
    order: ClueOrder,
    limit: int,
    *,
    is_long: bool = False,
    also: Sequence[Any] = (),
) -> Select[Any]:
    """Keys of the first clues of several sets in the order wanted, each once.

    ``is_long``: thousands are read. ``also``: columns that are read with the keys.
    """
    parts = [_part(one, conditions, order, also, is_long=is_long).limit(limit) for one in sets]
    return in_order(union(*parts).subquery(), order).limit(limit)


def in_order(found: FromClause, order: ClueOrder, *, only_keys: bool = False) -> Select[Any]:
    """What a subquery holds, or the keys of it, sorted by the keys it holds."""
    keys = [found.c[name] for name in KEY_NAMES[order]]
    return select(*keys if only_keys else [found]).order_by(*(_turned(key, order) for key in keys))


def _part(
    one: VisibleSet, conditions: Sequence[Condition], order: ClueOrder, also: Sequence[Any], *, is_long: bool
) -> Select[Any]:
    query = select(*keys_of(order), *also).where(one.seen_in_order if is_long else one.seen, *conditions)
    if is_long and one.commission is not None and order in one.sorted_by:
        return query.order_by(*(_turned(column, order) for column in (Clue.commission, *keys_of(order))))
    if order in one.sorted_by:
        return query.order_by(*(_turned(column, order) for column in keys_of(order)))
    # With a limit in sight the planner reads all clues in this order until it has a page, and where somebody approves
    # none it reads a million. OFFSET hides the limit from it, so that it asks the set's index and sorts what it finds.
    return in_order(query.offset(0).subquery(), order)


KEY_NAMES = {
    ClueOrder.NEWEST: ("id",),
    ClueOrder.OLDEST: ("id",),
    ClueOrder.RECEIVED_LAST: ("received_on", "id"),
    ClueOrder.RECEIVED_FIRST: ("received_on", "id"),
    ClueOrder.DUE_FIRST: ("due_at", "id"),
}
"""What a list in an order is sorted by: the id decides in the end."""
_DESCENDING = frozenset({ClueOrder.NEWEST, ClueOrder.RECEIVED_LAST})


def keys_of(order: ClueOrder) -> list[Any]:
    """The columns that a list in this order is sorted by."""
    return [getattr(Clue, name) for name in KEY_NAMES[order]]


def _turned(column: Any, order: ClueOrder) -> Any:
    return column.desc() if order in _DESCENDING else column.asc()


def put_in_order(keys: Iterable[Keys], order: ClueOrder) -> list[Keys]:
    """Keys that several queries found, each once."""
    return sorted(set(keys), reverse=order in _DESCENDING)


def place_of(clue: Clue, order: ClueOrder) -> Place:
    """Where a list in this order stands after a clue."""
    return place_after(tuple(getattr(clue, name) for name in KEY_NAMES[order]))


def place_after(keys: Keys) -> Place:
    """Where a list stands after the clue that has these keys."""
    return Place(keys[-1], keys[0].isoformat() if len(keys) > 1 else "")


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


def comes_after(place: Place, order: ClueOrder) -> Condition:
    """What a list in this order holds behind a place."""
    here = tuple_(*keys_of(order))
    there = tuple_(*(literal(value) for value in _values(place, order)))
    return here < there if order in _DESCENDING else here > there


def ids_after(place: Place, order: ClueOrder, clue_id: Any) -> list[Condition]:
    """What an id alone tells of coming after a place: all in an order by ids, nothing in others."""
    if order not in _BY_ID:
        return []
    there = literal(place.clue_id)
    return [clue_id < there if order in _DESCENDING else clue_id > there]


def conditions_of(wanted: ClueFilter) -> list[Condition]:
    """What a list is narrowed by, but for what clues say."""
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
