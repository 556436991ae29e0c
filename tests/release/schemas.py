"""What a database has, as a release's code meets it, and what a newer schema must not take from an older release."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    not a.attnotnull, a.atthasdef or a.attidentity <> '' or a.attgenerated <> ''
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
"""
# Checks and foreign keys; unique and exclusion constraints are indexes as well, so they are looked at there.
_CONSTRAINTS = """
select r.relname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_class r on r.oid = k.conrelid
where k.connamespace = 'public'::regnamespace and k.contype in ('c', 'f')
"""
_UNIQUE = """
select t.relname, regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')
from pg_index i join pg_class t on t.oid = i.indrelid
where t.relnamespace = 'public'::regnamespace and (i.indisunique or i.indisexclusion)
"""


@dataclass(frozen=True)
class Column:
    """A column as SQL sees it."""

    type: str
    is_nullable: bool = True
    has_default: bool = False


@dataclass(frozen=True)
class Schema:
    """Tables with their columns, and what refuses rows."""

    tables: Mapping[str, Mapping[str, Column]]
    refusing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Definitions of checks, foreign keys and unique indexes, by table."""


def read_schema(connection: Connection) -> Schema:
    """The schema of a database."""
    tables: dict[str, dict[str, Column]] = {}
    for table, name, kind, is_nullable, has_default in connection.execute(text(_COLUMNS)):
        tables.setdefault(table, {})[name] = Column(kind, is_nullable, has_default)
    refusing: dict[str, set[str]] = {}
    for query in (_CONSTRAINTS, _UNIQUE):
        for table, definition in connection.execute(text(query)):
            refusing.setdefault(table, set()).add(definition)
    return Schema(tables, {table: frozenset(found) for table, found in refusing.items()})


def taken_from(old: Schema, new: Schema) -> list[str]:
    """What a release that knows ``old`` could do, and cannot do on ``new``; one sentence each."""
    found = []
    for table, columns in old.tables.items():
        if table not in new.tables:
            found.append(f"{table}: gone")
            continue
        present = new.tables[table]
        for name, column in columns.items():
            found += _taken_from_column(f"{table}.{name}", column, present.get(name))
        found += [
            f"{table}.{name}: new, and the old release does not fill it"
            for name, column in present.items()
            if name not in columns and not (column.is_nullable or column.has_default)
        ]
        found += [
            f"{table}: refuses more: {definition}"
            for definition in new.refusing.get(table, frozenset()) - old.refusing.get(table, frozenset())
        ]
    return sorted(found)


def _taken_from_column(name: str, old: Column, new: Column | None) -> list[str]:
    if new is None:
        return [f"{name}: gone"]
    found = []
    if new.type != old.type:
        found.append(f"{name}: was {old.type}, is {new.type}")
    if old.is_nullable and not new.is_nullable:
        found.append(f"{name}: must be filled now")
    if old.has_default and not (new.has_default or new.is_nullable):
        found.append(f"{name}: has no default any more")
    return found
