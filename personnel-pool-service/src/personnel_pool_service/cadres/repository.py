"""SQL of cadres."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.db import one_of
from sqlalchemy import Select, and_, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from personnel_pool_service.cadres.domain import ACTIVE, EXITED, Criteria, Demand, Post
from personnel_pool_service.cadres.errors import CadreExists
from personnel_pool_service.cadres.models import ONE_PERSON, CadreIdentityRow, CadreRow, PostRow, RecusalFactRow


async def add_cadre(session: AsyncSession, row: CadreRow) -> None:
    """Insert a cadre and learn its id; raises ``CadreExists``."""
    session.add(row)
    await flush(session)


async def flush(session: AsyncSession) -> None:
    """Send changes of cadres; raises ``CadreExists`` for a duplicate that came in meanwhile."""
    try:
        await session.flush()
    except IntegrityError as error:
        if ONE_PERSON in str(error.orig):
            raise CadreExists from error
        raise


async def find_twin(session: AsyncSession, row: CadreRow) -> UUID | None:
    """Another present cadre of the same name, date of birth and home unit."""
    query = select(CadreRow.id).where(
        CadreRow.name == row.name,
        CadreRow.birth_date == row.birth_date,
        CadreRow.home_unit == row.home_unit,
        CadreRow.status != EXITED,
    )
    if row.id is not None:
        query = query.where(CadreRow.id != row.id)
    with session.no_autoflush:
        return await session.scalar(query)


async def find_namesake(session: AsyncSession, row: CadreRow, digest: bytes | None) -> UUID | None:
    """Another present cadre of the same name and date of birth whom no identity number tells apart from this one."""
    query = (
        select(CadreRow.id)
        .outerjoin(CadreIdentityRow, CadreIdentityRow.cadre_id == CadreRow.id)
        .where(CadreRow.name == row.name, CadreRow.birth_date == row.birth_date, CadreRow.status != EXITED)
        .limit(1)
    )
    if digest is not None:
        query = query.where(or_(CadreIdentityRow.digest.is_(None), CadreIdentityRow.digest == digest))
    with session.no_autoflush:
        return await session.scalar(query)


async def find_cadre(session: AsyncSession, cadre_id: UUID, *, lock: bool = False) -> CadreRow | None:
    """The cadre, or None."""
    query = select(CadreRow).where(CadreRow.id == cadre_id)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def lock_cadres(session: AsyncSession, cadre_ids: Collection[UUID]) -> list[CadreRow]:
    """The cadres, locked in the order of their ids."""
    query = select(CadreRow).where(one_of(CadreRow.id, cadre_ids)).order_by(CadreRow.id)
    return list(await session.scalars(query.with_for_update(key_share=True)))


async def list_present_of(session: AsyncSession, home_unit: str) -> list[CadreRow]:
    """The cadres at home in a unit who have not left, locked in the order of their ids."""
    query = select(CadreRow).where(CadreRow.home_unit == home_unit, CadreRow.status != EXITED).order_by(CadreRow.id)
    return list(await session.scalars(query.with_for_update(key_share=True)))


async def count_present(session: AsyncSession, home_unit: str) -> int:
    """How many cadres at home in a unit have not left."""
    query = select(func.count()).where(CadreRow.home_unit == home_unit, CadreRow.status != EXITED)
    return await session.scalar(query) or 0


async def count_active(session: AsyncSession, homes: Collection[str]) -> dict[str, int]:
    """Active pool members per home unit."""
    query = (
        select(CadreRow.home_unit, func.count().label("members"))
        .where(one_of(CadreRow.home_unit, homes), CadreRow.status == ACTIVE)
        .group_by(CadreRow.home_unit)
    )
    return {row.home_unit: row.members for row in await session.execute(query)}


async def list_cadres(
    session: AsyncSession,
    criteria: Criteria,
    *,
    homes: Collection[str] | None,
    taken: Any,
    after: UUID | None,
    limit: int,
) -> list[CadreRow]:
    """Cadres by id, one more than ``limit`` if there are more.

    Args:
        session: The present session.
        criteria: What is asked for.
        homes: The home units the reader may see; None is all.
        taken: Subquery of the cadres who are not free in the period, or None.
        after: The last id of the page before.
        limit: Page size.
    """
    query = _matching(criteria).order_by(CadreRow.id).limit(limit + 1)
    if homes is not None:
        query = query.where(one_of(CadreRow.home_unit, homes))
    if criteria.is_available:
        query = query.where(CadreRow.status == ACTIVE)
        if taken is not None:
            query = query.where(CadreRow.id.not_in(taken))
    if after is not None:
        query = query.where(CadreRow.id > after)
    return list(await session.scalars(query))


def _matching(criteria: Criteria) -> Select[Any]:
    wanted = {
        CadreRow.id: criteria.cadre_ids,
        CadreRow.home_unit: criteria.home_units,
        CadreRow.rank: criteria.ranks,
        CadreRow.gender: (criteria.gender,) if criteria.gender else (),
        CadreRow.party_member: () if criteria.party_member is None else (criteria.party_member,),
    }
    conditions: list[Any] = [one_of(column, values) for column, values in wanted.items() if values]
    if criteria.name:
        conditions.append(CadreRow.name.contains(criteria.name, autoescape=True))
    if criteria.text:
        conditions.append(_mentions(criteria.text, criteria.text_code or criteria.text))
    if criteria.tags:
        conditions.append(CadreRow.tag_codes.contains(list(criteria.tags)))
    if criteria.pool_kinds:
        conditions.append(CadreRow.pool_kinds.overlap(list(criteria.pool_kinds)))
    if criteria.demands:
        conditions.append(or_(*(_fits(demand) for demand in criteria.demands)))
    return select(CadreRow).where(one_of(CadreRow.status, criteria.statuses), *conditions)


def _mentions(words: str, tag: str) -> Any:
    has_post = exists().where(PostRow.cadre_id == CadreRow.id, PostRow.post.contains(words, autoescape=True))
    return or_(CadreRow.name.contains(words, autoescape=True), CadreRow.tag_codes.contains([tag]), has_post)


def _fits(demand: Demand) -> Any:
    has_tags = CadreRow.tag_codes.contains(list(demand.tags))
    return and_(has_tags, CadreRow.pool_kinds.overlap(list(demand.pool_kinds))) if demand.pool_kinds else has_tags


async def list_taken(session: AsyncSession, cadre_ids: Collection[UUID], taken: Any) -> set[UUID]:
    """Those of the cadres who are in the subquery ``taken``."""
    return set(await session.scalars(select(CadreRow.id).where(one_of(CadreRow.id, cadre_ids), CadreRow.id.in_(taken))))


async def replace_posts(session: AsyncSession, cadre_id: UUID, posts: Sequence[Post]) -> None:
    """Write a cadre's whole work history."""
    await session.execute(delete(PostRow).where(PostRow.cadre_id == cadre_id))
    if posts:
        rows = [
            {
                "cadre_id": cadre_id,
                "position": position,
                "unit_code": post.unit_code,
                "post": post.post,
                "first_day": post.first,
                "last_day": post.last,
            }
            for position, post in enumerate(posts)
        ]
        await session.execute(insert(PostRow), rows)


