"""Compiling a dossier after commit: what clue-service may tell, then the freeze in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources

from inspection_service.clients.errors import PeerRefused
from inspection_service.dossiers import service
from inspection_service.resources import own_of

_NOT_OFFERED = {404: "not_offered", 405: "not_offered"}


async def compile_dossier(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Gather and freeze. While clue-service is down the job is tried again; a refusal is written into the dossier."""
    async with resources.transactions(SYSTEM) as uow:
        order = await service.open_order(uow, UUID(payload["dossier_id"]))
    if order is None:
        return
    extract, told = None, "asked"
    try:
        extract = await own_of(resources).clue.extract_ledger(
            order.unit_code, matter=f"team:{order.team_id}", acting_for=order.requested_by
        )
    except PeerRefused as error:
        told = _NOT_OFFERED.get(error.status, "refused")
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await service.freeze(uow, tree, order.dossier_id, extract, {"clue": told, "inspection": "asked"})


JOBS = {"compile-dossier": compile_dossier}
