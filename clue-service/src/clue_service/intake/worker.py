"""What the worker does for intake: matching that a crash or a failure left behind, and the engine's counts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.logging import get_logger
from chassis.service import Resources

from clue_service.intake import repository, service

_BATCH = 50

log = get_logger(__name__)


async def match_pending(resources: Resources) -> None:
    """Match the clues whose matching was left behind, each in a transaction of its own."""
    async with resources.database.sessions() as session:
        waiting = await repository.list_pending(session, older_than=service.PENDING_AFTER, limit=_BATCH)
    for clue_id in waiting:
        tree = await resources.directory.tree()
        try:
            async with resources.transactions(SYSTEM) as uow:
                await service.match_clue(uow, tree, resources.own, clue_id)
        except Exception as error:
            log.error("matching_failed", clue_id=str(clue_id), exc_info=error)


async def match_again(resources: Resources, payload: Mapping[str, Any]) -> None:
    """Look for the candidates of one clue now."""
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        await service.match_clue(uow, tree, resources.own, UUID(payload["clue_id"]))


async def save_counts(resources: Resources) -> None:
    """Store the counts the engine searches by, so that processes start quickly."""
    async with resources.transactions(SYSTEM) as uow:
        await resources.own.follow(uow.session)
        await resources.own.matcher.save_frequencies(uow.session)
