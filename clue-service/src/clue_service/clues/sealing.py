"""Sealing: somebody managed above is reported. Two people erase what the clue said; its number stays."""

from clue_service.clues import erasing, repository
from clue_service.clues.errors import SecondPersonRequired
from clue_service.clues.move_schemas import SealIn
from clue_service.clues.states import Closure, Status
from clue_service.clues.steps import Moving, Step
from clue_service.matters.domain import ChangeKind
from clue_service.transfers import service as transfers


async def seal(moving: Moving, _body: SealIn) -> Step:
    """The first person asks for it, a second one does it. Nothing can bring the content back."""
    clue, uow = moving.clue, moving.uow
    if clue.seal_requested_by is None:
        clue.seal_requested_by, clue.seal_requested_at = moving.actor, uow.now
        closure = Closure(clue.closure) if clue.closure else None
        return Step(Status(clue.status), closure, is_said=False)
    if clue.seal_requested_by == moving.actor:
        raise SecondPersonRequired
    await _take_back(moving)
    await erasing.part_from_others(uow, clue, ChangeKind.SEALED)
    clue.sealed_by = moving.actor
    await uow.session.flush()
    await repository.erase_content(uow.session, clue.id)
    await uow.session.refresh(clue)
    clue.competence_decision = None
    return Step(Status.SEALED)


async def _take_back(moving: Moving) -> None:
    """What nobody has received yet is not handed over. Whoever has received it seals a clue of its own."""
    if moving.clue.transfer_id is None:
        return
    sent = await transfers.find_transfer(moving.uow, moving.clue.transfer_id)
    if sent is not None and "recall" in transfers.possible_moves(sent):
        await transfers.recall(moving.uow, sent.id)
