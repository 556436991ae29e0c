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
# What decides beside tables: by kind, the table it is on (functions: none), its name, and all it says.
_RULES = """
select 'policy', tablename::text, policyname::text,
    concat_ws(' ', permissive, cmd, 'to', array_to_string(roles, ', '), 'using', qual, 'check', with_check)
from pg_policies where schemaname = 'public'
union all select 'row security', relname::text, '',
    concat_ws(' ', case when relrowsecurity then 'on' end, case when relforcerowsecurity then 'forced' end)
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
union all select 'trigger', r.relname::text, t.tgname::text, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
from pg_trigger t join pg_class r on r.oid = t.tgrelid
where r.relnamespace = 'public'::regnamespace and not t.tgisinternal
union all select 'function', '', format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
    pg_get_functiondef(p.oid)
from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
"""


@dataclass(frozen=True, order=True)
class Rule:
    """A policy, a table's row security, a trigger or a function; ``table`` is empty for the last."""

    kind: str
    table: str
    name: str

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.table}:" if self.table else "", self.kind, self.name) if part)


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
    unique: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Unique indexes alone, by table: `on conflict` names them."""
    rules: Mapping[Rule, str] = field(default_factory=dict)


def read_schema(connection: Connection) -> Schema:
    """The schema of a database."""
    tables: dict[str, dict[str, Column]] = {}
    for table, name, kind, is_nullable, has_default in connection.execute(text(_COLUMNS)):
        tables.setdefault(table, {})[name] = Column(kind, is_nullable, has_default)
    refusing: dict[str, set[str]] = {}
    unique: dict[str, set[str]] = {}
    for query, kept in ((_CONSTRAINTS, [refusing]), (_UNIQUE, [refusing, unique])):
        for table, definition in connection.execute(text(query)):
            for one in kept:
                one.setdefault(table, set()).add(definition)
    rules = {Rule(*named): says for *named, says in connection.execute(text(_RULES))}
    return Schema(tables, _frozen(refusing), _frozen(unique), rules)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {table: frozenset(definitions) for table, definitions in found.items()}


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
        found += [
            f"{table}: no unique index any more, on which the old release may lean: {definition}"
            for definition in old.unique.get(table, frozenset()) - new.unique.get(table, frozenset())
        ]
    return sorted([*found, *_rules_changed(old, new)])


def _rules_changed(old: Schema, new: Schema) -> list[str]:
    """Rules of the old release's tables that are new, gone or other, and its functions that are gone or other."""
    found = []
    for rule, says in old.rules.items():
        if rule.table and rule.table not in new.tables:
            continue
        if rule not in new.rules:
            found.append(f"{rule}: gone")
        elif new.rules[rule] != says:
            found.append(f"{rule}: is another")
    return found + [f"{rule}: new" for rule in new.rules if rule.table in old.tables and rule not in old.rules]


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
