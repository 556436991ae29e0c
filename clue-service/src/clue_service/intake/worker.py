"""What the worker does for intake: matching that a crash or a failure left behind, and the engine's counts."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import SYSTEM
from chassis.logging import get_logger
from chassis.service import Resources

from clue_service.access.row_security import engine_session
from clue_service.intake import repository, service

_BATCH = 50
_BUSY_SECONDS = 4.0  # a worker that is told to stop waits at most so long for this timer

log = get_logger(__name__)


async def match_pending(resources: Resources) -> None:
    """Match the clues whose matching was left behind, each in a transaction of its own, for a few seconds."""
    until = time.monotonic() + _BUSY_SECONDS
    while time.monotonic() < until:
        async with engine_session(resources) as session:
            waiting = await repository.list_pending(session, older_than=service.PENDING_AFTER, limit=_BATCH)
        await _match(resources, waiting)
        if len(waiting) < _BATCH:
            return


async def _match(resources: Resources, waiting: Sequence[UUID]) -> None:
    tree = await resources.directory.tree()
    if not waiting or not await _index(resources, tree, waiting):
        return
    for clue_id in waiting:
        try:
            async with resources.transactions(SYSTEM) as uow:
                await service.match_clue(uow, tree, resources.own, clue_id)
        except Exception as error:
            log.error("matching_failed", clue_id=str(clue_id), exc_info=error)


async def _index(resources: Resources, tree: UnitTree, clue_ids: Sequence[UUID]) -> bool:
    """Whether all of them are in the index now."""
    try:
        async with resources.transactions(SYSTEM) as uow:
            await service.index_clues(uow, tree, resources.own, clue_ids)
    except Exception as error:
        log.error("indexing_failed", clues=len(clue_ids), exc_info=error)
        return False
    return True


async def match_again(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Look for the candidates of one clue now."""
    tree = await resources.directory.tree()
    clue_id = UUID(payload["clue_id"])
    async with resources.transactions(SYSTEM) as uow:
        await service.index_clues(uow, tree, resources.own, [clue_id])
    async with resources.transactions(SYSTEM) as uow:
        await service.match_clue(uow, tree, resources.own, clue_id)


async def save_counts(resources: Resources) -> None:
    """Store the counts the engine searches by, so that processes start quickly."""
    async with resources.transactions(SYSTEM) as uow:
        await resources.own.follow(uow.session)
        await resources.own.matcher.save_frequencies(uow.session)
