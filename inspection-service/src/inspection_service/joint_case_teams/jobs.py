"""What joint case teams ask of the talent pool, done after commit until it is done."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources, Timer

from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import SettleVerb
from inspection_service.joint_case_teams import seats, service
from inspection_service.joint_case_teams.domain import JointState, ref_of
from inspection_service.resources import own_of


async def reserve_joint_case_team(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Ask for all members or none. The team's id is the request's name, so a repeat gets the same secondment."""
    team_id = UUID(payload["team_id"])
    async with resources.transactions(SYSTEM) as uow:
        wanted = await service.team_to_reserve(uow, team_id)
    if wanted is None:
        return
    team, members = wanted
    try:
        told = await own_of(resources).pool.reserve(
            purpose="joint_case",
            request_ref=ref_of(team.id),
            period=(team.starts_on, team.ends_on),
            members=[(member.cadre_id, member.role) for member in members],
            acting_for=team.approved_by or team.proposed_by,
        )
    except PeerRefused as error:
        async with resources.transactions(SYSTEM) as uow:
            await service.refuse_reservation(uow, team_id, error.code)
        return
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_reservation(uow, tree, team_id, told)


async def settle_joint_case_team(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Activate, end or recall the secondment."""
    team_id = UUID(payload["team_id"])
    async with resources.transactions(SYSTEM) as uow:
        team = await service.joint_team(uow, team_id)
    if team is None or team.secondment_id is None:
        return
    verb = cast("SettleVerb", payload["verb"])
    told = await own_of(resources).pool.settle(team.secondment_id, verb, acting_for=payload["actor"])
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_reservation(uow, tree, team_id, told)


async def follow_joint_secondment(resources: Resources, payload: Mapping[str, Any]) -> None:
    """A secondment moved: read its present state, which is never older than the event that told of it."""
    team_id = UUID(payload["team_id"])
    told = await own_of(resources).pool.get_secondment(UUID(payload["secondment_id"]))
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_reservation(uow, tree, team_id, told)


async def recheck_joint_recusals(resources: Resources, payload: Mapping[str, Any]) -> None:
    """A verdict about a cadre turned: ask again for every joint team the cadre is on."""
    cadre_id = UUID(payload["cadre_id"])
    async with resources.transactions(SYSTEM) as uow:
        found = [await service.joint_team(uow, team_id) for team_id in await service.teams_of_cadre(uow, cadre_id)]
    for team in found:
        if team is not None:
            verdicts = await own_of(resources).pool.check_recusals(team.target_units, [cadre_id])
            blocked = {one.cadre_id for one in verdicts if one.verdict == "block"}
            async with resources.transactions(SYSTEM) as uow:
                await service.recuse_joint_members(uow, team.id, blocked)


async def find_unanswered_joint(resources: Resources) -> None:
    """Home units let their time pass: their seats in joint teams are to be given back."""
    async with resources.transactions(SYSTEM) as uow:
        for team_id, cadre_ids in (await seats.take_unanswered(uow)).items():
            payload = {"team_id": str(team_id), "cadre_ids": [str(one) for one in cadre_ids]}
            await uow.enqueue("give-back-unanswered-joint", payload)


async def give_back_unanswered_joint(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Give the seats of silent home units back to the pool; safe to repeat.

    Who answers at the last moment keeps the seat. A team that holds nobody any more is given up.
    """
    team_id, silent = UUID(payload["team_id"]), [UUID(one) for one in payload["cadre_ids"]]
    async with resources.transactions(SYSTEM) as uow:
        team = await service.joint_team(uow, team_id)
    if team is None or team.state != JointState.APPROVED or team.secondment_id is None:
        return
    asker = team.approved_by or team.proposed_by
    told = await own_of(resources).pool.give_back_silent(team.secondment_id, silent, acting_for=asker)
    recalled = {seat.cadre_id for seat in told.members if seat.state == "recalled"}
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await seats.follow_reservation(uow, tree, team_id, told)
        await service.end_silence(uow, team_id, recalled.intersection(silent), holds_anybody=told.holds_anybody)


JOBS = {
    "reserve-joint-case-team": reserve_joint_case_team,
    "settle-joint-case-team": settle_joint_case_team,
    "follow-joint-secondment": follow_joint_secondment,
    "recheck-joint-recusals": recheck_joint_recusals,
    "give-back-unanswered-joint": give_back_unanswered_joint,
}
TIMERS = (Timer("unanswered-joint-seats", 30.0, find_unanswered_joint),)
