"""The job after a change of model: every clue is searched for once more, in short pieces, so that leases hold."""

from collections.abc import Mapping
from typing import Any

from chassis.identity import SYSTEM
from chassis.service import Resources

from clue_service.access.row_security import engine_session
from clue_service.intake import service as intake
from clue_service.matching_models.service import RESCORE
from clue_service.reclusterings import repository

_AT_ONCE = 100  # clues a job; a search takes some 10 ms


async def rescore_matching(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Search for the next clues; pairs that are known stay as they were scored, new ones go to people."""
    async with engine_session(resources) as session:
        await resources.own.follow(session, ask_at_once=True)
        batch = await repository.list_keyed(session, after=int(payload["after"]), limit=_AT_ONCE)
    tree = await resources.directory.tree()
    for _, clue_id in batch:
        async with resources.transactions(SYSTEM) as uow:
            await intake.search(uow, tree, resources.own, clue_id, origin="rescore")
    if len(batch) == _AT_ONCE:
        async with resources.transactions(SYSTEM) as uow:
            await uow.enqueue(RESCORE, {"after": batch[-1][0]})
