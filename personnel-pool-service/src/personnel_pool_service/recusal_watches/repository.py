"""SQL of watches."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.recusal_declarations.models import DeclarationRow
from personnel_pool_service.recusal_requests.models import RecusalRequestRow
from personnel_pool_service.recusal_waivers.models import WaiverRow
from personnel_pool_service.recusal_watches.models import PulseRow, WatchRow
from personnel_pool_service.units.models import UnitRow


class Watched(NamedTuple):
    """A pair and the versions of what its verdict depends on."""

    watch: WatchRow
    cadre_version: int
    declarations: int
    requests: int
    waivers: int


async def list_watched(session: AsyncSession) -> list[Watched]:
    """Every pair, by id."""

    def total(row: type[RecusalRequestRow | WaiverRow]) -> Any:
        versions = select(func.coalesce(func.sum(row.version), 0)).where(row.cadre_id == WatchRow.cadre_id)
        return versions.scalar_subquery()

    declared = select(func.count()).where(DeclarationRow.cadre_id == WatchRow.cadre_id).scalar_subquery()
    query = (
        select(WatchRow, CadreRow.version, declared, total(RecusalRequestRow), total(WaiverRow))
        .join(CadreRow, CadreRow.id == WatchRow.cadre_id)
        .order_by(WatchRow.id)
    )
    return [Watched(*row) for row in await session.execute(query)]


async def stamp_of_directory(session: AsyncSession) -> tuple[int, int]:
    """Two numbers that change with every change of the directory."""
    row = (await session.execute(select(func.count(), func.coalesce(func.sum(UnitRow.version), 0)))).one()
    return int(row[0]), int(row[1])


async def beat_of(session: AsyncSession, name: str) -> int:
    """How often something has happened."""
    return await session.scalar(select(PulseRow.beat).where(PulseRow.name == name)) or 0


async def count_beat(session: AsyncSession, name: str) -> None:
    """Count that something has happened once more."""
    statement = insert(PulseRow).values(name=name, beat=1)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[PulseRow.name], set_={"beat": PulseRow.beat + literal(1)})
    )


async def advance(session: AsyncSession, name: str, version: int) -> bool:
    """Move a name's count on to ``version``; False if it is there already, or beyond."""
    statement = insert(PulseRow).values(name=name, beat=version)
    moved = statement.on_conflict_do_update(
        index_elements=[PulseRow.name], set_={"beat": version}, where=PulseRow.beat < version
    )
    return await session.scalar(moved.returning(PulseRow.beat)) is not None


async def list_known_cadres(session: AsyncSession, cadre_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are cadres of the pool."""
    return set(await session.scalars(select(CadreRow.id).where(one_of(CadreRow.id, cadre_ids))))


async def list_of_ref(session: AsyncSession, ref: str) -> list[WatchRow]:
    """The pairs somebody relies on."""
    return list(await session.scalars(select(WatchRow).where(WatchRow.ref == ref).with_for_update()))


async def add_all(session: AsyncSession, rows: Sequence[WatchRow]) -> None:
    """Insert pairs."""
    session.add_all(rows)
    await session.flush()


async def delete_pairs(session: AsyncSession, ref: str, pairs: Collection[tuple[UUID, str]]) -> None:
    """Watch some pairs no longer."""
    await session.execute(
        delete(WatchRow).where(WatchRow.ref == ref, tuple_(WatchRow.cadre_id, WatchRow.unit_code).in_(pairs))
    )


async def lock_watches(session: AsyncSession, watch_ids: Collection[UUID]) -> dict[UUID, WatchRow]:
    """The pairs that are still watched, locked in the order of their ids."""
    query = select(WatchRow).where(one_of(WatchRow.id, watch_ids)).order_by(WatchRow.id).with_for_update()
    return {row.id: row for row in await session.scalars(query)}
