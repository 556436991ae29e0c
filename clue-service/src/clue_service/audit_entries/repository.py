"""SQL of the audit log as auditors read it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.seals import Seal, audit_seal, seal_of_row
from sqlalchemy import ColumnElement, Uuid, and_, case, cast, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from clue_service.access.row_security import reads_as_engine
from clue_service.audit_entries.filters import AuditFilter
from clue_service.audit_entries.policy import AuditScope
from clue_service.clues.models import Clue

_ENTRY = tables.audit_entry.c
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
    query = select(tables.audit_entry).where(_within(scope), *_conditions(wanted))
    if hidden:
        query = query.where(_ENTRY.object_id.not_in([str(one) for one in sorted(hidden)]))
    if before is not None:
        query = query.where(_ENTRY.id < before)
    return (await session.execute(query.order_by(_ENTRY.id.desc()).limit(limit))).all()


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
