"""Verdicts checked again: which teams a change concerns, and what becomes of a member who must not go on."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.uow import Uow

from inspection_service.involvements import service as involvements
from inspection_service.teams import repository
from inspection_service.teams.events import emit_team
from inspection_service.teams.models import Team


async def recuse_members(uow: Uow, team: Team, cadre_ids: Sequence[UUID]) -> None:
    """Verdicts have turned: these members meet the matter nowhere from now on, and their office is told once.

    Who could take the seats of all who are recused by now is drawn up.
    """
    fresh = await involvements.recuse(uow, team.round_id, team.unit_code, cadre_ids)
    locked = await repository.lock_team(uow.session, team.id)
    if not fresh or locked is None:
        return
    locked.version += 1
    await uow.session.flush()
    # Says not who: it lists the whole team.
    members = await repository.list_members(uow.session, [team.id])
    await emit_team(uow, "inspection.team.member_recused.v1", locked, members)
    # All who must go, not the latest alone: whoever was recused before and still sits would let no plan be lawful.
    recused = {cadre for _, _, cadre in await involvements.recused_members(uow, [(team.round_id, team.unit_code)])}
    going = sorted(str(member.cadre_id) for member in members if member.cadre_id in recused)
    if going:
        await uow.enqueue("propose-replacement", {"team_id": str(team.id), "cadre_ids": going, "cause": "recusal"})


async def teams_to_recheck(uow: Uow, unit_codes: Collection[str]) -> Sequence[Team]:
    """Live teams at some units, or with members from there: what changed there may turn a verdict."""
    return await repository.list_live_teams(uow.session, unit_codes, None)


async def teams_of_cadre(uow: Uow, cadre_id: UUID) -> Sequence[Team]:
    """Live teams with a cadre on them."""
    return await repository.list_live_teams(uow.session, None, cadre_id)


async def has_live_teams(uow: Uow) -> bool:
    """Whether anybody's verdict could matter at all."""
    return await repository.has_live_teams(uow.session)
