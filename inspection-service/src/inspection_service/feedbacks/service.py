"""Use cases of feedback: telling a unit and its head the result, and their taking note."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import FieldError, NotFound, RoleRequired
from chassis.uow import Uow
from contracts.inspection import EVENTS, FeedbackEvent

from inspection_service.feedbacks import domain, repository
from inspection_service.feedbacks.domain import LEADERS, FeedbackState
from inspection_service.feedbacks.errors import NoTarget, NotDecidedYet
from inspection_service.feedbacks.models import Feedback
from inspection_service.feedbacks.schemas import FeedbackOut, IssueFeedbackIn
from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.service import recused_targets
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import TOLD, RoundState
from inspection_service.steps.service import record_step

STEP = "feedback"
_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, FeedbackEvent)}


async def issue_feedback(uow: Uow, viewer: Viewer, round_id: UUID, body: IssueFeedbackIn) -> Feedback:
    """Tell a unit, or its head, the result. Raises NotFound, NotDecidedYet, NoTarget."""
    await rounds.visible_round(uow, viewer, round_id)
    plan = await rounds.plan_of(uow, round_id)
    if plan.round.state not in (RoundState.DECIDED, *TOLD):
        raise NotDecidedYet(members={"state": plan.round.state})
    hidden = await recused_targets(uow, viewer, round_id)
    target = next((t for t in plan.targets if t.unit_code == body.unit_code and t.unit_code not in hidden), None)
    if target is None:
        raise NoTarget(errors=[FieldError("/unit_code", "no_target", NoTarget.title)])
    feedback = Feedback(
        round_id=round_id,
        team_id=target.team_id,
        unit_code=target.unit_code,
        office_unit=plan.round.office_unit,
        commission=target.commission,
        audience=body.audience,
        text=body.text,
        state=FeedbackState.ISSUED,
        issued_by=uow.actor.acting_for or uow.actor.sub,
        issued_at=uow.now,
        version=1,
    )
    uow.session.add(feedback)
    await uow.session.flush()
    await record_step(uow, STEP, feedback.id, feedback.version, "issue", source=None, target=feedback.state)
    await _emit(uow, "inspection.feedback.issued.v1", feedback)
    await uow.audit("issue", STEP, feedback.id, detail={"audience": body.audience})
    return feedback


async def _emit(uow: Uow, event_type: str, feedback: Feedback) -> None:
    event = _BY_TYPE[event_type](
        feedback_id=feedback.id,
        round_id=feedback.round_id,
        unit_code=feedback.unit_code,
        office_unit=feedback.office_unit,
        audience=feedback.audience,
        state=feedback.state,
    )
    await uow.emit(event, aggregate_id=feedback.id, version=feedback.version, commission=feedback.commission)


def _audiences(uow: Uow) -> list[str]:
    """What the caller's unit lets the caller read: what is meant for the head is for its leaders alone."""
    return ["unit", "head"] if uow.actor.has_any(*LEADERS) else ["unit"]


async def visible_feedback(uow: Uow, viewer: Viewer, feedback_id: UUID) -> Feedback:
    """The feedback; raises NotFound for everybody but who gave it and for whom it is meant."""
    found = await repository.find_visible_feedback(uow.session, viewer, _audiences(uow), feedback_id)
    if found is None:
        raise NotFound
    return found


async def read_feedback(uow: Uow, viewer: Viewer, feedback_id: UUID) -> Feedback:
    """The feedback for a reader; the reading is audited."""
    found = await visible_feedback(uow, viewer, feedback_id)
    await uow.audit("read", STEP, feedback_id)
    return found


async def list_feedbacks(
    uow: Uow, viewer: Viewer, *, round_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Feedback]:
    """Feedback given by the caller's office or meant for the caller, newest first; the reading is audited."""
    found = await repository.list_visible_feedbacks(
        uow.session, viewer, _audiences(uow), round_id=round_id, before=before, limit=limit
    )
    await uow.audit("list", STEP, "-", detail={"count": len(found)})
    return found


async def acknowledge_feedback(uow: Uow, viewer: Viewer, feedback_id: UUID) -> Feedback:
    """The unit has taken note. Raises RoleRequired for anybody of another unit."""
    seen = await visible_feedback(uow, viewer, feedback_id)
    if viewer.works_at != seen.unit_code:
        raise RoleRequired(members={"unit": seen.unit_code})
    feedback = await repository.lock_feedback(uow.session, feedback_id)
    if feedback is None:
        raise NotFound
    move = domain.MOVES.take("acknowledge", feedback.state)
    source, feedback.state = feedback.state, str(move.target)
    feedback.acknowledged_by = uow.actor.acting_for or uow.actor.sub
    feedback.acknowledged_at = uow.now
    feedback.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, feedback.id, feedback.version, "acknowledge", source=source, target=feedback.state)
    await _emit(uow, "inspection.feedback.acknowledged.v1", feedback)
    await uow.audit("acknowledge", STEP, feedback.id)
    return feedback


def describe_feedback(feedback: Feedback) -> FeedbackOut:
    """Feedback as callers see it."""
    columns = {column.key: getattr(feedback, column.key) for column in Feedback.__table__.columns}
    shown = {name: columns[name] for name in FeedbackOut.model_fields if name in columns}
    return FeedbackOut(**shown, allowed_moves=domain.MOVES.allowed(feedback.state))
