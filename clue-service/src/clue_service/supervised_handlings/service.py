"""Use cases of supervised handling: proposing an order, its moves, and reading it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import NotFound, invalid_field

from clue_service.clues import service as clues
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import WORKERS, allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.policy import highest, represented_units
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, check_cleared, steps_of, take_step
from clue_service.supervised_handlings import domain, policy, repository
from clue_service.supervised_handlings.domain import OrderState, Part, Verdict
from clue_service.supervised_handlings.errors import NothingToEscalate
from clue_service.supervised_handlings.events import emit_order
from clue_service.supervised_handlings.models import SupervisedHandling
from clue_service.supervised_handlings.schemas import (
    DueIn,
    EscalateIn,
    ExtendIn,
    OrderOut,
    ProposeOrderIn,
    ReviewIn,
)


async def propose_order(desk: Desk, body: ProposeOrderIn) -> SupervisedHandling:
    """Propose to press a unit of the caller's commission or below it.

    Raises NotFound where the clue is not visible to the caller; Invalid where the unit lies elsewhere, or would learn
    of a silent clue of another commission.
    """
    unit, viewer = desk.viewer.unit, desk.viewer
    if unit is None or unit not in represented_units(viewer):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": Part.ORDERER}]})
    commission = desk.tree.commission(unit)
    if body.target_unit == unit or not desk.tree.is_within(body.target_unit, commission):
        raise invalid_field(
            "/target_unit", "not_below", "须为本纪委监委或其下级单位", "Must lie within your commission"
        )
    levels = [body.secrecy_level.value]
    if body.clue_id is not None:
        clue = await clues.visible_clue(desk.uow, viewer, body.clue_id)
        levels.append(clue.secrecy_level)
        if clue.overlap_policy == "silent" and desk.tree.commission(body.target_unit) != clue.commission:
            raise invalid_field("/clue_id", "silent_clue", "静默线索不得对外督办", "The clue is silent outside")
    check_cleared(viewer, highest(levels))
    order = SupervisedHandling(
        **body.model_dump(exclude={"secrecy_level"}),
        secrecy_level=highest(levels),
        state=OrderState.PROPOSED,
        version=0,
        ordering_unit=unit,
        commission=commission,
        proposed_by=viewer.sub,
        proposed_at=desk.uow.now,
        times_returned=0,
        times_pressed=0,
    )
    desk.uow.session.add(order)
    await desk.uow.session.flush()
    await take_step(desk.uow, domain.ITEM, order, "propose", None)
    await emit_order(desk.uow, domain.event("proposed"), order)
    return order


def _check_later(day: date, after: date) -> None:
    if day <= after:
        raise invalid_field("/due_on", "not_later", "须晚于起算日", "Must be later than the day it counts from")


async def _approve(moving: Moving[SupervisedHandling], _body: Any) -> Step:
    moving.forbid_own(moving.item.proposed_by)
    return Step()


async def _issue(moving: Moving[SupervisedHandling], body: DueIn) -> Step:
    _check_later(body.due_on, moving.uow.clock.today())
    moving.item.due_on = body.due_on
    return Step()


async def _press(moving: Moving[SupervisedHandling], _body: Any) -> Step:
    moving.item.times_pressed += 1
    return Step()


async def _extend(moving: Moving[SupervisedHandling], body: ExtendIn) -> Step:
    _check_later(body.due_on, moving.item.due_on or moving.uow.clock.today())
    moving.item.due_on = body.due_on
    return Step()


async def _report(moving: Moving[SupervisedHandling], _body: Any) -> Step:
    moving.item.reported_on = moving.uow.clock.today()
    return Step()


async def _review(moving: Moving[SupervisedHandling], body: ReviewIn) -> Step:
    if (body.verdict is Verdict.RETURNED) != (body.due_on is not None):
        raise invalid_field(
            "/due_on",
            "goes_with_returned",
            "退回时须给出新的期限，其他结论不得给出",
            "A report that is given back needs a new day; the other verdict takes none",
        )
    if body.due_on is None:
        return Step(OrderState.REVIEWED)
    _check_later(body.due_on, moving.uow.clock.today())
    moving.item.due_on, moving.item.reported_on = body.due_on, None
    moving.item.times_returned += 1
    return Step(OrderState.IN_PROGRESS, event=domain.event("returned"))


async def _escalate(moving: Moving[SupervisedHandling], body: EscalateIn) -> Step:
    order, tree = moving.item, moving.deed.desk.tree
    is_late = order.due_on is not None and order.due_on < moving.uow.clock.today()
    if not is_late and not order.times_returned:
        raise NothingToEscalate
    if body.to_unit == order.target_unit or not tree.is_within(order.target_unit, body.to_unit):
        raise invalid_field(
            "/to_unit", "not_above", "须为被督办单位的上级", "Must stand above the unit that is pressed"
        )
    order.escalated_to = body.to_unit
    return Step()


_ACTIONS: dict[str, acting.Action] = {
    "approve": _approve,
    "issue": _issue,
    "press": _press,
    "extend": _extend,
    "report": _report,
    "review": _review,
    "escalate": _escalate,
}


async def _lock(desk: Desk, order_id: UUID) -> SupervisedHandling | None:
    return await repository.find_visible(desk.uow.session, desk.viewer, order_id, lock=True)


MACHINE = Machine[SupervisedHandling](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=_lock,
    parts=lambda desk, order: policy.parts_in(desk.viewer, order),
    actions=_ACTIONS,
    emit=emit_order,
)


async def visible_order(desk: Desk, order_id: UUID) -> SupervisedHandling:
    """The order; raises NotFound where the viewer has no part in it."""
    found = await repository.find_visible(desk.uow.session, desk.viewer, order_id)
    if found is None:
        raise NotFound
    return found


LEDGER = Ledger(SupervisedHandling, repository.parts_of)


async def describe_orders(desk: Desk, orders: Sequence[SupervisedHandling]) -> list[OrderOut]:
    """Orders as the viewer's part shows them: the other side reads no step that was taken before it was issued."""
    steps = await steps_of(desk.uow, [order.id for order in orders])
    visible = await clues.visible_ids(desk.uow, desk.viewer, [one.clue_id for one in orders if one.clue_id])
    today = desk.uow.clock.today()
    answers = []
    for order in orders:
        parts = policy.parts_in(desk.viewer, order)
        is_ordering = not parts.isdisjoint({Part.ORDERER, Part.APPROVER})
        shown = [step for step in steps[order.id] if is_ordering or step.target not in domain.BEFORE_ISSUED]
        columns = {column.key: getattr(order, column.key) for column in SupervisedHandling.__table__.columns}
        columns["clue_id"] = order.clue_id if order.clue_id in visible else None
        answers.append(
            OrderOut(
                **{name: columns[name] for name in OrderOut.model_fields if name in columns},
                is_overdue=order.state in domain.OWING and order.due_on is not None and order.due_on < today,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, order.state),
                steps=[StepOut.model_validate(step) for step in shown],
            )
        )
    return answers
