"""The moves of a consultation: what each does besides changing the state."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.row_security import as_engine
from clue_service.clues import service as clues
from clue_service.consultations import domain, reading, repository
from clue_service.consultations.domain import ActionState, ConsultationState, Part
from clue_service.consultations.errors import (
    ActionsOpen,
    AlreadySigned,
    DidNotAttend,
    OpinionsOpened,
    QuorumMissing,
)
from clue_service.consultations.events import emit_action, emit_consultation
from clue_service.consultations.models import Consultation, ConsultationAction, ConsultationParticipant
from clue_service.consultations.policy import Standing
from clue_service.consultations.schemas import (
    ConcludeIn,
    DissentIn,
    GiveOpinionIn,
    HoldIn,
    InviteIn,
    RecuseIn,
    ScheduleIn,
)
from clue_service.consultations.service import check_silence
from clue_service.deadlines.domain import end_of_day
from clue_service.proceedings.domain import PartMove, check_part
from clue_service.proceedings.errors import OwnDraft, PartRequired
from clue_service.proceedings.schemas import ReasonIn
from clue_service.proceedings.service import Deed, take_step
from clue_service.recusals import telling
from clue_service.recusals.reach import Item

OPENED = "clue.consultation.opinions_opened.v1"


@dataclass
class Moving:
    """One move in progress, with what it changes on the way."""

    deed: Deed
    item: Consultation
    participants: dict[str, ConsultationParticipant]
    standing: Standing

    @property
    def uow(self) -> Uow:
        """The transaction."""
        return self.deed.uow

    @property
    def units(self) -> list[str]:
        """The units that take part."""
        return sorted(self.participants)


@dataclass(frozen=True)
class Step:
    """What a move comes to. ``document`` goes into the journal, ``said`` into the event."""

    target: str | None
    document: Mapping[str, Any] | None = None
    said: Mapping[str, Any] | None = None
    opens: bool = False


async def act(deed: Deed, consultation_id: UUID) -> Consultation:
    """Take one move of the table.

    Raises NotFound, PartRequired, OwnDraft, StaleVersion, MoveRefused, the refusals of ``consultations.errors``, and
    Invalid where the payload does not fit.
    """
    item = await reading.visible_consultation(deed.desk, consultation_id, lock=True)
    participants = (await reading.participants_of(deed.desk, [item.id]))[item.id]
    standing = (await reading.standings(deed.desk, [item], {item.id: participants}))[item.id]
    row = domain.MOVES.rows[deed.verb]
    check_part(deed.desk.viewer, standing.parts, row)
    check_version(deed.seen, item.version)
    domain.MOVES.take(deed.verb, item.state)
    moving = Moving(deed, item, participants, standing)
    if deed.verb == "recuse":
        async with as_engine(deed.uow.session):  # whoever recuses themselves sees nothing of it any more
            await _take(moving, row)
    else:
        await _take(moving, row)
    return item


async def _take(moving: Moving, row: PartMove) -> None:
    deed, item = moving.deed, moving.item
    action = _ACTIONS.get(deed.verb)
    step = await action(moving, deed.body) if action else Step(row.target)
    await take_step(deed.uow, domain.ITEM, item, deed.verb, step.target, step.document)
    if row.event is not None:
        await emit_consultation(deed.uow, row.event, item, moving.units, **(step.said or {}))
    if step.opens:
        await open_opinions(deed.uow, item, moving.units)
    if deed.verb == "approve-conclusion":
        tasks = await repository.open_actions(deed.uow.session, item.id)
        await telling.tell_of_new(deed.uow, *(Item("consultation_action", task.id) for task in tasks))
        for task in tasks:
            await emit_action(deed.uow, "clue.consultation_action.assigned.v1", item, task)


async def open_opinions(uow: Uow, item: Consultation, units: list[str]) -> None:
    """Let everybody who takes part read all opinions; only once."""
    if item.opinions_opened_at is not None:
        return
    item.opinions_opened_at = uow.now
    await take_step(uow, domain.ITEM, item, "open-opinions", None)
    await emit_consultation(uow, OPENED, item, units)


async def _submit(moving: Moving, _body: Any) -> Step:
    if len(moving.units) < max(domain.LEAST_UNITS, moving.item.quorum):
        raise QuorumMissing(members={"quorum": moving.item.quorum, "participants": len(moving.units)})
    return Step(ConsultationState.SUBMITTED)


async def _approve(moving: Moving, _body: Any) -> Step:
    if moving.item.convened_by == moving.deed.actor:
        raise OwnDraft
    return Step(ConsultationState.APPROVED)


async def _with_reason(moving: Moving, body: ReasonIn) -> Step:
    row = domain.MOVES.rows[moving.deed.verb]
    if moving.deed.verb == "reject-conclusion":
        await repository.drop_proposed_actions(moving.uow.session, moving.item.id)
    return Step(row.target, {"reason": body.reason})


async def _schedule(moving: Moving, body: ScheduleIn) -> Step:
    item, uow = moving.item, moving.uow
    if item.opinions_opened_at is not None:
        raise OpinionsOpened
    if body.opinions_due_on < uow.clock.today():
        raise invalid_field("/opinions_due_on", "past", "不得早于今天", "Must not lie in the past")
    item.opinions_due_at = end_of_day(body.opinions_due_on, uow.clock.zone)
    item.meets_at = body.meets_at
    item.scheduled_at = item.scheduled_at or uow.now
    document = {"opinions_due_on": body.opinions_due_on.isoformat()}
    return Step(ConsultationState.SCHEDULED, document, {"invited": tuple(moving.units)})


async def _invite(moving: Moving, body: InviteIn) -> Step:
    if moving.item.opinions_opened_at is not None:
        raise OpinionsOpened
    found = await repository.list_clues(moving.uow.session, [moving.item.id])
    for clue in (await clues.clues_by_id(moving.uow, [clue_id for _, clue_id in found])).values():
        check_silence(moving.deed.desk, clue, [body.unit])
    is_new = body.unit not in moving.participants
    await repository.add_participants(moving.uow.session, moving.item.id, {body.unit: body.persons})
    moving.participants = (await reading.participants_of(moving.deed.desk, [moving.item.id]))[moving.item.id]
    # Before it is scheduled nobody is told.
    told = (body.unit,) if is_new and moving.item.scheduled_at is not None else ()
    return Step(None, {"unit": body.unit}, {"invited": told})


async def _recuse(moving: Moving, body: RecuseIn) -> Step:
    if moving.standing.parts == {Part.PARTICIPANT} and body.sub != moving.deed.actor:
        raise PartRequired(members={"who": [{"part": "convener"}, {"part": "approver"}]})
    await repository.add_recusal(moving.uow.session, moving.item.id, body.sub, moving.deed.actor, moving.uow.now)
    await telling.tell_changed(moving.uow, [Item(domain.ITEM, moving.item.id)])
    return Step(None)


async def _give_opinion(moving: Moving, body: GiveOpinionIn) -> Step:
    item, uow, unit = moving.item, moving.uow, moving.standing.unit
    assert unit is not None  # the part says so
    given = {one.unit for one in await repository.list_opinions(uow.session, [item.id])}
    is_late = item.opinions_opened_at is not None
    if is_late and unit in given:
        raise OpinionsOpened
    said = {"position": body.position.value, "text": body.text}
    values = {
        "consultation_id": item.id,
        "unit": unit,
        "sealed": reading.seal_opinion(moving.deed.desk.keys, item.id, unit, said),
        "given_by": moving.deed.actor,
        "given_at": uow.now,
        "is_late": is_late,
    }
    await repository.put_opinion(uow.session, values)
    opens = domain.opens_with(item.opening, len(given | {unit}), len(moving.participants), item.quorum)
    # The journal says that a unit gave one, not what it says.
    return Step(None, {"unit": unit}, {"unit": unit}, opens=opens)


async def _hold(moving: Moving, body: HoldIn) -> Step:
    item = moving.item
    if body.held_on > moving.uow.clock.today():
        raise invalid_field("/held_on", "future", "不得晚于今天", "Must not lie in the future")
    attended = sorted(set(body.attended))
    if set(attended) - set(moving.units):
        raise invalid_field("/attended", "not_participant", "须为参加会商的单位", "Must be units that take part")
    if not domain.has_quorum(attended, moving.units, item.quorum):
        raise QuorumMissing(members={"quorum": item.quorum, "attended": len(attended)})
    item.held_on, item.attended, item.minutes = body.held_on, attended, body.minutes
    return Step(ConsultationState.HELD, {"attended": attended, "minutes": body.minutes}, opens=True)


async def _sign_minutes(moving: Moving, _body: Any) -> Step:
    item, unit = moving.item, moving.standing.unit
    if unit not in item.attended:
        raise DidNotAttend
    own = moving.participants[str(unit)]
    if own.signed_at is not None:
        raise AlreadySigned
    own.signed_at, own.signed_by = moving.uow.now, moving.deed.actor
    stand = all(moving.participants[one].signed_at is not None for one in item.attended)
    return Step(ConsultationState.MINUTES_SIGNED if stand else None, {"unit": unit})


async def _dissent(moving: Moving, body: DissentIn) -> Step:
    return Step(None, {"unit": moving.standing.unit, "text": body.text})


async def _conclude(moving: Moving, body: ConcludeIn) -> Step:
    item, uow = moving.item, moving.uow
    for at, action in enumerate(body.actions):
        if action.due_on < uow.clock.today():
            raise invalid_field(f"/actions/{at}/due_on", "past", "不得早于今天", "Must not lie in the past")
    item.conclusion, item.lead_unit, item.concluded_by = body.conclusion, body.lead_unit, moving.deed.actor
    uow.session.add_all(
        ConsultationAction(
            consultation_id=item.id,
            position=at,
            task=action.task,
            owner_unit=action.owner_unit,
            due_at=end_of_day(action.due_on, uow.clock.zone),
            state=ActionState.PROPOSED,
            version=0,
        )
        for at, action in enumerate(body.actions)
    )
    return Step(ConsultationState.CONCLUDED, body.model_dump(mode="json"))


async def _approve_conclusion(moving: Moving, _body: Any) -> Step:
    if moving.item.concluded_by == moving.deed.actor:
        raise OwnDraft
    actions = await repository.list_actions(moving.uow.session, [moving.item.id])
    return Step(ConsultationState.TRACKING, said={"open_actions": len(actions)})


async def _close(moving: Moving, _body: Any) -> Step:
    actions = await repository.list_actions(moving.uow.session, [moving.item.id], lock=True)
    still = [str(action.id) for action in actions if action.state == ActionState.OPEN]
    if still:
        allowed = [verb for verb in domain.MOVES.allowed(moving.item.state) if verb != "close"]
        members = {"open_actions": still, "state": moving.item.state, "allowed_moves": allowed}
        raise ActionsOpen(members=members)
    return Step(ConsultationState.CLOSED)


Action = Callable[[Moving, Any], Awaitable[Step]]
_ACTIONS: dict[str, Action] = {
    "submit": _submit,
    "approve": _approve,
    "reject": _with_reason,
    "schedule": _schedule,
    "invite": _invite,
    "recuse": _recuse,
    "give-opinion": _give_opinion,
    "hold": _hold,
    "sign-minutes": _sign_minutes,
    "dissent": _dissent,
    "conclude": _conclude,
    "approve-conclusion": _approve_conclusion,
    "reject-conclusion": _with_reason,
    "close": _close,
    "cancel": _with_reason,
}
