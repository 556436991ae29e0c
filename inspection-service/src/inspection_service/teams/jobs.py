"""What a team's move asks of the talent pool, done after commit until it is done."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.clients.pool import SettleVerb
from inspection_service.resources import own_of
from inspection_service.teams import service


async def settle_secondment(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Activate, end or recall a team's secondment."""
    team_id = UUID(payload["team_id"])
    async with resources.transactions(SYSTEM) as uow:
        (team,) = await service.teams_by_id(uow, [team_id])
    verb = cast("SettleVerb", payload["verb"])
    told = await own_of(resources).pool.settle(team.secondment_id, verb, acting_for=payload["actor"])
    async with resources.transactions(SYSTEM) as uow:
        await service.follow_secondment(uow, team_id, told)


async def recheck_recusals(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Ask the pool again about teams whose unit, or whose members' unit or person, something has changed for.

    Payload: ``unit_codes`` or ``cadre_id``. Members who must not deal with their unit lose the matter at once.
    """
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        if "cadre_id" in payload:
            found = await service.teams_of_cadre(uow, UUID(payload["cadre_id"]))
        else:
            codes = {above for code in payload["unit_codes"] for above in (code, *tree.superiors(code))}
            found = await service.teams_to_recheck(uow, codes)
        members = {team.id: await service.member_ids(uow, team.id) for team in found}
    for team in found:
        verdicts = await own_of(resources).pool.check_recusals([team.unit_code], members[team.id])
        blocked = [one.cadre_id for one in verdicts if one.verdict == "block"]
        if blocked:
            async with resources.transactions(SYSTEM) as uow:
                await service.recuse_members(uow, team, blocked)


JOBS = {"settle-secondment": settle_secondment, "recheck-recusals": recheck_recusals}
