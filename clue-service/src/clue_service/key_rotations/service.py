"""Sealing everything anew under the current key, while the service works; a run that was killed is simply run again.

A value says itself under which key it lies, so nothing has to be remembered. Processes that still seal under an older
key are found by the count at the end: restart them with the new ring and run once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.service import Resources
from sqlalchemy import Row

from clue_service.access.row_security import engine_session
from clue_service.attachments import resealing as files
from clue_service.key_rotations import repository
from clue_service.key_rotations.repository import SEALED, SealedColumn

_AT_ONCE = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did: values sealed anew by kind, and how many still lie under another key."""

    key: str
    resealed: dict[str, int]
    remaining: int


async def rotate_keys(resources: Resources, by: Principal, progress: Progress = lambda *_: None) -> Outcome:
    """Seal under the current key whatever lies under another one."""
    key = resources.keys.current
    total = await _count_other(resources)
    resealed: dict[str, int] = {}
    for column in SEALED:
        done = sum(resealed.values())
        resealed[column.kind] = await _rotate(resources, by, column, partial(_tell, progress, done, total))
    done = sum(resealed.values())
    resealed["attachment"] = await files.reseal_files(resources, by, partial(_tell, progress, done, total))
    remaining = await _count_other(resources)
    async with resources.transactions(by) as uow:
        detail = {"count": sum(resealed.values()), "remaining": remaining}
        await uow.audit("rotate_keys", "key_ring", key, detail=detail)
    return Outcome(key, resealed, remaining)


async def _count_other(resources: Resources) -> int:
    key = resources.keys.current
    async with engine_session(resources) as session:
        values = sum([await repository.count_other(session, column, key) for column in SEALED])
    return values + await files.count_other(resources)


def _tell(progress: Progress, before: int, total: int, count: int) -> None:
    progress(before + count, total)


async def _rotate(resources: Resources, by: Principal, column: SealedColumn, progress: Callable[[int], None]) -> int:
    keys, count = resources.keys, 0
    after: tuple[Any, ...] | None = None
    while True:
        async with resources.transactions(by) as uow:
            rows = await repository.take_other(uow.session, column, keys.current, after=after, limit=_AT_ONCE)
            for row in rows:
                await repository.put(uow.session, column, column.keys_of(row), _anew(keys, column, row), keys.current)
        if not rows:
            return count
        after = column.keys_of(rows[-1])
        count += len(rows)
        progress(count)


def _anew(keys: KeyRing, column: SealedColumn, row: Row[Any]) -> bytes:
    context = column.context_of(row)
    return keys.seal(keys.open(row[0], context), context)
