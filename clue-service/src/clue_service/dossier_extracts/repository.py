"""SQL of dossier extracts."""

from collections.abc import Collection
from typing import Any

from chassis.identity import Principal
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.models import Clue


async def find_reader(session: AsyncSession, sub: str) -> Principal | None:
    """A principal as the directory copy knows it: a service names only its subject."""
    table = tables.principal_copy
    row = (await session.execute(table.select().where(table.c.sub == sub))).one_or_none()
    if row is None:
        return None
    return Principal(sub=sub, unit=row.unit, roles=frozenset(row.roles), clearance=row.clearance)


@reads_as_engine
async def list_announced(session: AsyncSession, unit_codes: Collection[str]) -> list[Any]:
    """Announced clues about some units, oldest first: rows without content."""
    columns = (
        Clue.id,
        Clue.clue_no,
        Clue.commission,
        Clue.source_code,
        Clue.received_on,
        Clue.status,
        Clue.closure,
        Clue.secrecy_level,
    )
    query = select(*columns).where(Clue.subject_units.overlap(list(unit_codes)), Clue.overlap_policy == "announce")
    return list((await session.execute(query.order_by(Clue.received_on, Clue.id))).all())
