"""A read copy of units and principals: who is who is identity, which every service needs while its owner is down."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import String, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from chassis.db import Database
from chassis.errors import FieldError, Text, UnknownUnit
from chassis.http import PeerFailed, Peers
from chassis.logging import get_logger

_UNIT_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{1,47}\Z")
OWNER = "pool"
_FRESH_SECONDS = 1.0  # a unit must work everywhere within 3 s of being written

log = get_logger(__name__)


@dataclass(frozen=True)
class Unit:
    """One row of the directory."""

    code: str
    name: str
    unit_type: str
    parent_code: str | None = None
    level: str | None = None
    aliases: tuple[str, ...] = ()
    linked_office: str | None = None
    host_units: tuple[str, ...] = ()
    contact: str | None = None
    supervision_type: str | None = None
    in_charge: tuple[str, ...] = ()
    version: int = 1


class UnitTree:
    """The directory as a tree with side nodes; pure, immutable, cheap to ask."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = {unit.code: unit for unit in units}

    def __contains__(self, code: object) -> bool:
        return code in self._units

    def __iter__(self) -> Any:
        return iter(self._units.values())

    def find(self, code: str | None) -> Unit | None:
        """The unit, or None."""
        return self._units.get(code) if code else None

    def superiors(self, code: str) -> list[str]:
        """The unit itself and everything above it, nearest first; stops at an unknown parent or a cycle."""
        chain: list[str] = []
        current: str | None = code
        while current is not None and current in self._units and current not in chain:
            chain.append(current)
            current = self._units[current].parent_code
        return chain

    def commission(self, code: str) -> str:
        """The nearest unit of type ``cdi`` at or above ``code``, or ``code`` itself where there is none."""
        return next((above for above in self.superiors(code) if self._units[above].unit_type == "cdi"), code)

    def is_within(self, code: str, above: str) -> bool:
        """Whether ``code`` is ``above`` or lies below it."""
        return above in self.superiors(code)

    def lowest_common_superior(self, codes: Sequence[str]) -> str | None:
        """The nearest unit above all of ``codes`` that is none of them."""
        chains = [self.superiors(code) for code in codes]
        if not chains or not all(chains):
            return None
        shared = set(chains[0]).intersection(*chains[1:]) - set(codes)
        return next((above for above in chains[0] if above in shared), None)

    def linked_office(self, code: str) -> str | None:
        """The supervision office linked to a unit, or to the nearest unit above it that has one."""
        return next((office for above in self.superiors(code) if (office := self._units[above].linked_office)), None)

    def dispatched_groups(self, code: str) -> list[str]:
        """The dispatched groups resident in a unit or in a unit above it, sorted."""
        hosts = set(self.superiors(code))
        return sorted(
            unit.code
            for unit in self._units.values()
            if unit.unit_type == "dispatched_group" and not hosts.isdisjoint(unit.host_units)
        )