async def list_posts(session: AsyncSession, cadre_ids: Collection[UUID]) -> dict[UUID, list[Post]]:
    """Work histories of cadres, each in its order."""
    found: dict[UUID, list[Post]] = {cadre_id: [] for cadre_id in cadre_ids}
    # Columns, not rows of the model: a bulk check reads thousands.
    columns = (PostRow.cadre_id, PostRow.unit_code, PostRow.post, PostRow.first_day, PostRow.last_day)
    query = select(*columns).where(one_of(PostRow.cadre_id, cadre_ids)).order_by(PostRow.cadre_id, PostRow.position)
    for cadre_id, unit_code, post, first, last in await session.execute(query):
        found[cadre_id].append(Post(unit_code, post, first, last))
    return found


async def store_sealed(session: AsyncSession, cadre_id: UUID, sealed: bytes) -> None:
    """Keep a cadre's sealed relatives."""
    statement = insert(RecusalFactRow).values(cadre_id=cadre_id, sealed=sealed)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[RecusalFactRow.cadre_id], set_={"sealed": statement.excluded.sealed}
        )
    )


async def list_sealed(session: AsyncSession, cadre_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Sealed relatives of cadres; those without any are absent."""
    query = select(RecusalFactRow.cadre_id, RecusalFactRow.sealed).where(one_of(RecusalFactRow.cadre_id, cadre_ids))
    return {row.cadre_id: row.sealed for row in await session.execute(query)}


async def find_by_digest(session: AsyncSession, digest: bytes) -> UUID | None:
    """The cadre with this identity number, or None."""
    return await session.scalar(select(CadreIdentityRow.cadre_id).where(CadreIdentityRow.digest == digest))


async def store_identity(session: AsyncSession, cadre_id: UUID, digest: bytes, sealed: bytes) -> None:
    """Keep a cadre's identity number."""
    statement = insert(CadreIdentityRow).values(cadre_id=cadre_id, digest=digest, sealed=sealed)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[CadreIdentityRow.cadre_id],
            set_={"digest": statement.excluded.digest, "sealed": statement.excluded.sealed},
        )
    )


async def delete_identity(session: AsyncSession, cadre_id: UUID) -> None:
    """Forget a cadre's identity number."""
    await session.execute(delete(CadreIdentityRow).where(CadreIdentityRow.cadre_id == cadre_id))


async def list_namesakes(session: AsyncSession, cadre_ids: Collection[UUID]) -> set[UUID]:
    """Those of the cadres who share name and date of birth with another present cadre."""
    other = aliased(CadreRow)
    shared = exists().where(
        other.name == CadreRow.name,
        other.birth_date == CadreRow.birth_date,
        other.id != CadreRow.id,
        other.status != EXITED,
    )
    return set(await session.scalars(select(CadreRow.id).where(one_of(CadreRow.id, cadre_ids), shared)))


async def list_ids(session: AsyncSession, statuses: Collection[str]) -> list[UUID]:
    """Ids of the cadres in some statuses, in order."""
    return list(
        await session.scalars(select(CadreRow.id).where(one_of(CadreRow.status, statuses)).order_by(CadreRow.id))
    )


async def list_for_recusal(session: AsyncSession, cadre_ids: Collection[UUID]) -> list[Any]:
    """(id, name, home_unit, native_place) of cadres, whatever their status."""
    query = select(CadreRow.id, CadreRow.name, CadreRow.home_unit, CadreRow.native_place).where(
        one_of(CadreRow.id, cadre_ids)
    )
    return list(await session.execute(query))
