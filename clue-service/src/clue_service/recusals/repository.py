"""SQL of recusals."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import any_, exists, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.interference_records.models import InterferenceRecord
from clue_service.locking import note_clues
from clue_service.recusals.models import Recusal

# Who is recused from a clue is recused from the clues that are one matter with it; kept on the clues, so that reads
# ask nothing more than the row.
_FOLLOW = text(
    """
    with around as (
        select clue_id from unnest(cast(:clue_ids as uuid[])) as given (clue_id)
        union
        select other.clue_id from matter_member as own
        join matter_member as other using (matter_id) where own.clue_id = any(cast(:clue_ids as uuid[]))
    ),
    due as (
        select around.clue_id, coalesce(array_agg(distinct cast(recusal.sub as text) order by cast(recusal.sub as text))
            filter (where recusal.sub is not null), '{}') as subs
        from around
        left join clue_recusal as recusal on recusal.lifted_at is null and recusal.clue_id in (
            select around.clue_id
            union
            select other.clue_id from matter_member as own
            join matter_member as other using (matter_id) where own.clue_id = around.clue_id
        )
        group by around.clue_id
    ),
    held as materialized (
        select clue.id from clue join due on due.clue_id = clue.id where clue.recused <> due.subs
        order by clue.id for no key update of clue
    )
    update clue set recused = due.subs from due where clue.id = due.clue_id and clue.id in (select id from held)
    returning clue.id
    """
)


@reads_as_engine
async def follow(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[UUID]:
    """Let some clues, and those that are one matter with them, say who is recused from them now.

    Returns:
        Those for which it changed.
    """
    return (await session.scalars(_FOLLOW, {"clue_ids": list(clue_ids)})).all()


_LOCK_AROUND = text(
    """
    select id from clue where id = any(cast(:clue_ids as uuid[])) or id in (
        select other.clue_id from matter_member as own
        join matter_member as other using (matter_id) where own.clue_id = any(cast(:clue_ids as uuid[]))
    )
    order by id for no key update
    """
)


@reads_as_engine
async def lock_around(session: AsyncSession, clue_ids: Iterable[UUID]) -> None:
    """Let nobody else change some clues, and those that are one matter with them, until the transaction ends."""
    note_clues(session)
    await session.execute(_LOCK_AROUND, {"clue_ids": list(clue_ids)})


async def any_recusals(session: AsyncSession) -> bool:
    """Whether anybody is recused from anything."""
    return bool(await session.scalar(select(exists().where(Recusal.lifted_at.is_(None)))))


async def find_recusal(session: AsyncSession, viewer: Viewer, recusal_id: UUID) -> Recusal | None:
    """One recusal from a clue that the viewer may see, locked."""
    seen = exists().where(Clue.id == Recusal.clue_id, clue_visible_to(viewer))
    query = select(Recusal).where(Recusal.id == recusal_id, seen).with_for_update(of=Recusal)
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_of_clue(session: AsyncSession, clue_id: UUID) -> Sequence[Recusal]:
    """The recusals from a clue, oldest first."""
    return (await session.scalars(select(Recusal).where(Recusal.clue_id == clue_id).order_by(Recusal.id))).all()


@reads_as_engine
async def is_recused_from(session: AsyncSession, sub: str, clue_ids: Iterable[UUID]) -> bool:
    """Whether a person is recused from any of some clues."""
    met = exists().where(Clue.id.in_(list(clue_ids)), literal(sub) == any_(Clue.recused))
    return bool(await session.scalar(select(met)))


_MET_NOWHERE = text(
    """
    with kept as materialized (
        select id from clue where recused <> '{}' and recused @> array[cast(:sub as text)]
    ),
    talked as materialized (
        select consultation_id as id from consultation_recusal where sub = :sub
        union select consultation_id from consultation_clue where clue_id in (select id from kept)
        union select consultation.id from consultation join overlap_alert_clue using (alert_id)
            where overlap_alert_clue.clue_id in (select id from kept)
    ),
    advised as materialized (
        select id from advice
        where clue_id in (select id from kept) or consultation_id in (select id from talked)
    )
    select id from kept
    union select matter_id from matter_member where clue_id in (select id from kept)
    union select id from candidate where clue_a in (select id from kept) or clue_b in (select id from kept)
    union select alert_id from overlap_alert_clue where clue_id in (select id from kept)
    union select id from unsealing where clue_id in (select id from kept)
    union select id from clue_share where clue_id in (select id from kept)
    union select id from library_item where :sub = any(recused)
    union select id from library_request where item_id in (select id from library_item where :sub = any(recused))
    union select id from clue_recusal where clue_id in (select id from kept)
    union select id from talked
    union select id from advised
    union select id from supervised_handling where clue_id in (select id from kept)
    union select id from outcome_notice where case item_type
        when 'clue' then item_id in (select id from kept)
        when 'consultation' then item_id in (select id from talked)
        when 'advice' then item_id in (select id from advised)
        else is_recused_from_item(item_type, item_id, :sub)
    end
    union select id from reporter_notice where clue_id in (select id from kept)
    union select id from clue_clock where clue_id in (select id from kept)
    union select id from jurisdiction_objection where clue_id in (select id from kept)
    union select id from clarification where clue_id in (select id from kept)
    union select id from accusation_finding where clue_id in (select id from kept)
    union select id from clue_deletion where clue_id in (select id from kept)
    union select id from clue_export where clue_id in (select id from kept)
    union select id from protection_request where clue_id in (select id from kept)
    union select id from interference_record where clue_id in (select id from kept) or intervener_sub = :sub
    """
)


@reads_as_engine
async def list_met_nowhere(session: AsyncSession, sub: str) -> Sequence[UUID]:
    """Clues a person is recused from, and what is made of them; records of interference about that person."""
    is_kept = exists().where(Recusal.sub == sub, Recusal.lifted_at.is_(None))
    if not await session.scalar(select(or_(is_kept, exists().where(InterferenceRecord.intervener_sub == sub)))):
        return []
    return (await session.scalars(_MET_NOWHERE, {"sub": sub})).all()