class Directory:
    """The local copy. The tree is cached for a second; unknown codes are fetched once from the owner."""

    def __init__(self, database: Database, peers: Peers) -> None:
        self._database = database
        self._peers = peers
        self._tree = UnitTree(())
        self._stamp: tuple[int, int] = (-1, -1)
        self._checked_at = float("-inf")

    async def tree(self, *, fresh: bool = False) -> UnitTree:
        """The present tree, at most a second old."""
        if not fresh and time.monotonic() - self._checked_at < _FRESH_SECONDS:
            return self._tree
        table = tables.unit_copy
        async with self._database.sessions() as session:
            row = (await session.execute(select(func.count(), func.coalesce(func.sum(table.c.version), 0)))).one()
            stamp = (int(row[0]), int(row[1]))
            if stamp != self._stamp:
                rows = (await session.execute(table.select())).mappings()
                self._tree = UnitTree(unit_of_row(one) for one in rows)
                self._stamp = stamp
        self._checked_at = time.monotonic()
        return self._tree

    async def require(self, codes: Mapping[str, str | None]) -> UnitTree:
        """The tree, knowing all of ``codes`` (JSON pointer → unit code; None is skipped).

        Raises:
            UnknownUnit: a code that the owner of the directory does not know either; names the fields.
            PeerFailed: a code is unknown here, and the owner cannot be asked at present.
        """
        tree = await self.tree()
        wanted = {code for code in codes.values() if code is not None}
        if any(code not in tree for code in wanted):
            tree = await self.tree(fresh=True)
            for code in sorted(wanted):
                if code not in tree:
                    await self._fetch(code)
            tree = await self.tree(fresh=True)
        missing = [pointer for pointer, code in codes.items() if code is not None and code not in tree]
        if missing:
            message = Text("该单位代码不在单位目录中", "This unit code is not in the directory")
            raise UnknownUnit(errors=[FieldError(pointer, "unknown_unit", message) for pointer in missing])
        return tree

    async def learn_principal(self, sub: str) -> None:
        """Ask the owner for somebody whom the copy does not know yet; whoever the owner does not know stays unknown.

        Raises:
            PeerFailed: the owner cannot be asked at present.
        """
        async with self._database.sessions() as session:
            if await find_principal(session, sub) is not None:
                return
        document = await self._ask(f"/v1/principals/{quote(sub, safe='')}")
        if document is not None:
            async with self._database.sessions.begin() as session:
                await store_principal(session, document)

    async def _fetch(self, code: str) -> None:
        if not _UNIT_CODE.match(code):
            return  # names no unit, and must not steer the address that is asked
        document = await self._ask(f"/v1/units/{code}")
        if document is None:
            return
        async with self._database.sessions.begin() as session:
            await store_unit(session, document)
        if document.get("parent_code") and document["parent_code"] not in await self.tree(fresh=True):
            await self._fetch(document["parent_code"])

    async def _ask(self, path: str) -> Mapping[str, Any] | None:
        if OWNER not in self._peers:
            return None  # the owner itself, and a service that was told of none: nobody else can know
        try:
            response = await self._peers[OWNER].call("GET", path)
        except PeerFailed as error:
            # Not knowing is not the same as knowing that there is none: the caller may be right.
            log.warning("directory_fetch_failed", exc_info=error)
            raise
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            log.warning("directory_fetch_refused", status=response.status_code)
            raise PeerFailed(members={"peer": OWNER})
        document: Mapping[str, Any] = response.json()
        return document


_UNIT_FIELDS = (
    "code", "name", "unit_type", "parent_code", "level", "aliases", "linked_office", "host_units", "contact",
    "supervision_type", "in_charge", "version",
)  # fmt: skip
_LISTS = frozenset({"aliases", "host_units", "in_charge"})


def unit_of_row(row: Mapping[Any, Any]) -> Unit:
    """A directory row as a ``Unit``."""
    values: dict[str, Any] = {name: row[name] for name in _UNIT_FIELDS}
    values |= {name: tuple(values[name] or ()) for name in _LISTS}
    return Unit(**values)


async def store_unit(session: AsyncSession, document: Mapping[str, Any]) -> None:
    """Write one unit into the copy unless a newer version is there; safe to repeat."""
    values = {name: list(document.get(name) or ()) if name in _LISTS else document.get(name) for name in _UNIT_FIELDS}
    await _store_newer(session, tables.unit_copy, values, key="code")


async def store_principal(session: AsyncSession, document: Mapping[str, Any]) -> None:
    """Write one principal into the copy unless a newer version is there; safe to repeat."""
    names = ("sub", "unit", "roles", "clearance", "cadre_id", "version")
    values = {name: document.get(name) for name in names}
    values["roles"] = list(document.get("roles") or ())
    await _store_newer(session, tables.principal_copy, values, key="sub")


async def _store_newer(session: AsyncSession, table: Any, values: dict[str, Any], *, key: str) -> None:
    statement = insert(table).values(values)
    changes = {name: statement.excluded[name] for name in values if name != key}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c[key]], set_=changes, where=table.c.version < statement.excluded.version
        )
    )


@dataclass(frozen=True)
class KnownPrincipal:
    """Somebody as the copy knows them."""

    sub: str
    unit: str | None
    roles: tuple[str, ...]


async def find_principal(session: AsyncSession, sub: str) -> KnownPrincipal | None:
    """Somebody by their subject, or None where the copy does not know them."""
    table = tables.principal_copy
    row = (await session.execute(select(table.c.sub, table.c.unit, table.c.roles).where(table.c.sub == sub))).first()
    return KnownPrincipal(row.sub, row.unit, tuple(row.roles)) if row is not None else None


async def holders_of(session: AsyncSession, unit: str, roles: Sequence[str]) -> list[str]:
    """The subs of the people of a unit who hold one of the roles, sorted."""
    table = tables.principal_copy
    held = table.c.roles.op("?|")(cast(list(roles), ARRAY(String)))
    rows = await session.execute(select(table.c.sub).where(table.c.unit == unit, held).order_by(table.c.sub))
    return [str(row[0]) for row in rows]
