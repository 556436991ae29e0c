"""Use cases of consultations: convening one, listing them, and the tasks that follow."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import FieldError, Invalid, NotFound, Text, invalid_field
from chassis.web import check_version

from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.consultations import domain, repository
from clue_service.consultations.domain import ActionState, ConsultationState
from clue_service.consultations.events import emit_action
from clue_service.consultations.models import Consultation, ConsultationAction
from clue_service.consultations.schemas import ConveneIn, SettleActionIn
from clue_service.proceedings.domain import WORKERS
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.move_routes import Reading
from clue_service.proceedings.policy import highest, represented_units
from clue_service.proceedings.service import Desk, check_cleared, take_step


async def convene_consultation(desk: Desk, body: ConveneIn) -> Consultation:
    """Draw up a consultation of the caller's unit. Its secrecy is at least that of every clue it is about.

    Raises Invalid where a clue is not visible to the caller, or is silent and somebody from outside would learn of it.
    """
    unit = desk.viewer.unit
    if unit is None or unit not in represented_units(desk.viewer):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": "convener"}]})
    units = {one.unit: one.persons for one in body.participants}
    on_the_table = await _clues_to_bring(desk, body, units)
    levels = [body.secrecy_level.value, *(clue.secrecy_level for clue in on_the_table)]
    check_cleared(desk.viewer, highest(levels))
    item = Consultation(
        kind=body.kind,
        state=ConsultationState.DRAFT,
        version=0,
        topic=body.topic,
        secrecy_level=highest(levels),
        convener_unit=unit,
        commission=desk.tree.commission(unit),
        convened_by=desk.viewer.sub,
        convened_at=desk.uow.now,
        quorum=body.quorum,
        opening=body.opening,
        attended=[],
    )
    desk.uow.session.add(item)
    await desk.uow.session.flush()
    await repository.add_participants(desk.uow.session, item.id, units)
    await repository.add_clues(desk.uow.session, item.id, body.clue_ids)
    await take_step(desk.uow, domain.ITEM, item, "convene", None, {"participants": sorted(units)})
    return item


async def _clues_to_bring(desk: Desk, body: ConveneIn, units: dict[str, list[str]]) -> list[Clue]:
    visible = await clues.visible_ids(desk.uow, desk.viewer, body.clue_ids)
    missing = [
        FieldError(f"/clue_ids/{at}", "not_visible", Text("线索不存在或您不可见", "Not there, or not visible to you"))
        for at, clue_id in enumerate(body.clue_ids)
        if clue_id not in visible
    ]
    if missing:
        raise Invalid(errors=missing)
    found = await clues.clues_by_id(desk.uow, body.clue_ids)
    for clue in found.values():
        check_silence(desk, clue, list(units))
    return list(found.values())


def check_silence(desk: Desk, clue: Clue, units: Sequence[str]) -> None:
    """Raise Invalid where units outside its commission would learn of a silent clue."""
    outside = any(desk.tree.commission(unit) != clue.commission for unit in units)
    if clue.overlap_policy == "silent" and outside:
        raise invalid_field(
            "/clue_ids",
            "silent_clue",
            "静默线索只能在本纪委监委内部会商",
            "A silent clue is deliberated on inside its own commission only",
        )


LEDGER = Ledger(Consultation, repository.parts_of, repository.of_clue)


async def list_tasks(desk: Desk, reading: Reading) -> Sequence[ConsultationAction]:
    """The tasks of the units the viewer acts for, newest first."""
    return await repository.list_tasks(
        desk.uow.session, desk.viewer, state=reading.state, before=reading.before, limit=reading.limit
    )


async def visible_task(
    desk: Desk, action_id: UUID, *, lock: bool = False
) -> tuple[Consultation | None, ConsultationAction]:
    """A task, and its consultation where the viewer has a part in that; raises NotFound."""
    action = await repository.find_action(desk.uow.session, action_id, lock=lock)
    if action is None:
        raise NotFound
    item = await repository.find_visible(desk.uow.session, desk.viewer, action.consultation_id)
    owns = action.owner_unit in represented_units(desk.viewer)
    if item is None and not (owns and await repository.may_meet(desk.uow.session, desk.viewer, action.consultation_id)):
        raise NotFound
    return item, action


async def complete_task(desk: Desk, action_id: UUID, body: SettleActionIn, seen: int | None) -> ConsultationAction:
    """The owner has done it. Raises NotFound, PartRequired, StaleVersion, MoveRefused."""
    _, action = await visible_task(desk, action_id, lock=True)
    if action.owner_unit not in represented_units(desk.viewer):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": "owner"}]})
    return await _settle(desk, action, ActionState.DONE, body, seen)


async def withdraw_task(desk: Desk, action_id: UUID, body: SettleActionIn, seen: int | None) -> ConsultationAction:
    """The convener says that nothing is to be done any more, and why; raises as ``complete_task``."""
    item, action = await visible_task(desk, action_id, lock=True)
    if item is None or item.convener_unit not in represented_units(desk.viewer):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": "convener"}]})
    return await _settle(desk, action, ActionState.WITHDRAWN, body, seen)


async def _settle(
    desk: Desk, action: ConsultationAction, state: ActionState, body: SettleActionIn, seen: int | None
) -> ConsultationAction:
    check_version(seen, action.version)
    domain.TASK_MOVES.take(_VERB_TO[state], action.state)
    action.state, action.result = state, body.result
    action.settled_by, action.settled_at = desk.viewer.sub, desk.uow.now
    action.version += 1
    await desk.uow.session.flush()
    item = await repository.get_consultation(desk.uow.session, action.consultation_id)
    await emit_action(desk.uow, "clue.consultation_action.settled.v1", item, action)
    await desk.uow.audit(_VERB_TO[state], "consultation_action", action.id)
    return action


_VERB_TO = {ActionState.DONE: "complete", ActionState.WITHDRAWN: "withdraw"}
