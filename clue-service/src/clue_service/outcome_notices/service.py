"""Telling outcomes to those who watch over the unit concerned, once each, and seeing to it that they take note."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.uow import Uow

from clue_service.access.contacts import contact_of
from clue_service.access.policy import Viewer
from clue_service.deadlines import service as deadlines
from clue_service.deadlines.domain import OUTCOME_ACKNOWLEDGEMENT, end_of_day
from clue_service.outcome_notices import domain, repository
from clue_service.outcome_notices.domain import Kind, NoticeState, Part
from clue_service.outcome_notices.events import emit_notice
from clue_service.outcome_notices.models import OutcomeNotice
from clue_service.outcome_notices.schemas import OutcomeNoticeOut
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.policy import represented_units
from clue_service.proceedings.service import Desk, take_step


@dataclass(frozen=True)
class Outcome:
    """What happened. ``source_ref`` is the same however often it is heard of; ``within`` one commission or anywhere."""

    source_ref: str
    kind: Kind
    outcome: str
    item_type: str
    item_id: UUID
    item_no: str | None
    about_units: Sequence[str]
    handling_unit: str
    secrecy_level: str
    within: str | None = None


async def tell_outcome(uow: Uow, tree: UnitTree, happened: Outcome) -> int:
    """Tell the linked office and the resident groups of every unit concerned; returns how many were told now."""
    due = await deadlines.due_for(uow, OUTCOME_ACKNOWLEDGEMENT.name, uow.clock.today())
    told = 0
    for about in sorted(set(happened.about_units)):
        for unit in domain.recipients(tree, about, happened.handling_unit, happened.within):
            values = {
                "state": NoticeState.NOTIFIED.value,
                "version": 0,
                "kind": happened.kind.value,
                "outcome": happened.outcome,
                "source_ref": happened.source_ref,
                "item_type": happened.item_type,
                "item_id": happened.item_id,
                "item_no": happened.item_no,
                "about_unit": about,
                "unit": unit,
                "handling_unit": happened.handling_unit,
                "commission": tree.commission(happened.handling_unit),
                "secrecy_level": happened.secrecy_level,
                "notified_at": uow.now,
                "ack_due_at": end_of_day(due.on, uow.clock.zone),
            }
            notice = await repository.add_notice(uow.session, values)
            if notice is not None:
                await take_step(uow, domain.ITEM, notice, "notify", None)
                await emit_notice(uow, "clue.outcome_notice.notified.v1", notice)
                told += 1
    return told


async def escalate_late(resources: Resources) -> None:
    """Escalate every notice that nobody acknowledged in time, once."""
    while True:
        async with resources.transactions(SYSTEM) as uow:
            notice = await repository.lock_one_late(uow.session, uow.now)
            if notice is None:
                return
            await take_step(uow, domain.ITEM, notice, "escalate", NoticeState.ESCALATED)
            await emit_notice(uow, "clue.outcome_notice.escalated.v1", notice)


def parts_in(viewer: Viewer, notice: OutcomeNotice) -> frozenset[str]:
    """What the viewer is to a notice; nothing above the clearance."""
    own = represented_units(viewer)
    if notice.secrecy_level not in viewer.cleared_for:
        return frozenset()
    parts = {
        Part.RECIPIENT: notice.unit in own,
        Part.SENDER: not own.isdisjoint({notice.commission, notice.handling_unit}),
    }
    return frozenset(part.value for part, holds in parts.items() if holds)


async def _acknowledge(moving: Moving[OutcomeNotice], _body: Any) -> Step:
    moving.item.acknowledged_at, moving.item.acknowledged_by = moving.uow.now, moving.deed.actor
    return Step()


async def _lock(desk: Desk, notice_id: UUID) -> OutcomeNotice | None:
    return await repository.find_visible(desk.uow.session, desk.viewer, notice_id, lock=True)


_ACTIONS: dict[str, acting.Action] = {"acknowledge": _acknowledge}
MACHINE = Machine[OutcomeNotice](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=_lock,
    parts=lambda desk, notice: parts_in(desk.viewer, notice),
    actions=_ACTIONS,
    emit=emit_notice,
)


async def visible_notice(desk: Desk, notice_id: UUID) -> OutcomeNotice:
    """The notice; raises NotFound where the viewer has no part in it."""
    found = await repository.find_visible(desk.uow.session, desk.viewer, notice_id)
    if found is None:
        raise NotFound
    return found


LEDGER = Ledger(OutcomeNotice, repository.parts_of, repository.of_clue)


async def describe_notices(desk: Desk, notices: Sequence[OutcomeNotice]) -> list[OutcomeNoticeOut]:
    """Notices as the viewer's part shows them: the item's id is for the side that handled it."""
    answers = []
    for notice in notices:
        parts = parts_in(desk.viewer, notice)
        columns = {name: getattr(notice, name, None) for name in OutcomeNoticeOut.model_fields}
        if Part.SENDER not in parts and notice.item_type == "clue":
            columns["item_id"] = None
        answers.append(
            OutcomeNoticeOut.model_validate(
                {
                    **columns,
                    "contact": contact_of(desk.tree, notice.commission),
                    "my_parts": sorted(parts),
                    "allowed_moves": [
                        verb
                        for verb in allowed_to(domain.MOVES, desk.viewer, parts, notice.state)
                        if verb != "escalate"
                    ],
                }
            )
        )
    return answers
