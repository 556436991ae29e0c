"""The directory copy as the running transaction sees it: an event's audience must know the units stored before it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.db import as_rows, given_rows, one_of
from chassis.directory import UnitTree, unit_of_row
from chassis.tables import principal_copy, unit_copy
from sqlalchemy import ARRAY, Integer, String, Text, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

_WANTED = given_rows(place=Integer, unit=Text, roles=ARRAY(Text))
_STAMP = select(
    func.count().label("units"), func.coalesce(func.sum(unit_copy.c.version), 0).label("versions")
).select_from(unit_copy)
_HELD = (
    select(_WANTED.c.place, principal_copy.c.sub)
    .join(
        principal_copy,
        (principal_copy.c.unit == _WANTED.c.unit)
        & principal_copy.c.roles.op("?|", is_comparison=True)(_WANTED.c.roles),
    )
    .subquery()
)
_PRESENT = _STAMP.subquery()
_HOLDERS = (
    select(_PRESENT.c.units, _PRESENT.c.versions, _HELD.c.place, _HELD.c.sub)
    .select_from(_PRESENT.outerjoin(_HELD, true()))
    .order_by(_HELD.c.sub)
)

Stamp = tuple[int, int]
"""How many units there are, and their versions: another tree has another one."""


class Holder(NamedTuple):
    """A person and what the directory copy says about them."""

    sub: str
    unit: str | None
    roles: tuple[str, ...]
    cadre_id: UUID | None


async def list_holders(
    session: AsyncSession, wanted: Sequence[tuple[Collection[str], Collection[str]]]
) -> tuple[Stamp, list[list[str]]]:
    """For each of (units, roles): the people of these units who hold one of these roles; and which tree that was."""
    rows = [
        {"place": place, "unit": unit, "roles": sorted(roles)}
        for place, (units, roles) in enumerate(wanted)
        for unit in sorted(units)
    ]
    found: list[list[str]] = [[] for _ in wanted]
    stamp = (-1, -1)
    for units, versions, place, sub in await session.execute(_HOLDERS, {"rows": as_rows(rows)}):
        stamp = (int(units), int(versions))
        if place is not None:
            found[place].append(sub)
    return stamp, found


async def list_accounts(session: AsyncSession, cadre_ids: Collection[str]) -> dict[str, list[str]]:
    """Cadre → the people who are that cadre."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if cadre_ids:
        cadre = cast(principal_copy.c.cadre_id, String)
        statement = select(cadre, principal_copy.c.sub).where(one_of(cadre, sorted(cadre_ids)))
        for cadre_id, sub in await session.execute(statement.order_by(principal_copy.c.sub)):
            found[cadre_id].append(sub)
    return found


async def find_holder(session: AsyncSession, sub: str) -> Holder | None:
    """What the copy says about a person."""
    row = (await session.execute(principal_copy.select().where(principal_copy.c.sub == sub))).one_or_none()
    return None if row is None else Holder(row.sub, row.unit, tuple(row.roles), row.cadre_id)


async def list_people_of(session: AsyncSession, units: Collection[str]) -> list[Holder]:
    """Everybody of some units."""
    rows = await session.execute(principal_copy.select().where(principal_copy.c.unit.in_(units)))
    return [Holder(row.sub, row.unit, tuple(row.roles), row.cadre_id) for row in rows]


class Trees:
    """Reads the units again only when their count or versions changed."""

    def __init__(self) -> None:
        self._tree = UnitTree(())
        self._stamp: Stamp = (-1, -1)

    @property
    def known(self) -> UnitTree:
        """The tree as it was read last; what is made of it holds if ``is_present`` says so."""
        return self._tree

    def is_present(self, stamp: Stamp) -> bool:
        """Whether the tree that was read last is the one with this stamp."""
        return stamp == self._stamp

    async def tree(self, session: AsyncSession) -> UnitTree:
        """The tree, with what this transaction itself has written."""
        row = (await session.execute(_STAMP)).one()
        stamp = (int(row[0]), int(row[1]))
        if stamp != self._stamp:
            units = (await session.execute(unit_copy.select())).mappings()
            self._tree = UnitTree(unit_of_row(one) for one in units)
            self._stamp = stamp
        return self._tree
