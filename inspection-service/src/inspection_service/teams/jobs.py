"""What a team's move asks of the talent pool, done after commit until it is done."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources, Timer

from inspection_service.clients.pool import SettleVerb
from inspection_service.resources import own_of
from inspection_service.teams import rechecks, seats, service
from inspection_service.teams.domain import LIVE


async def settle_secondment(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Activate, end or recall a team's secondment."""
    team_id = UUID(payload["team_id"])
    async with resources.transactions(SYSTEM) as uow:
        (team,) = await service.teams_by_id(uow, [team_id])
    verb = cast("SettleVerb", payload["verb"])
    told = await own_of(resources).pool.settle(team.secondment_id, verb, acting_for=payload["actor"])
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_secondment(uow, team_id, told)


async def recheck_recusals(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Ask the pool again about teams whose unit, or whose members' unit or person, something has changed for.

    Payload: ``unit_codes`` or ``cadre_id``. Members who must not deal with their unit lose the matter at once.
    """
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        if "cadre_id" in payload:
            found = await rechecks.teams_of_cadre(uow, UUID(payload["cadre_id"]))
        else:
            codes = {above for code in payload["unit_codes"] for above in (code, *tree.superiors(code))}
            found = await rechecks.teams_to_recheck(uow, codes)
        members = {team.id: await service.member_ids(uow, team.id) for team in found}
    for team in found:
        verdicts = await own_of(resources).pool.check_recusals([team.unit_code], members[team.id])
        blocked = [one.cadre_id for one in verdicts if one.verdict == "block"]
        if blocked:
            async with resources.transactions(SYSTEM) as uow:
                await rechecks.recuse_members(uow, team, blocked)


async def admit_newcomers(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Who joins a team at its unit: recusal is checked as at entry, then they meet the matter; safe to repeat.

    Whoever must not deal with the unit is recused instead, and somebody else is looked for.
    """
    team_id, coming = UUID(payload["team_id"]), [UUID(one) for one in payload["cadre_ids"]]
    async with resources.transactions(SYSTEM) as uow:
        (team,) = await service.teams_by_id(uow, [team_id])
    verdicts = await own_of(resources).pool.check_recusals([team.unit_code], coming)
    blocked = [one.cadre_id for one in verdicts if one.verdict == "block"]
    async with resources.transactions(SYSTEM) as uow:
        if blocked:
            await rechecks.recuse_members(uow, team, blocked)
        await seats.admit_newcomers(uow, team_id, [one for one in coming if one not in blocked])


async def find_unanswered(resources: Resources) -> None:
    """Home units let their time pass: their seats are to be given back."""
    async with resources.transactions(SYSTEM) as uow:
        for team_id, cadre_ids in (await seats.take_unanswered(uow)).items():
            payload = {"team_id": str(team_id), "cadre_ids": [str(one) for one in cadre_ids]}
            await uow.enqueue("give-back-unanswered", payload)


async def give_back_unanswered(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Give the seats of silent home units back to the pool, and look for others; safe to repeat.

    Who answers at the last moment keeps the seat. A team that holds nobody any more lapses before it is authorised.
    """
    team_id, silent = UUID(payload["team_id"]), [UUID(one) for one in payload["cadre_ids"]]
    async with resources.transactions(SYSTEM) as uow:
        found = await service.teams_by_id(uow, [team_id])
        there = set(await service.member_ids(uow, team_id))
    silent = [cadre_id for cadre_id in silent if cadre_id in there]
    if not found or found[0].state not in LIVE or not silent:
        return
    told = await own_of(resources).pool.give_back_silent(
        found[0].secondment_id, silent, acting_for=found[0].proposed_by
    )
    recalled = {seat.cadre_id for seat in told.members if seat.state == "recalled"}
    gone = [str(cadre_id) for cadre_id in silent if cadre_id in recalled]
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_secondment(uow, team_id, told)
        has_lapsed = not told.holds_anybody and await service.lapse_team(uow, team_id)
        if gone and not has_lapsed:
            wanted = {"team_id": str(team_id), "cadre_ids": gone, "cause": "home_unit_silent"}
            await uow.enqueue("propose-replacement", wanted)


JOBS = {
    "settle-secondment": settle_secondment,
    "recheck-recusals": recheck_recusals,
    "admit-newcomers": admit_newcomers,
    "give-back-unanswered": give_back_unanswered,
}
TIMERS = (Timer("unanswered-seats", 30.0, find_unanswered),)
