"""Use cases of exports: asking, agreeing, making the file, fetching it, and its end."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.identity import SYSTEM
from chassis.service import Resources

from clue_service.access.policy import Viewer
from clue_service.clue_exports import domain, policy, repository, sheets
from clue_service.clue_exports.domain import ExportState, Format, Part
from clue_service.clue_exports.errors import (
    ExportNotYours,
    ExportRightsEnded,
    NoExportFile,
    NothingToExport,
    TooManyToExport,
)
from clue_service.clue_exports.events import emit_export
from clue_service.clue_exports.models import ClueExport, ClueExportClue, ClueExportFile
from clue_service.clue_exports.schemas import ExportOut, RequestExportIn
from clue_service.clue_exports.settings import ExportSettings
from clue_service.clues import service as clues
from clue_service.clues.domain import ERASED
from clue_service.clues.filing import filed
from clue_service.clues.models import Clue
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to, refused
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.policy import highest
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, steps_of, take_step


def context_of(export_id: UUID) -> str:
    """What binds a sealed file to its export."""
    return f"clue_export:{export_id}"


async def request_export(desk: Desk, body: RequestExportIn) -> ClueExport:
    """Ask to take out a clue, or those of a selection, that the caller sees now.

    Raises NotFound, ExportNotYours, SubjectOfClue, NothingToExport, TooManyToExport.
    """
    uow, viewer = desk.uow, desk.viewer
    if viewer.service is not None or viewer.commission is None:
        raise ExportNotYours
    found = await _asked(desk, body)
    item = ClueExport(
        **body.model_dump(exclude={"filter"}),
        filter=body.filter.model_dump(mode="json", exclude_none=True) if body.filter else None,
        state=ExportState.REQUESTED,
        version=0,
        commission=viewer.commission,
        secrecy_level=highest(clue.secrecy_level for clue in found),
        requested_by=viewer.sub,
        requester_unit=viewer.unit,
        requested_at=uow.now,
    )
    uow.session.add(item)
    await uow.session.flush()
    uow.session.add_all([ClueExportClue(export_id=item.id, clue_id=clue.id) for clue in found])
    await take_step(uow, domain.ITEM, item, "request", None)
    await uow.audit_many("request_export", "clue", [clue.id for clue in found], detail={"export": str(item.id)})
    await emit_export(uow, domain.event("requested"), item)
    return item


async def _asked(desk: Desk, body: RequestExportIn) -> list[Clue]:
    uow, viewer, most = desk.uow, desk.viewer, ExportSettings().export_max_clues
    if body.clue_id is not None:
        one = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
        if one.commission != viewer.commission:
            raise ExportNotYours
        await clues.check_not_subject(uow, [one.id])
        seen: Sequence[Clue] = [one]
    else:
        assert body.filter is not None
        seen = (await clues.list_clues(uow, viewer, body.filter.as_filter(), after=None, limit=most + 1)).clues
        if len(seen) > most:
            raise TooManyToExport(members={"limit": most})
    about = await clues.about_actor(uow, [clue.id for clue in seen])
    found = [
        clue
        for clue in seen
        if clue.commission == viewer.commission and clue.status not in ERASED and clue.id not in about
    ]
    if not found:
        raise NothingToExport
    return found


async def _approve(moving: Moving[ClueExport], _body: Any) -> Step:
    item, uow = moving.item, moving.uow
    seen = await repository.clue_ids_of(uow.session, moving.deed.desk.viewer, item.id)
    await clues.check_not_subject(uow, seen)
    if not seen:
        raise NothingToExport
    await repository.mark(uow.session, item.id, seen, is_approved=True)
    await uow.audit_many("approve_export", "clue", seen, detail={"export": str(item.id)})
    item.expires_at = uow.now + timedelta(hours=ExportSettings().export_make_hours)
    return _decided(moving)


async def _refuse(moving: Moving[ClueExport], _body: Any) -> Step:
    return _decided(moving)


def _decided(moving: Moving[ClueExport]) -> Step:
    moving.item.decided_by, moving.item.decided_at = moving.deed.actor, moving.uow.now
    return Step()


async def _make(moving: Moving[ClueExport], _body: Any) -> Step:
    item, uow, viewer = moving.item, moving.uow, moving.deed.desk.viewer
    _check_in_time(moving)
    ids = await repository.clue_ids_of(uow.session, viewer, item.id, is_approved=True)
    about = await clues.about_actor(uow, ids)
    taken = await filed(uow, viewer, [one for one in ids if one not in about])
    if not taken:
        raise NothingToExport
    content = sheets.file_of(taken, Format(item.format), item.language, (str(item.id), moving.deed.actor), uow.now)
    ids = [clue.id for clue in taken]
    await repository.mark(uow.session, item.id, ids, is_taken=True)
    uow.session.add(ClueExportFile(export_id=item.id, sealed=moving.deed.desk.keys.seal(content, context_of(item.id))))
    item.made_at, item.taken, item.size = uow.now, len(ids), len(content)
    item.digest = hashlib.sha256(content).digest()
    item.expires_at = uow.now + timedelta(hours=ExportSettings().export_file_hours)
    await uow.audit_many("export", "clue", ids, detail={"export": str(item.id)})
    return Step()


async def _withdraw(moving: Moving[ClueExport], _body: Any) -> Step:
    _check_in_time(moving)
    await repository.destroy_file(moving.uow.session, moving.item.id)
    return Step()


def _check_in_time(moving: Moving[ClueExport]) -> None:
    state = domain.present_state(moving.item.state, moving.item.expires_at, moving.uow.now)
    if state != moving.item.state:
        raise refused(domain.MOVES, moving.deed.verb, state)


async def open_file(desk: Desk, export_id: UUID) -> tuple[ClueExport, bytes]:
    """The file, for whoever asked for it. Raises NotFound, NoExportFile, ExportRightsEnded."""
    uow = desk.uow
    item = await LEDGER.get(desk, export_id)
    if item.requested_by != desk.viewer.sub:
        raise NotFound
    state = domain.present_state(item.state, item.expires_at, uow.now)
    sealed = await repository.find_file(uow.session, item.id) if state == ExportState.MADE else None
    if sealed is None:
        raise NoExportFile(members={"state": state})
    seen = await repository.clue_ids_of(uow.session, desk.viewer, item.id, is_taken=True)
    if len(seen) != item.taken or await clues.about_actor(uow, seen):
        raise ExportRightsEnded
    await uow.audit("fetch", domain.ITEM, item.id)
    await uow.audit_many("read_export", "clue", seen, detail={"export": str(item.id)})
    return item, desk.keys.open(sealed, context_of(item.id))


async def end_late(resources: Resources) -> None:
    """End exports whose time is over, and destroy their files."""
    while True:
        async with resources.transactions(SYSTEM) as uow:
            item = await repository.lock_one_late(uow.session, uow.now)
            if item is None:
                return
            await repository.destroy_file(uow.session, item.id)
            await take_step(uow, domain.ITEM, item, "expire", ExportState.EXPIRED)
            await emit_export(uow, domain.event("ended"), item)


LEDGER = Ledger(ClueExport, repository.parts_of, repository.of_clue)
_ACTIONS: dict[str, acting.Action] = {
    "approve": _approve,
    "refuse": _refuse,
    "make": _make,
    "withdraw": _withdraw,
}
MACHINE = Machine[ClueExport](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_export,
)


async def describe_exports(desk: Desk, items: Sequence[ClueExport]) -> list[ExportOut]:
    """Exports as the viewer's part shows them."""
    ids = [item.id for item in items]
    steps = await steps_of(desk.uow, ids)
    counts = await repository.count_clues(desk.uow.session, desk.viewer, ids)
    return [_described(desk.viewer, desk.uow.now, item, counts.get(item.id, 0), steps[item.id]) for item in items]


def _described(viewer: Viewer, now: Any, item: ClueExport, count: int, steps: Sequence[Any]) -> ExportOut:
    parts = policy.parts_in(viewer, item)
    state = domain.present_state(item.state, item.expires_at, now)
    has_file = state == ExportState.MADE and Part.REQUESTER in parts
    columns = {name: getattr(item, name) for name in ExportOut.model_fields if hasattr(item, name)}
    return ExportOut(
        **{**columns, "state": state},
        clues=count,
        file=f"/v1/clue-exports/{item.id}/file" if has_file else None,
        my_parts=sorted(Part(part) for part in parts),
        allowed_moves=allowed_to(domain.MOVES, viewer, parts, state),
        steps=[StepOut.model_validate(step) for step in steps],
    )
