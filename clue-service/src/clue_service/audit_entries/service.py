"""Reading the audit log, which is itself logged."""

from chassis.directory import UnitTree
from chassis.pagination import Page, encode_cursor
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.audit_entries import repository
from clue_service.audit_entries.filters import AuditFilter
from clue_service.audit_entries.policy import scope_of, shown
from clue_service.audit_entries.schemas import AuditEntryOut, AuditSealOut
from clue_service.recusals import service as recusals


async def list_entries(
    uow: Uow, viewer: Viewer, tree: UnitTree, wanted: AuditFilter, *, before: int | None, limit: int
) -> Page[AuditEntryOut]:
    """Entries about the auditor's commission, newest first."""
    scope = scope_of(viewer, tree)
    hidden = await recusals.met_nowhere(uow, viewer)
    rows = (
        await repository.list_entries(uow.session, scope, wanted, hidden=hidden, before=before, limit=limit + 1)
        if scope
        else []
    )
    await uow.audit(
        "read", "audit_log", wanted.object_id or "-", detail={"filters": wanted.given(), "rows": len(rows[:limit])}
    )
    return Page(
        items=[
            AuditEntryOut.model_validate(
                {**row._mapping, "detail": shown(row.detail, hidden)}  # noqa: SLF001 - SQLAlchemy's public name for it
            )
            for row in rows[:limit]
        ],
        next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


async def list_seals(uow: Uow, *, before: int | None, limit: int) -> Page[AuditSealOut]:
    """The chain's newest links."""
    found = await repository.list_seals(uow.session, before=before, limit=limit + 1)
    await uow.audit("read", "audit_seals", "-", detail={"rows": len(found[:limit])})
    return Page(
        items=[
            AuditSealOut(id=seal.id, entries=seal.entries, sealed_at=sealed_at, head=seal.head)
            for seal, sealed_at in found[:limit]
        ],
        next_cursor=encode_cursor(found[limit - 1][0].id) if len(found) > limit else None,
    )
