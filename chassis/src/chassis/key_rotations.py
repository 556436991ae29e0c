"""Sealing everything anew under the current key, while the service works; a run that was killed is simply run again.

A value says itself under which key it lies, so nothing has to be remembered. Processes that still seal under an older
key are found by the count at the end: restart them with the new ring and run once more.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy import ColumnElement, Row, and_, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.commands import counting_bar, opened_resources, operator
from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.sealed_columns import SealedColumn
from chassis.service import Resources, Service

_AT_ONCE = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did: values sealed anew by kind, and how many still lie under another key."""

    key: str
    resealed: dict[str, int]
    remaining: int


async def rotate_keys(
    service: Service, resources: Resources, by: Principal, progress: Progress = lambda *_: None
) -> Outcome:
    """Seal under the current key whatever a service keeps under another one; ``by`` is internal."""
    key = resources.keys.current
    total = await _count_other(service, resources, by)
    resealed: dict[str, int] = {}
    for column in service.sealed:
        done = sum(resealed.values())
        count = await _rotate(resources, by, column, partial(_tell, progress, done, total))
        resealed[column.label] = resealed.get(column.label, 0) + count
    if service.sealed_files is not None:
        done = sum(resealed.values())
        tell = partial(_tell, progress, done, total)
        resealed[service.sealed_files.kind] = await service.sealed_files.reseal(resources, by, tell)
    remaining = await _count_other(service, resources, by)
    async with resources.transactions(by) as uow:
        detail = {"count": sum(resealed.values()), "remaining": remaining}
        await uow.audit("rotate_keys", "key_ring", key, detail=detail)
    return Outcome(key, resealed, remaining)


async def _count_other(service: Service, resources: Resources, by: Principal) -> int:
    async with resources.transactions(by) as uow:
        counts = [await count_other(uow.session, column, resources.keys.current) for column in service.sealed]
    files = await service.sealed_files.count_other(resources) if service.sealed_files is not None else 0
    return sum(counts) + files


def _tell(progress: Progress, before: int, total: int, count: int) -> None:
    progress(before + count, total)


async def _rotate(resources: Resources, by: Principal, column: SealedColumn, progress: Callable[[int], None]) -> int:
    keys, count = resources.keys, 0
    after: tuple[Any, ...] | None = None
    while True:
        async with resources.transactions(by) as uow:
            rows = await take_other(uow.session, column, keys.current, after=after, limit=_AT_ONCE)
            for row in rows:
                await put(uow.session, column, column.keys_of(row), _anew(keys, column, row), keys.current)
        if not rows:
            return count
        after = column.keys_of(rows[-1])
        count += len(rows)
        progress(count)


def _anew(keys: KeyRing, column: SealedColumn, row: Row[Any]) -> bytes:
    context = column.context_of(row)
    return keys.seal(keys.open(row[0], context), context)


def _is_under(column: SealedColumn, key: str) -> ColumnElement[bool]:
    # A sealed value begins with the length and the name of its key.
    name = key.encode()
    prefix = bytes([len(name)]) + name
    return func.substring(column.value, 1, len(prefix)) == literal(prefix)


async def count_other(session: AsyncSession, column: SealedColumn, key: str) -> int:
    """How many values lie under another key."""
    query = select(func.count()).select_from(column.value.class_).where(column.value.is_not(None))
    return int(await session.scalar(query.where(~_is_under(column, key))) or 0)


async def take_other(
    session: AsyncSession, column: SealedColumn, key: str, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[Row[Any]]:
    """The next rows under another key, locked: (sealed value, the row's keys …, what its context is made of …)."""
    query = select(column.value.label("sealed"), *column.selected()).where(
        column.value.is_not(None), ~_is_under(column, key)
    )
    if after is not None:
        query = query.where(tuple_(*column.keys) > tuple_(*(literal(one) for one in after)))
    return (await session.execute(query.order_by(*column.keys).limit(limit).with_for_update(key_share=True))).all()


async def put(session: AsyncSession, column: SealedColumn, keys: tuple[Any, ...], sealed: bytes, name: str) -> None:
    """Store a value sealed anew under the key of that name."""
    values = {column.value: sealed} | ({column.key_name: name} if column.key_name is not None else {})
    where = and_(*(one == value for one, value in zip(column.keys, keys, strict=True)))
    await session.execute(
        update(column.value.class_).where(where).values(values), execution_options={"synchronize_session": False}
    )


def rotate_keys_command(service: Service) -> Callable[..., None]:
    """The command ``rotate-keys`` of a service that seals something."""

    def rotate(
        by: Annotated[str | None, typer.Option(help="who rotates, for the log; else the login")] = None,
    ) -> None:
        """Seal everything anew under the current key of the ring, while the service works.

        Before: add a key to the ring's file, make it current, restart the processes. After: keep the older keys as long
        as backups shall be read, and the oldest one always, since digests are made with it. Prints one JSON object;
        ends with 1 if something still lies under another key.
        """
        with counting_bar("sealing anew") as progress:
            outcome = asyncio.run(_run(service, by, progress))
        typer.echo(json.dumps(asdict(outcome)))
        raise typer.Exit(1 if outcome.remaining else 0)

    return rotate


async def _run(service: Service, by: str | None, progress: Progress) -> Outcome:
    async with opened_resources(service) as resources:
        return await rotate_keys(service, resources, operator(by), progress)
