"""Asking for an entry of the library with a purpose until a day, and deciding on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.errors import NotFound, invalid_field
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.library_items import service as items
from clue_service.library_items.domain import is_current
from clue_service.library_items.models import LibraryItem
from clue_service.library_items.policy import looks_after
from clue_service.library_requests import domain, repository
from clue_service.library_requests.domain import MOVES, RequestState
from clue_service.library_requests.errors import LibraryItemOpen, LibraryRequestNotYours, LibraryRequestOver
from clue_service.library_requests.events import emit_request
from clue_service.library_requests.models import LibraryRequest
from clue_service.library_requests.schemas import AskForLibraryItemIn, LibraryRequestOut
from clue_service.library_requests.settings import LibrarySettings
from clue_service.recusals import telling
from clue_service.recusals.reach import Item

_PAST = {"grant": "granted", "refuse": "refused", "withdraw": "withdrawn", "revoke": "revoked"}


async def ask_for_item(uow: Uow, viewer: Viewer, body: AskForLibraryItemIn) -> LibraryRequest:
    """Ask to read an entry whose card the caller sees. Raises NotFound, LibraryItemOpen, Invalid."""
    item, ground = await items.met_item(uow, viewer, body.item_id)
    if ground is not None:
        raise LibraryItemOpen
    values = {
        "item_id": item.id,
        "owner_unit": item.owner_unit,
        "commission": item.commission,
        "requester": viewer.sub,
        "requester_unit": viewer.unit,
        "purpose": body.purpose,
        "state": RequestState.REQUESTED.value,
        "version": 1,
        "requested_at": uow.now,
        "expires_at": _checked(uow, body.expires_at),
    }
    request = await repository.add_request(uow.session, values)
    if request is None:
        raise LibraryItemOpen
    await telling.tell_of_new(uow, Item("library_request", request.id))
    await uow.audit("request", "library_item", item.id, purpose=f"request:{request.id}")
    await emit_request(uow, "requested", request, item)
    return request


def _checked(uow: Uow, asked: datetime, latest: datetime | None = None) -> datetime:
    expires_at = asked if asked.tzinfo else asked.replace(tzinfo=uow.clock.zone)
    longest = LibrarySettings().library_grant_max_days
    until = min(uow.now + timedelta(days=longest), latest or datetime.max.replace(tzinfo=uow.clock.zone))
    if not uow.now < expires_at <= until:
        raise invalid_field(
            "/expires_at",
            "out_of_range",
            f"须在此后 {longest} 天之内，且不晚于所申请的期限",
            f"Must lie within the next {longest} days, and not after what was asked for",
        )
    return expires_at


async def met_request(
    uow: Uow, viewer: Viewer, request_id: UUID, *, lock: bool = False
) -> tuple[LibraryRequest, LibraryItem]:
    """A request for who made it and who decides on it, with its entry; raises NotFound."""
    request = await repository.find_request(uow.session, viewer, request_id, lock=lock)
    if request is None:
        raise NotFound
    item = await items.find_met(uow, viewer, request.item_id)
    if item is None or not (request.requester == viewer.sub or looks_after(viewer, item)):
        raise NotFound
    return request, item


async def list_requests(
    uow: Uow, viewer: Viewer, *, is_received: bool, state: str | None, before: UUID | None, limit: int
) -> list[LibraryRequest]:
    """Requests the caller made, or may decide on, newest first."""
    found = await repository.list_requests(
        uow.session, viewer, is_received=is_received, state=state, before=before, limit=limit
    )
    await uow.audit("list", "library_request", "-", detail={"count": len(found)})
    return list(found)


async def describe(uow: Uow, viewer: Viewer, requests: Sequence[LibraryRequest]) -> list[LibraryRequestOut]:
    """Requests as the viewer sees them; those for entries the viewer does not meet any more are left out."""
    entries = await items.met_items(uow, viewer, [one.item_id for one in requests])
    shown = []
    for request in requests:
        item = entries.get(request.item_id)
        is_mine = request.requester == viewer.sub
        decides = item is not None and looks_after(viewer, item)
        if item is None or not (is_mine or decides):
            continue
        columns = {name: getattr(request, name) for name in LibraryRequestOut.model_fields if hasattr(request, name)}
        columns["state"] = domain.state_of(request, uow.now)
        moves = domain.moves_of(request, uow.now, is_requester=is_mine, decides=decides)
        shown.append(LibraryRequestOut.model_validate({**columns, "allowed_moves": moves}))
    return shown


async def move_request(
    uow: Uow,
    viewer: Viewer,
    request_id: UUID,
    verb: str,
    seen: int | None,
    *,
    reason: str | None = None,
    expires_at: datetime | None = None,
) -> LibraryRequest:
    """Grant, refuse, withdraw or revoke.

    Raises NotFound, LibraryRequestNotYours, StaleVersion, MoveRefused, LibraryRequestOver, Invalid.
    """
    request, item = await met_request(uow, viewer, request_id, lock=True)
    if verb == "withdraw":
        is_allowed = request.requester == viewer.sub
    else:
        is_allowed = looks_after(viewer, item) and request.requester != viewer.sub
    if not is_allowed:
        raise LibraryRequestNotYours
    check_version(seen, request.version)
    move = MOVES.take(verb, request.state)
    if request.expires_at <= uow.now and verb in ("grant", "revoke"):
        raise LibraryRequestOver
    if verb == "grant" and expires_at is not None:
        request.expires_at = _checked(uow, expires_at, request.expires_at)
    request.state = str(move.target)
    request.decided_by, request.decided_at, request.decision_reason = viewer.sub, uow.now, reason
    request.version += 1
    await uow.session.flush()
    await uow.audit(f"{verb}_request", "library_item", request.item_id, purpose=f"request:{request.id}")
    await emit_request(uow, _PAST[verb], request, item)
    return request


async def tell_ending_grants(resources: Resources) -> None:
    """Say once of every grant that it ends soon; of one whose entry is closed meanwhile there is nothing to say."""
    span = timedelta(days=LibrarySettings().library_expiry_notice_days)
    while True:
        async with resources.transactions(SYSTEM) as uow:
            request = await repository.lock_one_ending(uow.session, uow.now, span)
            if request is None:
                return
            request.expiry_told_at = uow.now
            item = await items.kept_item(uow, request.item_id)
            if is_current(item, uow.now):
                request.version += 1
                await uow.session.flush()
                await emit_request(uow, "expiring", request, item)
