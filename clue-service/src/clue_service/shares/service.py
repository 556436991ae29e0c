"""Sharing parts of a clue with one person for one purpose until a day; every reading is told to those who gave it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import LEADERS, Access, Viewer, reasons_to_see
from clue_service.clues import describing
from clue_service.clues import repository as clue_rows
from clue_service.clues import service as clues
from clue_service.clues.approval_schemas import approval_record
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.errors import OwnApproval
from clue_service.clues.models import Clue
from clue_service.clues.schemas import ApprovalOut
from clue_service.recusals import service as recusals
from clue_service.shares import repository
from clue_service.shares.domain import redacted, shown_parts, state_of
from clue_service.shares.errors import ShareNotYours, ShareOver
from clue_service.shares.models import Share, ShareReading
from clue_service.shares.schemas import GrantShareIn, SharedClueOut, ShareOut
from clue_service.shares.settings import ShareSettings


async def grant_share(uow: Uow, viewer: Viewer, clue_id: UUID, body: GrantShareIn) -> Share:
    """Let one person see parts of a clue. Raises NotFound, ShareNotYours, Invalid."""
    clue = await clues.visible_clue(uow, viewer, clue_id)
    if {Access.OFFICE, Access.LEADER}.isdisjoint(reasons_to_see(viewer, clue)):
        raise ShareNotYours
    expires_at = body.expires_at if body.expires_at.tzinfo else body.expires_at.replace(tzinfo=uow.clock.zone)
    longest = ShareSettings().share_max_days
    if not uow.now < expires_at <= uow.now + timedelta(days=longest):
        raise invalid_field(
            "/expires_at", "out_of_range", f"须在此后 {longest} 天之内", f"Must lie within the next {longest} days"
        )
    await _check_approval(uow, viewer, clue, body)
    share = Share(
        clue_id=clue.id,
        commission=clue.commission,
        grantee=body.grantee,
        parts=sorted(set(body.parts)),
        purpose=body.purpose,
        approval=approval_record(body.approved_by),
        expires_at=expires_at,
        granted_by=viewer.sub,
        granted_at=uow.now,
        version=1,
    )
    uow.session.add(share)
    await uow.session.flush()
    detail = {"parts": share.parts, "expires_at": expires_at.isoformat()}
    await uow.audit("share", "clue", clue.id, purpose=f"share:{share.id}", detail=detail)
    return share


async def _check_approval(uow: Uow, viewer: Viewer, clue: Clue, body: GrantShareIn) -> None:
    if body.approved_by == body.grantee:
        raise OwnApproval
    asked = Asked(LEADERS, own_units(clue))
    may_be_own = leads_over(viewer, clue)
    await check_approval(uow, viewer, clue, body.approved_by, asked, may_be_own=may_be_own)


async def visible_share(uow: Uow, viewer: Viewer, share_id: UUID, *, lock: bool = False) -> Share:
    """A share for its grantee and for those who look after it; raises NotFound."""
    share = await repository.find_share(uow.session, share_id, lock=lock)
    if share is None or not (share.grantee == viewer.sub or _looks_after(viewer, share)):
        raise NotFound
    if not await repository.is_cleared_for(uow.session, viewer, share.id):
        raise NotFound
    await recusals.check_not_recused(uow, viewer, [share.clue_id])
    return share


def _looks_after(viewer: Viewer, share: Share) -> bool:
    return share.granted_by == viewer.sub or share.commission in (viewer.office_of, viewer.leads)


async def list_shares(
    uow: Uow, viewer: Viewer, *, is_received: bool, before: UUID | None, limit: int
) -> Sequence[Share]:
    """Shares the caller received, or those of the commission whose office or leader the caller is, newest first."""
    commission = viewer.office_of or viewer.leads
    if not is_received and commission is None:
        return []
    found = await repository.list_shares(
        uow.session,
        viewer,
        grantee=viewer.sub if is_received else None,
        commission=None if is_received else commission,
        before=before,
        limit=limit,
    )
    await uow.audit("list", "share", "-", detail={"count": len(found)})
    return found


async def describe(uow: Uow, viewer: Viewer, shares: Sequence[Share]) -> list[ShareOut]:
    """Shares as the viewer sees them."""
    counts = await repository.count_readings(uow.session, [share.id for share in shares])
    return [_described(share, viewer, uow.now, counts.get(share.id, 0)) for share in shares]


def _described(share: Share, viewer: Viewer, now: datetime, readings: int) -> ShareOut:
    given = {
        "approval": ApprovalOut(**share.approval),
        "state": state_of(share, now),
        "readings": readings if _looks_after(viewer, share) else None,
    }
    columns = {name: getattr(share, name) for name in ShareOut.model_fields if name not in given}
    return ShareOut.model_validate({**columns, **given})


async def revoke_share(uow: Uow, viewer: Viewer, share_id: UUID, seen: int | None) -> Share:
    """End a share before its time. Raises NotFound, ShareNotYours, StaleVersion, ShareOver."""
    share = await visible_share(uow, viewer, share_id, lock=True)
    if not _looks_after(viewer, share):
        raise ShareNotYours
    check_version(seen, share.version)
    if state_of(share, uow.now) != "active":
        raise ShareOver
    share.revoked_by, share.revoked_at = viewer.sub, uow.now
    share.version += 1
    await uow.session.flush()
    await uow.audit("revoke_share", "clue", share.clue_id, purpose=f"share:{share.id}")
    return share


async def read_shared_clue(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue_id: UUID, share_id: UUID | None = None
) -> tuple[Clue, SharedClueOut]:
    """The clue by the parts that are shared with the viewer, by one share or by all; the reading is written down.

    Raises NotFound.
    """
    active = await repository.list_active(uow.session, viewer, clue_id, uow.now)
    shares = [share for share in active if share_id in (None, share.id)]
    clue = await clue_rows.find_shared_clue(uow.session, clue_id) if shares else None
    if clue is None or viewer.sub in clue.recused:
        raise NotFound
    for share in shares:
        uow.session.add(ShareReading(share_id=share.id, reader=viewer.sub, unit=viewer.unit, read_at=uow.now))
        detail = {"parts": share.parts}
        await uow.audit("read_shared", "clue", clue.id, purpose=f"share:{share.id}", detail=detail)
    first, parts = shares[0], shown_parts(shares)
    shown = redacted(await describing.describe_clue(uow, viewer, tree, clue), parts)
    return clue, SharedClueOut(
        share_id=first.id, parts=parts, purpose=first.purpose, expires_at=first.expires_at, clue=shown
    )


async def list_readings(
    uow: Uow, viewer: Viewer, share_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ShareReading]:
    """Who read a share when, newest first, for those who look after it. Raises NotFound, ShareNotYours."""
    share = await visible_share(uow, viewer, share_id)
    if not _looks_after(viewer, share):
        raise ShareNotYours
    await uow.audit("read_readings", "share", share.id)
    return await repository.list_readings(uow.session, share.id, before=before, limit=limit)
