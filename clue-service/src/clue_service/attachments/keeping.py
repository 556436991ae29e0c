"""Tidying up after deletions and kills: no object without a row, no row without an object."""

from datetime import timedelta

from chassis.identity import SYSTEM
from chassis.service import Resources

from clue_service.attachments import repository, storage

PATIENCE = timedelta(minutes=15)
"""A file that is on its way for longer was given up."""
ORPHAN_AGE = timedelta(days=1)
_BATCH = 100


async def remove_leftovers(resources: Resources, patience: timedelta = PATIENCE) -> int:
    """Remove what was deleted and what never arrived, the object before the row; returns how many."""
    removed = 0
    while storage.is_configured():
        async with resources.transactions(SYSTEM) as uow:
            left = await repository.lock_leftovers(uow.session, patience, _BATCH)
            for file_id in left:
                await storage.delete_object(file_id)
            await repository.forget(uow.session, left)
        removed += len(left)
        if len(left) < _BATCH:
            break
    return removed


async def remove_orphans(resources: Resources, age: timedelta = ORPHAN_AGE) -> int:
    """Remove old objects without a row: after a database was restored, nobody can open them any more."""
    removed = 0
    if not storage.is_configured():
        return removed
    async for batch in storage.list_objects():
        async with resources.transactions(SYSTEM) as uow:
            known = await repository.known_ids(uow.session, [file_id for file_id, _ in batch])
            before = await repository.system_now(uow.session) - age
        for file_id, stored_at in batch:
            if file_id not in known and stored_at < before:
                await storage.delete_object(file_id)
                removed += 1
    return removed


async def tidy(resources: Resources) -> None:
    """What the worker does every minute."""
    await remove_leftovers(resources)


async def look_for_orphans(resources: Resources) -> None:
    """What the worker does every hour."""
    await remove_orphans(resources)
