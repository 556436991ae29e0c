"""SQL of how far recusals reach: what rests on a clue, and who is recused from any of it.

``is_recused_from_item`` says the same for one person and one item; a test holds the two together.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.statements import Statement
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.row_security import reads_as_engine


class Item(NamedTuple):
    """Something a person can be recused from, as notices name it."""

    type: str
    id: UUID


class Kept(NamedTuple):
    """Who is recused from an item; ``version`` grows with each time it is asked."""

    item: Item
    recused: tuple[str, ...]
    version: int


ON_ONE_CLUE = (
    "supervised_handling",
    "reporter_notice",
    "clue_clock",
    "jurisdiction_objection",
    "clarification",
    "accusation_finding",
    "clue_deletion",
    "clue_export",
    "interference_record",
    "protection_request",
)
"""Tables of items that rest on one clue and on nothing else; an export of many clues rests on none of them."""
TYPES = frozenset(
    {
        "clue",
        "clue_transfer",
        "overlap_alert",
        "consultation",
        "consultation_action",
        "advice",
        "outcome_notice",
        "library_item",
        "library_request",
        *ON_ONE_CLUE,
    }
)
"""What a person can be recused from; candidates and matters are told to nobody."""

_GIVEN = """
    given (item_type, item_id) as (
        select item_type, item_id from unnest(cast(:types as text[]), cast(:ids as uuid[])) as one (item_type, item_id)
    )
"""
_RESTING_ON_ONE = "union select 'ITEM', id from ITEM where clue_id in (select id from clues)"
_KEPT_BY_ONE = """
    union select item_type, item_id, ITEM.clue_id from given join ITEM on item_type = 'ITEM' and id = item_id
