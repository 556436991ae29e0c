"""The authorisation of a team: one task, one authorisation, and what changes in it when a chief is exchanged."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.uow import Uow

from inspection_service.teams import repository
from inspection_service.teams.models import Team


async def amend_authorisation(
    uow: Uow, team: Team, exchanged: Mapping[UUID, UUID], authorised_by: str, authorised_at: datetime
) -> None:
    """Name the chiefs who come in place of those who leave, and who agreed to it; what it said stays in the audit log.

    Args:
        uow: The present unit of work.
        team: The team, locked.
        exchanged: Who leaves → who comes.
        authorised_by: The leader who agreed.
        authorised_at: When.
    """
    for given in await repository.list_authorizations(uow.session, [team.id]):
        before = {"leader": str(given.leader_cadre_id), "deputies": given.deputy_cadre_ids, "by": given.authorised_by}
        leader = given.leader_cadre_id
        if not exchanged.keys() & {leader, *(UUID(one) for one in given.deputy_cadre_ids)}:
            continue  # whoever leaves is not named in it
        given.leader_cadre_id = exchanged.get(leader, leader) if leader is not None else None
        given.deputy_cadre_ids = [str(exchanged.get(UUID(one), UUID(one))) for one in given.deputy_cadre_ids]
        given.authorised_by, given.authorised_at = authorised_by, authorised_at
        await uow.session.flush()
        await uow.audit("amend_authorisation", "team", team.id, detail={"before": before})
