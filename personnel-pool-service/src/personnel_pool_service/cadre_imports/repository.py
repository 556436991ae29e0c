"""SQL of rosters: many rows a statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import delete, func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.cadres.domain import EXITED, Post
from personnel_pool_service.cadres.models import CadreIdentityRow, CadreRow, PostRow, RecusalFactRow
from personnel_pool_service.cadres.repository import flush, list_posts, lock_cadres

__all__ = ["flush", "list_posts", "lock_cadres"]
_LOCK = 7_301_003  # any fixed number; one roster at a time, so that two never enter the same person


async def lock_rosters(session: AsyncSession) -> None:
    """Wait for another roster."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def list_candidates(session: AsyncSession, names: Collection[str], digests: Collection[bytes]) -> list[CadreRow]:
    """Present cadres with one of the names or identity numbers, by id."""
    numbered = select(CadreIdentityRow.cadre_id).where(one_of(CadreIdentityRow.digest, digests))
    query = select(CadreRow).where(
        CadreRow.status != EXITED, or_(one_of(CadreRow.name, names), CadreRow.id.in_(numbered))
    )
    return list(await session.scalars(query.order_by(CadreRow.id)))


async def list_digests(session: AsyncSession, cadre_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Digests of identity numbers; cadres without one are absent."""
    query = select(CadreIdentityRow.cadre_id, CadreIdentityRow.digest)
    found = await session.execute(query.where(one_of(CadreIdentityRow.cadre_id, cadre_ids)))
    return {row.cadre_id: row.digest for row in found}


async def new_ids(session: AsyncSession, count: int) -> list[UUID]:
    """Fresh ids, made by the database."""
    return list(await session.scalars(select(func.uuidv7()).select_from(func.generate_series(1, count))))


def _every_column(model: type[Any]) -> Any:
    # Otherwise rows with an empty column and rows without one become statements of their own, thousands of them.
    return insert(model).execution_options(render_nulls=True)


async def insert_cadres(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many cadres whose ids are known."""
    await session.execute(_every_column(CadreRow), list(rows))


async def insert_posts(session: AsyncSession, histories: Mapping[UUID, Sequence[Post]]) -> None:
    """Write whole work histories of cadres who have none yet."""
    rows = [
        {
            "cadre_id": cadre_id, "position": position, "unit_code": post.unit_code, "post": post.post,
            "first_day": post.first, "last_day": post.last,
        }
        for cadre_id, posts in histories.items()
        for position, post in enumerate(posts)
    ]  # fmt: skip
    if rows:
        await session.execute(_every_column(PostRow), rows)


async def replace_posts(session: AsyncSession, histories: Mapping[UUID, Sequence[Post]]) -> None:
    """Write whole work histories in the place of others."""
    if histories:
        await session.execute(delete(PostRow).where(one_of(PostRow.cadre_id, histories)))
        await insert_posts(session, histories)


async def store_relatives(session: AsyncSession, sealed: Mapping[UUID, bytes]) -> None:
    """Keep sealed relatives, in the place of others."""
    if not sealed:
        return
    statement = pg_insert(RecusalFactRow)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[RecusalFactRow.cadre_id], set_={"sealed": statement.excluded.sealed}
        ),
        [{"cadre_id": cadre_id, "sealed": one} for cadre_id, one in sealed.items()],
    )


async def store_numbers(session: AsyncSession, numbers: Sequence[tuple[UUID, bytes, bytes]]) -> None:
    """Keep (cadre, digest, sealed number), in the place of others."""
    if not numbers:
        return
    statement = pg_insert(CadreIdentityRow)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[CadreIdentityRow.cadre_id],
            set_={"digest": statement.excluded.digest, "sealed": statement.excluded.sealed},
        ),
        [{"cadre_id": cadre_id, "digest": digest, "sealed": sealed} for cadre_id, digest, sealed in numbers],
    )
