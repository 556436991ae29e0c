"""Viewers, memberships and recusals, for the other features."""

from collections.abc import Collection, Iterable
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from inspection_service.involvements import policy, repository
from inspection_service.involvements.policy import Viewer


async def viewer_of(uow: Uow, tree: UnitTree) -> Viewer:
    """What the caller of this unit of work may meet."""
    sub = uow.actor.acting_for or uow.actor.sub
    cadre_id = None if uow.actor.is_service else await repository.find_cadre_of(uow.session, sub)
    return policy.viewer_of(uow.actor, tree, cadre_id)


async def admit_members(uow: Uow, round_id: UUID, unit_code: str, cadre_ids: Iterable[UUID]) -> None:
    """Let the members of a team meet its matter."""
    await repository.add_members(uow.session, round_id, unit_code, cadre_ids)


async def dismiss_members(uow: Uow, round_id: UUID, unit_code: str) -> None:
    """A team was given up: its members no longer meet the matter."""
    await repository.remove_members(uow.session, round_id, unit_code)


async def send_home(uow: Uow, round_id: UUID, unit_code: str, cadre_ids: Collection[UUID]) -> None:
    """Some members' postings are over: they meet the matter no more."""
    for cadre_id in await repository.remove_some(uow.session, round_id, unit_code, cadre_ids):
        await uow.audit("end_membership", "round_target", f"{round_id}/{unit_code}", detail={"cadre_id": str(cadre_id)})


async def end_memberships(uow: Uow, round_id: UUID) -> None:
    """The round is over: whoever met its matters as a member meets them no more."""
    await repository.remove_members(uow.session, round_id, None)


async def recuse(uow: Uow, round_id: UUID, unit_code: str, cadre_ids: Iterable[UUID]) -> list[UUID]:
    """Take a matter away from cadres, for every read and for good; returns those who had it until now."""
    before = {cadre for _, _, cadre in await recused_members(uow, [(round_id, unit_code)])}
    ids = [cadre_id for cadre_id in cadre_ids if cadre_id not in before]
    await repository.add_recusals(uow.session, round_id, unit_code, ids)
    for cadre_id in ids:
        await uow.audit("recuse", "round_target", f"{round_id}/{unit_code}", detail={"cadre_id": str(cadre_id)})
    return ids


async def recused_members(uow: Uow, matters: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str, UUID]]:
    """Who is recused from some matters (round and unit), as (round, unit, cadre)."""
    return await repository.list_recused_members(uow.session, list(matters))


async def recused_targets(uow: Uow, viewer: Viewer, round_id: UUID) -> set[str]:
    """The targets of a round that the viewer must not meet."""
    if viewer.cadre_id is None:
        return set()
    return await repository.list_recused_targets(uow.session, round_id, viewer.cadre_id)
