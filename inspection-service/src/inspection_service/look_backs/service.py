"""Use cases of look-backs: a new round on the units that still owe something, and what it finds."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.service import recused_targets
from inspection_service.look_backs import repository
from inspection_service.look_backs.errors import AlreadyLookedAt, NothingOpen
from inspection_service.look_backs.models import LookBackItem
from inspection_service.look_backs.schemas import LookAtItemIn, LookBackItemOut, PlanLookBackIn
from inspection_service.rectifications import moves
from inspection_service.rectifications import service as rectifications
from inspection_service.rectifications.domain import MOVES
from inspection_service.rectifications.schemas import MarkFalselyReportedIn
from inspection_service.rounds import service as rounds
from inspection_service.rounds.models import Round
from inspection_service.rounds.schemas import PlanRoundIn


async def plan_look_back(uow: Uow, viewer: Viewer, tree: UnitTree, round_id: UUID, body: PlanLookBackIn) -> Round:
    """Plan a look-back round, seeded with every item of ``round_id`` that is not struck off. Raises NothingOpen."""
    earlier = await rounds.visible_round(uow, viewer, round_id)
    hidden = await recused_targets(uow, viewer, round_id)
    items = [item for item in await rectifications.open_items_of_round(uow, round_id) if item.unit_code not in hidden]
    if not items:
        raise NothingOpen
    order = PlanRoundIn.model_validate(
        {
            **body.model_dump(),
            "level": earlier.level,
            "type": "look_back",
            "targets": [{"unit_code": code} for code in sorted({item.unit_code for item in items})],
        }
    )
    planned = await rounds.plan_round(uow, tree, order, look_back_of=earlier.id)
    uow.session.add_all(
        LookBackItem(
            round_id=planned.id,
            rectification_id=item.id,
            unit_code=item.unit_code,
            state_when_seeded=item.state,
        )
        for item in items
    )
    await uow.session.flush()
    await uow.audit("seed", "look_back", planned.id, detail={"of": str(round_id), "items": len(items)})
    return planned


async def list_look_back_items(uow: Uow, viewer: Viewer, round_id: UUID) -> list[LookBackItemOut]:
    """What a look-back round looks at, without units the viewer is recused from; the reading is audited."""
    await rounds.visible_round(uow, viewer, round_id)
    hidden = await recused_targets(uow, viewer, round_id)
    found = await repository.list_look_back_items(uow.session, round_id, hidden)
    await uow.audit("list", "look_back", round_id, detail={"count": len(found)})
    return [
        LookBackItemOut(
            rectification_id=item.id,
            unit_code=item.unit_code,
            category=item.category,
            severity=item.severity,
            problem=item.problem,
            state_when_seeded=seed.state_when_seeded,
            state=item.state,
            outcome=seed.outcome,
            note=seed.note,
            checked_by=seed.checked_by,
            checked_at=seed.checked_at,
        )
        for seed, item in found
    ]


async def look_at_item(
    uow: Uow, viewer: Viewer, tree: UnitTree, round_id: UUID, item_id: UUID, body: LookAtItemIn
) -> list[LookBackItemOut]:
    """Write down what the team found; a false report is marked at the item where its state allows.

    Raises NotFound and AlreadyLookedAt.
    """
    await rounds.visible_round(uow, viewer, round_id)
    seed = await repository.lock_look_back_item(uow.session, round_id, item_id)
    if seed is None or seed.unit_code in await recused_targets(uow, viewer, round_id):
        raise NotFound
    if seed.outcome is not None:
        raise AlreadyLookedAt
    seed.outcome, seed.note = body.outcome, body.note
    seed.checked_by, seed.checked_at = uow.actor.acting_for or uow.actor.sub, uow.now
    await uow.session.flush()
    await uow.audit("look_at", "look_back", f"{round_id}/{item_id}", detail={"outcome": body.outcome})
    if body.outcome == "falsely_reported":
        seen = await rectifications.seen_item(uow, viewer, tree, item_id)
        if "mark-falsely-reported" in MOVES.allowed(seen.item.state):
            reason = MarkFalselyReportedIn(reason=body.note or "回头看发现虚假整改")
            await moves.mark_falsely_reported(uow, viewer, tree, item_id, reason)
    return await list_look_back_items(uow, viewer, round_id)
