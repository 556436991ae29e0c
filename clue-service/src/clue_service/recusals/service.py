"""Who is recused meets the matter nowhere: recording it, lifting it, and letting clues of one matter follow."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Access, Viewer, access_to
from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.matters import service as matters
from clue_service.recusals import repository, telling
from clue_service.recusals.errors import LiftedByAnother, RecusalLifted, RecusalNotYours
from clue_service.recusals.models import Recusal
from clue_service.recusals.schemas import RecordRecusalIn

_MAY_RECUSE = frozenset({Access.OFFICE, Access.LEADER})


async def record_recusal(uow: Uow, viewer: Viewer, clue_id: UUID, body: RecordRecusalIn) -> Recusal:
    """Keep a person from a clue and its matters from now on.

    Raises NotFound where the caller may not see the clue, RecusalNotYours.
    """
    clue = await clues.visible_clue(uow, viewer, clue_id)
    sub = body.sub or viewer.sub
    if sub != viewer.sub and not _may_recuse(viewer, clue):
        raise RecusalNotYours
    await _hold_still(uow, clue.id)
    recusal = Recusal(
        clue_id=clue.id, sub=sub, basis=body.basis, recorded_by=viewer.sub, recorded_at=uow.now, version=1
    )
    uow.session.add(recusal)
    await uow.session.flush()
    await telling.follow(uow, [clue.id])
    await uow.audit("recuse", "clue", clue.id)
    return recusal


async def _hold_still(uow: Uow, clue_id: UUID) -> None:
    """Let no clue of the matter change, nor the matter itself: what joins it meanwhile would miss the recusal."""
    await matters.serialise(uow)
    await repository.lock_around(uow.session, [clue_id])


def _may_recuse(viewer: Viewer, clue: Clue) -> bool:
    return access_to(viewer, clue) in _MAY_RECUSE or viewer.office_of == clue.commission


async def list_recusals(uow: Uow, viewer: Viewer, clue_id: UUID) -> Sequence[Recusal]:
    """The recusals from a clue, for the office and the leaders of its commission; raises NotFound, RecusalNotYours."""
    clue = await clues.visible_clue(uow, viewer, clue_id)
    if not _may_recuse(viewer, clue):
        raise RecusalNotYours
    await uow.audit("read_recusals", "clue", clue.id)
    return await repository.list_of_clue(uow.session, clue.id)


async def lift_recusal(uow: Uow, viewer: Viewer, recusal_id: UUID, seen: int | None) -> Recusal:
    """Let a person meet the matter again. Raises NotFound, LiftedByAnother, RecusalLifted, StaleVersion."""
    recusal = await repository.find_recusal(uow.session, viewer, recusal_id)
    if recusal is None:
        raise NotFound
    clue = await clues.visible_clue(uow, viewer, recusal.clue_id)
    if viewer.leads != clue.commission or viewer.sub in (recusal.recorded_by, recusal.sub):
        raise LiftedByAnother
    check_version(seen, recusal.version)
    if recusal.lifted_at is not None:
        raise RecusalLifted
    await _hold_still(uow, clue.id)
    recusal.lifted_by, recusal.lifted_at = viewer.sub, uow.now
    recusal.version += 1
    await uow.session.flush()
    await telling.follow(uow, [clue.id])
    await uow.audit("lift_recusal", "clue", clue.id)
    return recusal


async def check_not_recused(uow: Uow, viewer: Viewer, clue_ids: Collection[UUID]) -> None:
    """Raise NotFound where the viewer is recused from any of the clues that something is made of."""
    if await repository.is_recused_from(uow.session, viewer.sub, clue_ids):
        raise NotFound


async def met_nowhere(uow: Uow, viewer: Viewer) -> frozenset[UUID]:
    """The ids of everything that stands for what the viewer is recused from: clues, matters, pairs, alerts."""
    return frozenset(await repository.list_met_nowhere(uow.session, viewer.sub))
