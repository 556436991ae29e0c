"""What is owed to reporters follows from the clue's events; the office gives it, exactly once."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import NotFound, invalid_field
from chassis.uow import Uow

from clue_service.access.row_security import as_engine
from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import ACCEPTANCE_NOTICE, RESULT_NOTICE, end_of_day
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.service import Desk, steps_of, take_step
from clue_service.reporter_notices import domain, repository
from clue_service.reporter_notices.domain import Kind, NoticeState, Part
from clue_service.reporter_notices.errors import NotAcceptedYet
from clue_service.reporter_notices.events import emit_notice
from clue_service.reporter_notices.models import ReporterNotice
from clue_service.reporter_notices.schemas import GiveIn, ReporterNoticeOut

REAL_NAME = "real_name"
RULE_OF_KIND = {Kind.ACCEPTANCE: ACCEPTANCE_NOTICE, Kind.RESULT: RESULT_NOTICE}


async def owe(uow: Uow, clue_id: UUID, clue_version: int, kind: Kind, since: date | None = None) -> None:
    """Owe the reporter a notice from a day on; nothing to who is anonymous, and nothing for a repeat.

    Safe to repeat and to hear of late: events older than what is known change nothing, and what was given stays given.
    Without ``since`` it is owed from the day the clue came in.
    """
    clue = (await _owed(uow, [clue_id])).get(clue_id)
    if clue is None:
        return
    since = since or clue.received_on
    due = await deadlines.due_for(uow, RULE_OF_KIND[kind].name, since)
    due_at = end_of_day(due.on, uow.clock.zone)
    values = {
        "clue_id": clue_id,
        "clue_no": clue.clue_no,
        "kind": kind.value,
        "state": NoticeState.OWED.value,
        "version": 0,
        "clue_version": clue_version,
        "commission": clue.commission,
        "since": since,
        "due_at": due_at,
        "due_provisional": due.is_provisional,
    }
    added = await repository.add_notice(uow.session, values)
    notice = added or await repository.lock_of_clue(uow.session, clue_id, kind)
    assert notice is not None
    if added is None:
        if notice.clue_version >= clue_version or notice.state != NoticeState.NOT_OWED:
            return
        notice.clue_version, notice.since, notice.due_at = clue_version, since, due_at
        notice.due_provisional = due.is_provisional
    await take_step(uow, domain.ITEM, notice, "owe", NoticeState.OWED)
    await emit_notice(uow, "clue.reporter_notice.owed.v1", notice)


async def owed_among(uow: Uow, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues whose reporters can be owed a notice: they gave their names, and it is no repeat."""
    return set(await _owed(uow, clue_ids))


async def _owed(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, Any]:
    found = await repository.list_reported(uow.session, clue_ids)
    return {one.id: one for one in found if one.reporter_identity == REAL_NAME and one.first_clue_id is None}


def rule_and_start(notice: ReporterNotice) -> tuple[str, date] | None:
    """Which rule counts a notice, and from which day; None for those of before the day was stored."""
    return (RULE_OF_KIND[Kind(notice.kind)].name, notice.since) if notice.since is not None else None


async def drop(uow: Uow, clue_id: UUID, clue_version: int, kind: Kind) -> None:
    """A notice is not owed (any more); one that was given stays given. Safe to repeat and to hear of late."""
    notice = await repository.lock_of_clue(uow.session, clue_id, kind)
    if notice is None or notice.clue_version >= clue_version or notice.state != NoticeState.OWED:
        return
    notice.clue_version = clue_version
    await take_step(uow, domain.ITEM, notice, "drop", NoticeState.NOT_OWED)
    await emit_notice(uow, "clue.reporter_notice.dropped.v1", notice)


async def owed_kinds(uow: Uow, clue_id: UUID) -> list[str]:
    """What the reporter of a clue is still owed, sorted."""
    return await repository.owed_kinds(uow.session, clue_id)


async def forfeit(uow: Uow, clue_id: UUID, kind: Kind) -> None:
    """A person decided that the reporter is owed nothing more: the report was a false accusation. Safe to repeat."""
    async with as_engine(uow.session):  # whoever decides sits above the office that sees the notice
        notice = await repository.lock_of_clue(uow.session, clue_id, kind)
        if notice is None or notice.state != NoticeState.OWED:
            return
        await take_step(uow, domain.ITEM, notice, "forfeit", NoticeState.NOT_OWED)
        await emit_notice(uow, "clue.reporter_notice.dropped.v1", notice)


async def _give(moving: Moving[ReporterNotice], body: GiveIn) -> Step:
    notice, uow = moving.item, moving.uow
    if body.given_on > uow.clock.today():
        raise invalid_field("/given_on", "future", "不得晚于今天", "Must not lie in the future")
    clue = await _clue_of(uow, notice)
    if clue.status in ("registered", "retained_as_repeat"):
        raise NotAcceptedYet(members={"status": clue.status})
    notice.method, notice.given_on, notice.given_by = body.method, body.given_on, moving.deed.actor
    return Step()


async def _clue_of(uow: Uow, notice: ReporterNotice) -> Clue:
    return (await clues.clues_by_id(uow, [notice.clue_id]))[notice.clue_id]


async def _lock(desk: Desk, notice_id: UUID) -> ReporterNotice | None:
    return await repository.find_visible(desk.uow.session, desk.viewer, notice_id, lock=True)


_OFFICE: frozenset[str] = frozenset({Part.OFFICE.value})
"""Whoever sees a notice sits in the office."""
_ACTIONS: dict[str, acting.Action] = {"give": _give}
MACHINE = Machine[ReporterNotice](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=_lock,
    parts=lambda _desk, _notice: _OFFICE,
    actions=_ACTIONS,
    emit=emit_notice,
)


async def visible_notice(desk: Desk, notice_id: UUID) -> ReporterNotice:
    """The notice; raises NotFound where the viewer may not see it."""
    found = await repository.find_visible(desk.uow.session, desk.viewer, notice_id)
    if found is None:
        raise NotFound
    return found


LEDGER = Ledger(ReporterNotice, repository.parts_of)


async def describe_notices(desk: Desk, notices: Sequence[ReporterNotice]) -> list[ReporterNoticeOut]:
    """Notices as the office sees them."""
    steps = await steps_of(desk.uow, [notice.id for notice in notices])
    return [_described(desk, notice, steps[notice.id]) for notice in notices]


def _described(desk: Desk, notice: ReporterNotice, steps: Sequence[Any]) -> ReporterNoticeOut:
    columns = {name: getattr(notice, name, None) for name in ReporterNoticeOut.model_fields}
    more = {
        "is_overdue": notice.state == NoticeState.OWED and notice.due_at < desk.uow.now,
        "objections": sum(step.verb == "note-objection" for step in steps),
        "allowed_moves": allowed_to(domain.MOVES, desk.viewer, _OFFICE, notice.state),
    }
    return ReporterNoticeOut.model_validate({**columns, **more})
