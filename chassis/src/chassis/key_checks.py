"""Whether the key ring opens what a database holds: asked after a restore, before anybody works on it.

A value says under which key it lies; one of each kind and key is opened, so that a key of the right name and the wrong
bytes is found out too. Nothing is changed, whatever the ring.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import typer
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.commands import counting_bar, opened_resources, operator
from chassis.identity import Principal
from chassis.keyring import KeyMissing, KeyRing
from chassis.sealed_columns import SealedColumn
from chassis.service import Resources, Service

OPENED, MISSING, WRONG = "opened", "missing", "wrong"


@dataclass(frozen=True)
class Held:
    """Values of one kind under one key, and what the ring makes of them."""

    kind: str
    key: str
    values: int
    verdict: str


async def check_keys(
    service: Service, resources: Resources, by: Principal, progress: Callable[[int, int], None] = lambda *_: None
) -> list[Held]:
    """Every kind and key that a service's database holds; ``by`` is internal."""
    found = []
    for number, column in enumerate(service.sealed, start=1):
        async with resources.transactions(by) as uow:
            found += await _held(uow.session, resources.keys, column)
        progress(number, len(service.sealed))
    return found


async def _held(session: AsyncSession, keys: KeyRing, column: SealedColumn) -> list[Held]:
    # A sealed value begins with the length and the name of its key.
    name = func.substring(column.value, 2, func.get_byte(column.value, 0)).label("name")
    stored = select(name, func.count()).where(column.value.is_not(None)).group_by(name).order_by(name)
    found = []
    for raw, values in (await session.execute(stored)).all():
        query = select(column.value, *column.selected()).where(name == raw).limit(1)
        row = (await session.execute(query)).one()
        found.append(Held(column.label, raw.decode(), values, _verdict(keys, row[0], column.context_of(row))))
    return found


def _verdict(keys: KeyRing, sealed: bytes, context: str) -> str:
    try:
        keys.open(sealed, context)
    except KeyMissing:
        return MISSING
    except InvalidTag:
        return WRONG
    return OPENED


def check_keys_command(service: Service) -> Callable[..., None]:
    """The command ``check-keys`` of a service that seals something."""

    def check() -> None:
        """Say under which keys values lie, and whether the ring opens them; changes nothing.

        Prints one JSON object for each kind and key: `opened`, `missing` (the ring has no key of that name) or `wrong`
        (it has another key of that name). Ends with 1 unless all are opened: do not let people in, find the ring.
        """
        with counting_bar("opening one of each") as progress:
            found = asyncio.run(_run(service, progress))
        for one in found:
            typer.echo(json.dumps(asdict(one)))
        raise typer.Exit(0 if all(one.verdict == OPENED for one in found) else 1)

    return check


async def _run(service: Service, progress: Callable[[int, int], None]) -> list[Held]:
    async with opened_resources(service) as resources:
        return await check_keys(service, resources, operator(None), progress)
