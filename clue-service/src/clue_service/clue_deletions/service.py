"""Use cases of deletions: asking for one, deciding it, and what is left when the content is gone."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from clue_service.accusation_findings.policy import own_commission
from clue_service.clue_deletions import domain, policy, repository
from clue_service.clue_deletions.domain import DeletionState, Keeping, Part, Standing
from clue_service.clue_deletions.errors import ClueHeld, DeletionExists
from clue_service.clue_deletions.events import emit_deletion
from clue_service.clue_deletions.models import ClueDeletion
from clue_service.clue_deletions.schemas import DeletionOut, RequestDeletionIn
from clue_service.clue_deletions.settings import RetentionSettings
from clue_service.clues import erasing
from clue_service.clues import events as clue_events
from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.matters import service as matters
from clue_service.matters.domain import ChangeKind
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, check_cleared, steps_of, take_step
from clue_service.reporter_notices import service as reporter_notices
from clue_service.transfers import service as transfers


async def request_deletion(desk: Desk, body: RequestDeletionIn) -> ClueDeletion:
    """Ask for a clue's content to be deleted.

    Raises NotFound, PartRequired, SubjectOfClue, Invalid above the clearance, DeletionExists, ClueHeld.
    """
    uow, viewer = desk.uow, desk.viewer
    clue = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
    if own_commission(viewer) != clue.commission or not viewer.has_any(*domain.ASKERS):
        raise PartRequired(members={"who": [{"roles": sorted(domain.ASKERS), "part": Part.OFFICE}]})
    check_cleared(viewer, clue.secrecy_level)
    await clues.check_not_subject(uow, [clue.id])
    waiting = await repository.find_waiting(uow.session, clue.id)
    if waiting is not None:
        raise DeletionExists(members={"deletion_id": str(waiting.id)})
    last_step, until = await _check_free(uow, clue, clue.version)
    item = ClueDeletion(
        **body.model_dump(),
        state=DeletionState.REQUESTED,
        version=0,
        clue_no=clue.clue_no,
        clue_version=clue.version,
        commission=clue.commission,
        secrecy_level=clue.secrecy_level,
        received_on=clue.received_on,
        last_step_on=last_step,
        kept_until=until,
        requested_by=viewer.sub,
        requester_unit=viewer.unit,
        requested_at=uow.now,
    )
    uow.session.add(item)
    await uow.session.flush()
    await take_step(uow, domain.ITEM, item, "request", None)
    await uow.audit("request_deletion", "clue", clue.id, purpose=f"{domain.ITEM}:{item.id}")
    await emit_deletion(uow, domain.event("requested"), item)
    return item


async def _check_free(uow: Uow, clue: Clue, asked_version: int) -> tuple[date, date]:
    """The day of the clue's last step and the last one of its retention; raises ClueHeld while anything holds it."""
    last_step = uow.clock.civil_date(await clues.last_step_at(uow, clue))
    until = domain.kept_until(await _keeping(uow, clue), last_step, _years())
    open_around = await repository.find_open(uow.session, clue.id)
    holds = domain.holds_of(
        Standing(
            status=clue.status,
            kept_until=until,
            today=uow.clock.today(),
            has_open_matter=open_around.matter,
            has_open_proceeding=open_around.proceeding,
            owes_notice=bool(await reporter_notices.owed_kinds(uow, clue.id)),
            version=clue.version,
            asked_version=asked_version,
        )
    )
    if holds or until is None:
        raise ClueHeld(members={"holds": holds, "kept_until": until.isoformat() if until else None})
    return last_step, until


async def _keeping(uow: Uow, clue: Clue) -> Keeping:
    result = await clues.latest_result(uow, clue.id)
    outcome = result.outcome if result else await transfers.outcome_of(uow, clue)
    return domain.keeping_of(outcome, was_assigned=clue.lead_unit is not None)


def _years() -> dict[Keeping, int]:
    settings = RetentionSettings()
    return {
        Keeping.FILED: settings.retention_years_filed,
        Keeping.HANDLED: settings.retention_years_handled,
        Keeping.NOT_HANDLED: settings.retention_years_not_handled,
    }


async def _approve(moving: Moving[ClueDeletion], _body: Any) -> Step:
    item, uow = moving.item, moving.uow
    await _check_another(moving)
    clue = await clues.visible_clue(uow, moving.deed.desk.viewer, item.clue_id, lock=True)
    await _check_free(uow, clue, item.clue_version)
    item.decided_by, item.decided_at = moving.deed.actor, uow.now
    await erasing.part_from_others(uow, clue, ChangeKind.DELETED)
    await repository.erase_content(uow.session, clue.id)
    await uow.session.refresh(clue)
    await uow.session.refresh(item)
    before, clue.status, clue.closure = clue.status, Status.DELETED, None
    clue.version += 1
    await uow.session.flush()
    await clue_events.emit_clue(uow, "clue.clue.deleted.v1", clue, None, basis=item.basis)
    detail = {"from": before, "to": clue.status, "version": clue.version}
    await uow.audit("delete", "clue", clue.id, purpose=f"{domain.ITEM}:{item.id}", detail=detail)
    item.reason = None
    return Step()


async def _refuse(moving: Moving[ClueDeletion], _body: Any) -> Step:
    await _check_another(moving)
    moving.item.decided_by, moving.item.decided_at = moving.deed.actor, moving.uow.now
    return Step()


async def _check_another(moving: Moving[ClueDeletion]) -> None:
    moving.forbid_own(moving.item.requested_by)
    await clues.check_not_subject(moving.uow, [moving.item.clue_id])


async def _lock(desk: Desk, item_id: UUID) -> ClueDeletion | None:
    """The deletion, locked after matters and its clue: whoever seals or moves the clue holds those first."""
    known = await LEDGER.get(desk, item_id)
    await matters.hold(desk.uow, [known.clue_id])
    await clues.visible_clue(desk.uow, desk.viewer, known.clue_id, lock=True)
    return await LEDGER.lock(desk, item_id)


LEDGER = Ledger(ClueDeletion, repository.parts_of)
_ACTIONS: dict[str, acting.Action] = {"approve": _approve, "refuse": _refuse}
MACHINE = Machine[ClueDeletion](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=_lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_deletion,
)


async def describe_deletions(desk: Desk, items: Sequence[ClueDeletion]) -> list[DeletionOut]:
    """Deletions as the viewer's part shows them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {name: getattr(item, name) for name in DeletionOut.model_fields if hasattr(item, name)}
        answers.append(
            DeletionOut(
                **columns,
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, item.state),
                steps=[StepOut.model_validate(step) for step in steps[item.id]],
            )
        )
    return answers
