"""The audit log over HTTP, for auditors."""

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated

from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor
from chassis.web import UowDep, require
from fastapi import APIRouter, Query

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.audit_entries import service
from clue_service.audit_entries.filters import AuditFilter
from clue_service.audit_entries.schemas import AuditEntryOut, AuditSealOut

router = APIRouter(tags=["audit log"])
Auditor = Annotated[Principal, require("auditor")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=100)]
_Code = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f]+$")]


@router.get("/v1/audit-entries")
async def list_audit_entries(
    _caller: Auditor,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    object_type: _Code = None,
    object_id: _Code = None,
    actor: _Code = None,
    action: _Code = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[AuditEntryOut]:
    """What the people of your commission did, and all that was done with its clues, newest first.

    `actor` also finds what a service did for that person. Reading the log is logged.
    """
    since, until = _aware("/query/since", since, uow), _aware("/query/until", until, uow)
    wanted = AuditFilter(object_type, object_id, actor, action, since, until)
    before = decode_cursor(cursor, int)[0] if cursor else None
    return await service.list_entries(uow, viewer, tree, wanted, before=before, limit=limit)


def _aware(pointer: str, instant: datetime | None, uow: UowDep) -> datetime | None:
    if instant is not None and not MINYEAR < instant.year < MAXYEAR:
        raise invalid_field(pointer, "out_of_range", "超出可用时间范围", "Lies outside the calendar")
    # An instant without an offset is civil time here.
    return instant.replace(tzinfo=uow.clock.zone) if instant is not None and instant.tzinfo is None else instant


@router.get("/v1/audit-seals")
async def list_audit_seals(
    _caller: Auditor, uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[AuditSealOut]:
    """The links of the chain over the log, newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    return await service.list_seals(uow, before=before, limit=limit)
