"""Use cases of records of interference: recording one, deciding it, reading it, and opening what was said."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.errors import invalid_field

from clue_service.clues import service as clues
from clue_service.interference_records import domain, policy, repository
from clue_service.interference_records.domain import READS_CONTENT, RECORDERS, Part, RecordState
from clue_service.interference_records.events import emit_record
from clue_service.interference_records.models import InterferenceContent, InterferenceRecord
from clue_service.interference_records.schemas import (
    HandleInterferenceIn,
    InterferenceContentOut,
    InterferenceRecordOut,
    RecordInterferenceIn,
)
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.sealed_content import SealedContent
from clue_service.proceedings.service import Desk, steps_of, take_step

CONTENT = SealedContent(domain.ITEM, READS_CONTENT, repository.find_sealed)


async def record_interference(desk: Desk, body: RecordInterferenceIn) -> InterferenceRecord:
    """Record that somebody interfered, in a clue that the caller sees or in general.

    Raises NotFound, PartRequired, Invalid.
    """
    uow, viewer = desk.uow, desk.viewer
    if viewer.service is not None or viewer.commission is None or viewer.unit is None:
        raise PartRequired(members={"who": [{"roles": sorted(RECORDERS), "part": Part.RECORDER}]})
    if body.happened_on > uow.clock.today():
        raise invalid_field("/happened_on", "in_the_future", "不得晚于今天", "Must not lie in the future")
    if body.intervener.sub == viewer.sub:
        raise invalid_field("/intervener/sub", "oneself", "不得为本人", "Nobody records themselves")
    level = "internal"
    if body.clue_id is not None:
        level = (await clues.visible_clue(uow, viewer, body.clue_id, lock=True)).secrecy_level
    item = InterferenceRecord(
        **body.model_dump(exclude={"intervener", "account", "is_about_leader"}),
        state=RecordState.RECORDED,
        version=0,
        commission=viewer.commission,
        reviewing_commission=_reviewing(desk, viewer.commission, body),
        secrecy_level=level,
        intervener_sub=body.intervener.sub,
        recorded_by=viewer.sub,
        recorder_unit=viewer.unit,
        recorded_at=uow.now,
    )
    uow.session.add(item)
    await uow.session.flush()
    said = {**body.intervener.model_dump(exclude={"sub"}), "account": body.account}
    uow.session.add(InterferenceContent(record_id=item.id, sealed=CONTENT.seal(desk, item.id, said)))
    await take_step(uow, domain.ITEM, item, "record", None)
    await emit_record(uow, domain.event("recorded"), item)
    return item


def _reviewing(desk: Desk, commission: str, body: RecordInterferenceIn) -> str:
    if not body.is_about_leader:
        return commission
    above = domain.commission_above(desk.tree, commission)
    if above is None:
        raise invalid_field("/is_about_leader", "nobody_above", "没有上级纪委", "There is no commission above")
    return above


async def _confirm(moving: Moving[InterferenceRecord], _body: Any) -> Step:
    moving.forbid_own(moving.item.recorded_by)
    return Step()


async def _handle(moving: Moving[InterferenceRecord], body: HandleInterferenceIn) -> Step:
    moving.item.measure = body.measure
    return Step()


LEDGER = Ledger(InterferenceRecord, repository.parts_of)
_ACTIONS: dict[str, acting.Action] = {"confirm": _confirm, "dismiss": _confirm, "record-handling": _handle}
MACHINE = Machine[InterferenceRecord](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_record,
)


async def open_content(desk: Desk, record_id: UUID) -> InterferenceContentOut:
    """Who interfered and what was said, for whoever recorded it and who reviews it; each opening is written down.

    Raises NotFound (also once the content is gone), PartRequired.
    """
    item = await LEDGER.get(desk, record_id)
    told = await CONTENT.open(desk, item.id, policy.parts_in(desk.viewer, item))
    return InterferenceContentOut.model_validate(told)


async def describe_records(desk: Desk, items: Sequence[InterferenceRecord]) -> list[InterferenceRecordOut]:
    """Records as the viewer's part shows them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    asked = [item.clue_id for item in items if item.clue_id is not None]
    visible = await clues.visible_ids(desk.uow, desk.viewer, asked)
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {name: getattr(item, name) for name in InterferenceRecordOut.model_fields if hasattr(item, name)}
        if item.clue_id not in visible:
            columns["clue_id"] = None
        answers.append(
            InterferenceRecordOut(
                **columns,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, item.state),
                steps=StepOut.shown(steps[item.id], with_documents=bool(parts & READS_CONTENT)),
            )
        )
    return answers
