"""Handing a finding over to clue-service, after commit, until it is there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.clients.errors import PeerRefused
from inspection_service.findings import domain, service
from inspection_service.resources import own_of


async def hand_over_finding(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Register the clue. The finding's id is its origin for ever, so a repeat gets the same clue again."""
    finding_id = UUID(payload["finding_id"])
    async with resources.transactions(SYSTEM) as uow:
        finding = await service.finding_to_hand_over(uow, finding_id)
    if finding is None:
        return
    try:
        clue = await own_of(resources).clue.register(
            origin_ref=domain.origin_ref_of(finding.id),
            received_on=resources.clock.today(),
            receiving_unit=finding.receiving_unit,
            subject=domain.subject_of(finding.person, finding.unit_code),
            category_code=domain.clue_category_of(finding.category),
            text=finding.text,
        )
    except PeerRefused as error:
        async with resources.transactions(SYSTEM) as uow:
            await service.refuse_hand_over(uow, finding_id, error.code)
        return
    async with resources.transactions(SYSTEM) as uow:
        await service.follow_clue(uow, finding_id, clue)


JOBS = {"hand-over-finding": hand_over_finding}
