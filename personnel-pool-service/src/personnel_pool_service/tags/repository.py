"""SQL of the tag vocabulary."""

from collections.abc import Collection
from typing import Any

from chassis.db import one_of
from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.tags.models import TagRow, TagSpellingRow

_LOCK = 7_301_002  # any fixed number; one writer of the vocabulary at a time

# Folded as in tags.domain.fold; only those whose codes change are written.
_RECODE = text(
    """
    with recoded as (
        select c.id, (
            select array_agg(distinct coalesce(s.code, t)::text)
            from unnest(c.tags) t left join tag_spelling s on s.spelling = lower(btrim(normalize(t, nfkc)))
        ) as codes
        from cadre c
        where exists (
            select from unnest(c.tags) t where lower(btrim(normalize(t, nfkc))) = any(cast(:spellings as text[]))
        )
    )
    update cadre set tag_codes = recoded.codes
    from recoded where recoded.id = cadre.id and cadre.tag_codes is distinct from recoded.codes
    """
)
_UNLISTED = text(
    """
    select t as tag, count(*) as cadres
    from cadre c cross join unnest(c.tags) t
    where c.status <> 'exited'
        and not exists (select from tag_spelling s where s.spelling = lower(btrim(normalize(t, nfkc))))
    group by t order by count(*) desc, t limit :limit
    """
)


async def lock_vocabulary(session: AsyncSession) -> None:
    """Wait for other writers of the vocabulary."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def find_tag(session: AsyncSession, code: str) -> TagRow | None:
    """The tag, or None."""
    return await session.get(TagRow, code)


async def list_tags(session: AsyncSession, *, kind: str | None, after: str | None, limit: int) -> list[TagRow]:
    """Tags by code, one more than ``limit`` if there are more."""
    query = select(TagRow).order_by(TagRow.code).limit(limit + 1)
    if kind is not None:
        query = query.where(TagRow.kind == kind)
    if after is not None:
        query = query.where(TagRow.code > after)
    return list(await session.scalars(query))


async def list_codes(session: AsyncSession, spellings: Collection[str]) -> dict[str, str]:
    """Folded spelling → code; what is not listed is absent."""
    query = select(TagSpellingRow.spelling, TagSpellingRow.code).where(one_of(TagSpellingRow.spelling, spellings))
    return {row.spelling: row.code for row in await session.execute(query)}


async def replace_spellings(session: AsyncSession, code: str, spellings: Collection[str]) -> set[str]:
    """Write all spellings of a tag; returns those that were or are its own."""
    before = set(await session.scalars(select(TagSpellingRow.spelling).where(TagSpellingRow.code == code)))
    await session.execute(delete(TagSpellingRow).where(TagSpellingRow.code == code))
    await session.execute(insert(TagSpellingRow), [{"spelling": one, "code": code} for one in sorted(spellings)])
    return before | set(spellings)


async def recode_cadres(session: AsyncSession, spellings: Collection[str]) -> None:
    """Give cadres who bear a tag in one of these spellings their codes anew."""
    await session.execute(_RECODE, {"spellings": sorted(spellings)})


async def list_unlisted(session: AsyncSession, limit: int) -> list[Any]:
    """(tag, cadres) of the texts in use that the vocabulary does not list, most used first."""
    return list(await session.execute(_UNLISTED, {"limit": limit}))
