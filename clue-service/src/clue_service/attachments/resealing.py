"""Sealing kept files anew under the current key of the ring."""

from collections.abc import Callable
from uuid import UUID

from chassis.identity import Principal
from chassis.service import Resources

from clue_service.access.row_security import engine_session
from clue_service.attachments import repository, storage
from clue_service.attachments.service import context_of


async def count_other(resources: Resources) -> int:
    """How many files lie under another key than the current one."""
    async with engine_session(resources) as session:
        return await repository.count_sealed_otherwise(session, resources.keys.current)


async def reseal_files(resources: Resources, by: Principal, progress: Callable[[int], None]) -> int:
    """Seal what lies under another key anew, file by file; returns how many. Raises FilesUnavailable.

    The object first, then the row: a run that dies between them seals that file once more. Files on their way are left
    to the next run.
    """
    count, after = 0, None
    while storage.is_configured():
        after = await _next(resources, by, after)
        if after is None:
            break
        count += 1
        progress(count)
    return count


async def _next(resources: Resources, by: Principal, after: UUID | None) -> UUID | None:
    keys = resources.keys
    async with resources.transactions(by) as uow:
        file = await repository.lock_sealed_otherwise(uow.session, keys.current, after)
        if file is None:
            return None
        content = keys.open(await storage.get_object(file.id), context_of(file.id))
        await storage.put_object(file.id, keys.seal(content, context_of(file.id)))
        file.sealed_under = keys.current
        return file.id