"""


def _written(statement: str, of_one: str) -> TextClause:
    each = "\n".join(of_one.replace("ITEM", table) for table in ON_ONE_CLUE)
    return text(statement.replace("GIVEN", _GIVEN).replace("ON_ONE_CLUE", each))


# One table for each ``union select``: with ``or`` a table is read whole, also where nothing is asked for.
_RESTING = _written(
    """
    with GIVEN,
    clues as (select item_id as id from given where item_type = 'clue'),
    alerts as (
        select item_id as id from given where item_type = 'overlap_alert'
        union select alert_id from overlap_alert_clue where clue_id in (select id from clues)
    ),
    consultations as (
        select item_id as id from given where item_type = 'consultation'
        union select consultation_id from consultation_clue where clue_id in (select id from clues)
        union select id from consultation where alert_id in (select id from alerts)
    ),
    letters as (
        select item_id as id from given where item_type = 'advice'
        union select id from advice where clue_id in (select id from clues)
        union select id from advice where consultation_id in (select id from consultations)
    ),
    entries as (
        select item_id as id from given where item_type = 'library_item'
        union select library_item.id from library_item where clue_ids && array(select id from clues)
    )
    select item_type, item_id from given
    union select 'overlap_alert', id from alerts
    union select 'consultation', id from consultations
    union select 'consultation_action', id from consultation_action
        where consultation_id in (select id from consultations)
    union select 'advice', id from letters
    union select 'outcome_notice', id from outcome_notice
        where item_type = 'clue' and item_id in (select id from clues)
    union select 'outcome_notice', id from outcome_notice
        where item_type = 'advice' and item_id in (select id from letters)
    union select 'clue_transfer', id from clue_transfer
        where clue_id in (select id from clues)
    union select 'clue_transfer', id from clue_transfer where received_clue_id in (select id from clues)
    union select 'library_item', id from entries
    union select 'library_request', id from library_request where item_id in (select id from entries)
    ON_ONE_CLUE
    order by 1, 2
    """,
    _RESTING_ON_ONE,
)
_KEPT = Statement(
    _written(
        """
    with GIVEN,
    on_letter as (
        select item_type, item_id, item_id as advice_id from given where item_type = 'advice'
        union select 'outcome_notice', notice.id, notice.item_id from given
            join outcome_notice as notice on given.item_type = 'outcome_notice' and notice.id = given.item_id
            where notice.item_type = 'advice'
    ),
    on_consultation as (
        select item_type, item_id, item_id as consultation_id from given where item_type = 'consultation'
        union select 'consultation_action', task.id, task.consultation_id from given
            join consultation_action as task on given.item_type = 'consultation_action' and task.id = given.item_id
        union select on_letter.item_type, on_letter.item_id, advice.consultation_id from on_letter
            join advice on advice.id = on_letter.advice_id where advice.consultation_id is not null
    ),
    on_clue as (
        select item_type, item_id, item_id as clue_id from given where item_type = 'clue'
        union select 'outcome_notice', notice.id, notice.item_id from given
            join outcome_notice as notice on given.item_type = 'outcome_notice' and notice.id = given.item_id
            where notice.item_type = 'clue'
        union select on_letter.item_type, on_letter.item_id, advice.clue_id from on_letter
            join advice on advice.id = on_letter.advice_id
        union select on_consultation.item_type, on_consultation.item_id, consultation_clue.clue_id from on_consultation
            join consultation_clue using (consultation_id)
        union select on_consultation.item_type, on_consultation.item_id, part.clue_id from on_consultation
            join consultation on consultation.id = on_consultation.consultation_id
            join overlap_alert_clue as part on part.alert_id = consultation.alert_id
        union select 'overlap_alert', part.alert_id, part.clue_id from given
            join overlap_alert_clue as part on given.item_type = 'overlap_alert' and part.alert_id = given.item_id
        union select 'clue_transfer', sent.id, ends.clue_id from given
            join clue_transfer as sent on given.item_type = 'clue_transfer' and sent.id = given.item_id
            cross join lateral (values (sent.clue_id), (sent.received_clue_id)) as ends (clue_id)
        ON_ONE_CLUE
    ),
    kept as (
        select item_type, item_id, sub from on_clue join clue on clue.id = on_clue.clue_id, unnest(clue.recused) as sub
        union select item_type, item_id, sub from on_consultation join consultation_recusal using (consultation_id)
        union select 'interference_record', record.id, record.intervener_sub from given
            join interference_record as record on given.item_type = 'interference_record' and record.id = given.item_id
            where record.intervener_sub is not null
        union select 'library_item', entry.id, sub from given
            join library_item as entry on given.item_type = 'library_item' and entry.id = given.item_id,
            unnest(entry.recused) as sub
        union select 'library_request', request.id, sub from given
            join library_request as request on given.item_type = 'library_request' and request.id = given.item_id
            join library_item as entry on entry.id = request.item_id, unnest(entry.recused) as sub
    )
    select item_type, item_id, nextval('recusal_version') as version, subs from (
        select given.item_type, given.item_id,
            coalesce(array_agg(sub order by sub collate "C") filter (where sub is not null), '{}') as subs
        from given left join kept using (item_type, item_id)
        group by given.item_type, given.item_id order by given.item_type, given.item_id
    ) as said
    """,
        _KEPT_BY_ONE,
    )
)
_LOCK = text("select pg_advisory_xact_lock(hashtextextended('clue recusals', 0))")
_LOCK_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('clue recusals', 0))")


async def hold_still(session: AsyncSession, *, is_changing: bool) -> None:
    """Until this transaction ends: who changes a recusal waits for everybody else; who adds an item for changes."""
    await session.execute(_LOCK if is_changing else _LOCK_SHARED)


def _parameters(items: Collection[Item]) -> dict[str, list[str] | list[UUID]]:
    return {"types": [item.type for item in items], "ids": [item.id for item in items]}


@reads_as_engine
async def list_resting(session: AsyncSession, items: Collection[Item]) -> Sequence[Item]:
    """Some items and all that rests on them, by type and id."""
    return [Item(row.item_type, row.item_id) for row in await session.execute(_RESTING, _parameters(items))]


@reads_as_engine
async def list_kept(session: AsyncSession, items: Collection[Item]) -> Sequence[Kept]:
    """Who is recused from each of some items, by type and id."""
    unknown = {item.type for item in items} - TYPES
    if unknown:
        raise ValueError(f"nobody knows who is recused from {sorted(unknown)}")
    rows = await _KEPT.rows(session, _parameters(items))
    return [Kept(Item(row.item_type, row.item_id), tuple(row.subs), row.version) for row in rows]
