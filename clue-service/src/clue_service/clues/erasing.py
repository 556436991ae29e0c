"""Letting go of a clue: it parts from matters and alerts before what it said is erased."""

from chassis.uow import Uow

from clue_service.clues import service
from clue_service.clues.models import Clue
from clue_service.matters import service as matters
from clue_service.matters.domain import ChangeKind
from clue_service.overlap_alerts import detection


async def part_from_others(uow: Uow, clue: Clue, kind: ChangeKind) -> None:
    """Take a clue out of its matters and alerts; others keep theirs. Call ``matters.hold`` before its row is locked."""
    around = await matters.clues_around(uow, [clue.id])
    await matters.forget_clue(uow, clue.id, kind, await service.standing_leads(uow, around - {clue.id}))
    await detection.forget_clue(uow, clue.id)
    await uow.session.flush()
