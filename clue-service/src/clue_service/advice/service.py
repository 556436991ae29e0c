"""Use cases of advice: drafting a letter, its moves, and reading it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.errors import NotFound, invalid_field
from chassis.uow import Uow

from clue_service.advice import domain, policy, repository
from clue_service.advice.domain import AdviceState, Part, Verdict
from clue_service.advice.events import emit_advice
from clue_service.advice.models import Advice
from clue_service.advice.schemas import (
    AdviceOut,
    DraftAdviceIn,
    ExtendIn,
    ReissueIn,
    ReviewIn,
    ServeIn,
)
from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.clues.vocabulary import OverlapPolicy
from clue_service.consultations import reading as consultations
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import WORKERS, allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.policy import highest, represented_units
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, check_cleared, steps_of, take_step


async def draft_advice(desk: Desk, body: DraftAdviceIn) -> Advice:
    """Draft a letter of the caller's unit. Its secrecy is at least that of the clue it rests on.

    Raises NotFound where clue or consultation are not visible to the caller, Invalid where the day has passed, the
    secrecy is above them, or somebody outside its commission would learn of a silent clue.
    """
    unit = desk.viewer.unit
    if unit is None or unit not in represented_units(desk.viewer):
        raise PartRequired(members={"who": [{"roles": sorted(WORKERS), "part": Part.ISSUER}]})
    _check_later(body.reply_due_on, desk.uow)
    levels = [body.secrecy_level.value]
    if body.clue_id is not None:
        clue = await clues.visible_clue(desk.uow, desk.viewer, body.clue_id)
        levels.append(clue.secrecy_level)
        _check_silent(desk, clue, unit, body.addressed_unit)
    if body.consultation_id is not None:
        levels.append((await consultations.visible_consultation(desk, body.consultation_id)).secrecy_level)
    check_cleared(desk.viewer, highest(levels))
    letter = Advice(
        **body.model_dump(exclude={"secrecy_level"}),
        secrecy_level=highest(levels),
        state=AdviceState.DRAFTED,
        version=0,
        issuing_unit=unit,
        commission=desk.tree.commission(unit),
        watchers=[],
        drafted_by=desk.viewer.sub,
        drafted_at=desk.uow.now,
        times_returned=0,
    )
    return await _add(desk, letter)


def _check_silent(desk: Desk, clue: Clue, issuing_unit: str, addressed_unit: str) -> None:
    """A letter tells whom it is addressed to, and who watches over them, that somebody reported."""
    sides = {desk.tree.commission(issuing_unit), desk.tree.commission(addressed_unit)}
    if clue.overlap_policy == OverlapPolicy.SILENT and sides != {clue.commission}:
        raise invalid_field(
            "/clue_id",
            "silent_clue",
            "静默线索仅可在本纪委监委内部提出建议",
            "The clue is silent outside its commission",
        )


async def _add(desk: Desk, letter: Advice) -> Advice:
    desk.uow.session.add(letter)
    await desk.uow.session.flush()
    await take_step(desk.uow, domain.ITEM, letter, "draft", None)
    await emit_advice(desk.uow, domain.event("drafted"), letter)
    return letter


def _check_later(day: Any, uow: Uow, after: Any = None) -> None:
    if day <= (after or uow.clock.today()):
        raise invalid_field("/reply_due_on", "not_later", "须晚于起算日", "Must be later than the day it counts from")


async def _approve(moving: Moving[Advice], _body: Any) -> Step:
    moving.forbid_own(moving.item.drafted_by)
    return Step()


async def _serve(moving: Moving[Advice], body: ServeIn) -> Step:
    letter, tree = moving.item, moving.deed.desk.tree
    if body.served_on > moving.uow.clock.today():
        raise invalid_field("/served_on", "future", "不得晚于今天", "Must not lie in the future")
    _check_later(letter.reply_due_on, moving.uow, body.served_on)
    office = tree.linked_office(letter.addressed_unit)
    watchers = {*([office] if office else []), *tree.dispatched_groups(letter.addressed_unit)}
    if letter.clue_id is not None:
        clue = (await clues.outlines(moving.uow, [letter.clue_id]))[letter.clue_id]
        if clue.overlap_policy == OverlapPolicy.SILENT:
            watchers = {one for one in watchers if tree.commission(one) == clue.commission}
    letter.watchers = sorted(watchers)
    letter.served_on = body.served_on
    return Step()


async def _reply(moving: Moving[Advice], _body: Any) -> Step:
    moving.item.replied_on = moving.uow.clock.today()
    return Step()


async def _review(moving: Moving[Advice], body: ReviewIn) -> Step:
    if (body.verdict is Verdict.INSUFFICIENT) != (body.reply_due_on is not None):
        raise invalid_field(
            "/reply_due_on",
            "goes_with_insufficient",
            "退回时须给出新的回复期限，其他结论不得给出",
            "A reply that is not enough needs a new day; the other verdict takes none",
        )
    if body.reply_due_on is None:
        return Step(AdviceState.REVIEWED)
    _check_later(body.reply_due_on, moving.uow)
    moving.item.reply_due_on, moving.item.replied_on = body.reply_due_on, None
    moving.item.times_returned += 1
    return Step(AdviceState.RECTIFYING, event=domain.event("returned"))


async def _extend(moving: Moving[Advice], body: ExtendIn) -> Step:
    _check_later(body.reply_due_on, moving.uow, moving.item.reply_due_on)
    moving.item.reply_due_on = body.reply_due_on
    return Step()


async def _close(moving: Moving[Advice], _body: Any) -> Step:
    moving.item.closed_on = moving.uow.clock.today()
    return Step()


_CARRIED = (
    "kind", "title", "problem", "demands", "legal_basis", "secrecy_level", "issuing_unit", "commission",
    "addressed_unit", "clue_id", "consultation_id",
)  # fmt: skip


async def _reissue(moving: Moving[Advice], body: ReissueIn) -> Step:
    _check_later(body.reply_due_on, moving.uow)
    again = Advice(
        **{name: getattr(moving.item, name) for name in _CARRIED},
        reissue_of=moving.item.id,
        reply_due_on=body.reply_due_on,
        state=AdviceState.DRAFTED,
        version=0,
        watchers=[],
        drafted_by=moving.deed.actor,
        drafted_at=moving.uow.now,
        times_returned=0,
    )
    await _add(moving.deed.desk, again)
    return Step(document={"reason": body.reason, "reissued_as": str(again.id)})


_ACTIONS: dict[str, acting.Action] = {
    "approve": _approve,
    "serve": _serve,
    "reply": _reply,
    "review": _review,
    "extend": _extend,
    "close": _close,
    "reissue": _reissue,
}


async def _lock(desk: Desk, advice_id: UUID) -> Advice | None:
    return await repository.find_visible(desk.uow.session, desk.viewer, advice_id, lock=True)


MACHINE = Machine[Advice](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=_lock,
    parts=lambda desk, letter: policy.parts_in(desk.viewer, letter),
    actions=_ACTIONS,
    emit=emit_advice,
)


async def visible_advice(desk: Desk, advice_id: UUID) -> Advice:
    """The letter; raises NotFound where the viewer has no part in it."""
    found = await repository.find_visible(desk.uow.session, desk.viewer, advice_id)
    if found is None:
        raise NotFound
    return found


LEDGER = Ledger(Advice, repository.parts_of)


async def describe_advice(desk: Desk, letters: Sequence[Advice]) -> list[AdviceOut]:
    """Letters as the viewer's part shows them: the other side reads no step that was taken before it was served."""
    steps = await steps_of(desk.uow, [letter.id for letter in letters])
    visible = await clues.visible_ids(desk.uow, desk.viewer, [one.clue_id for one in letters if one.clue_id])
    today = desk.uow.clock.today()
    answers = []
    for letter in letters:
        parts = policy.parts_in(desk.viewer, letter)
        is_issuing = not parts.isdisjoint({Part.ISSUER, Part.APPROVER}) or letter.commission in represented_units(
            desk.viewer
        )
        shown = [step for step in steps[letter.id] if is_issuing or step.target not in domain.BEFORE_SERVED]
        columns = {column.key: getattr(letter, column.key) for column in Advice.__table__.columns}
        if letter.clue_id not in visible:
            columns["clue_id"] = None
        if not is_issuing:
            columns["consultation_id"] = None
        answers.append(
            AdviceOut(
                **{name: columns[name] for name in AdviceOut.model_fields if name in columns},
                is_overdue=letter.state in domain.OWING and letter.reply_due_on < today,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, letter.state),
                steps=[StepOut.model_validate(step) for step in shown],
            )
        )
    return answers


async def letter_by_id(uow: Uow, advice_id: UUID) -> Advice | None:
    """A letter, for the service's own work."""
    return await repository.find_letter(uow.session, advice_id)


async def served_on(uow: Uow, unit_codes: Collection[str]) -> Sequence[Advice]:
    """Letters that were served on some units, but those that rest on a silent clue; for the service's own work."""
    letters = await repository.list_served_on(uow.session, unit_codes)
    outlines = await clues.outlines(uow, [one.clue_id for one in letters if one.clue_id])
    silent = {clue_id for clue_id, one in outlines.items() if one.overlap_policy == OverlapPolicy.SILENT}
    return [one for one in letters if one.clue_id not in silent]
