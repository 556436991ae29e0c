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


JOBS = {"settle-secondment": settle_secondment}
