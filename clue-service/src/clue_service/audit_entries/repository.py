"""SQL of the audit log as auditors read it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.seals import Seal, audit_seal, seal_of_row
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from clue_service.access.row_security import reads_as_engine
from clue_service.audit_entries.filters import AuditFilter
from clue_service.audit_entries.policy import AuditScope
from clue_service.clues.models import Clue

_ENTRY = tables.audit_entry.c
_READ_FIRST = 20_000
"""Entries that are read one by one before clues and units are asked."""
_FEW = 2_000
"""Clues of a commission that are asked one by one."""
_OFTEN = ("read", "list", "register", "match", "read_candidates")
"""What nearly every entry is about; of everything else there is an index."""
_IS_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@reads_as_engine
async def list_entries(
    session: AsyncSession,
    scope: AuditScope,
    wanted: AuditFilter,
    *,
    hidden: Collection[UUID],
    before: int | None,
    limit: int,
) -> Sequence[Any]:
    """Rows of the log within a scope, newest first; none about the ``hidden`` objects."""
    conditions = _conditions(wanted)
    if hidden:
        conditions.append(_ENTRY.object_id.not_in([str(one) for one in sorted(hidden)]))
    end = before if before is not None else await _end(session)
    conditions.append(_ENTRY.id < end)
    if wanted.object_id is not None:
        return await _rows(session, [_within(scope), *conditions], limit)
    # The newest entries hold a page of every commission that does much. Of one that does little they hold few, and to
    # read on would be to read the whole log: then its clues and its units are asked, which are few as well.
    found = await _rows(session, [_within(scope), *conditions, _ENTRY.id >= end - _READ_FIRST], limit)
    if len(found) == limit or end <= _READ_FIRST:
        return found
    if await _is_large(session, scope):
        return await _rows(session, [_within(scope), *conditions], limit)
    of_units = [_entries([_ENTRY.unit == unit, *conditions], limit) for unit in sorted(scope.units)]
    own = select(Clue.id).where(Clue.commission == scope.commission).offset(0).subquery()
    about = and_(_ENTRY.object_type == "clue", _ENTRY.object_id == cast(own.c.id, Text))
    of_clues = select(_ENTRY.id).select_from(own).join(tables.audit_entry, about).where(*conditions)
    queries = [*of_units, of_clues.order_by(_ENTRY.id.desc()).limit(limit)]
    ids = union(*(select(query.subquery()) for query in queries)).subquery()
    return await _rows(session, [_ENTRY.id.in_(select(ids.c.id))], limit)


def _entries(conditions: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    return select(_ENTRY.id).where(*conditions).order_by(_ENTRY.id.desc()).limit(limit)


async def _rows(session: AsyncSession, conditions: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Any]:
    query = select(tables.audit_entry).where(*conditions).order_by(_ENTRY.id.desc()).limit(limit)
    return (await session.execute(query)).all()


async def _is_large(session: AsyncSession, scope: AuditScope) -> bool:
    beyond = select(Clue.id).where(Clue.commission == scope.commission).order_by(Clue.id).offset(_FEW).limit(1)
    return await session.scalar(beyond) is not None


async def _end(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.max(_ENTRY.id))) or 0) + 1


def _within(scope: AuditScope) -> ColumnElement[bool]:
    # The case keeps what is no id from being read as one.
    is_clue = and_(_ENTRY.object_type == "clue", _ENTRY.object_id.regexp_match(_IS_UUID))
    of_commission = exists().where(Clue.id == cast(_ENTRY.object_id, Uuid), Clue.commission == scope.commission)
    return or_(_ENTRY.unit.in_(sorted(scope.units)), case((is_clue, of_commission), else_=false()))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    equal: dict[Any, str | None] = {
        _ENTRY.object_type: wanted.object_type,
        _ENTRY.object_id: wanted.object_id,
        _ENTRY.action: wanted.action,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.action is not None and wanted.action not in _OFTEN:
        # Constants in the statement: the planner must see that the index holds all that is asked for.
        often: BindParameter[str] = bindparam("often", list(_OFTEN), expanding=True, literal_execute=True)
        conditions.append(_ENTRY.action.not_in(often))
    if wanted.actor is not None:
        conditions.append(or_(_ENTRY.actor == wanted.actor, _ENTRY.acting_for == wanted.actor))
    if wanted.since is not None:
        conditions.append(_ENTRY.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_ENTRY.at < wanted.until)
    return conditions


async def list_seals(session: AsyncSession, *, before: int | None, limit: int) -> list[tuple[Seal, Any]]:
    """Seals with the instant they were made, newest first."""
    query = select(audit_seal).order_by(audit_seal.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_seal.c.id < before)
    return [(seal_of_row(row), row["sealed_at"]) for row in (await session.execute(query)).mappings()]
