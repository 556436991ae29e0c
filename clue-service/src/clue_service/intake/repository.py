"""SQL of intake: what is still to be matched, and how many blind hits were shown."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis.db import table_of
from chassis.statements import KEEPING_PLANS, Statement
from sqlalchemy import Date, Integer, Text, Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.clues.models import Clue
from clue_service.intake.models import BlindHitCount
from clue_service.matching.models import ClueKey, MatchingPending

_WAITING = (
    select(MatchingPending.clue_id)
    .where(MatchingPending.clue_id == bindparam("clue"))
    .with_for_update(skip_locked=True)
)
_TAKE = Statement(
    delete(table_of(MatchingPending))
    .where(MatchingPending.clue_id.in_(_WAITING))
    .returning(table_of(MatchingPending).c.clue_id, KEEPING_PLANS.label("plans"))
)
_counted = (
    insert(table_of(BlindHitCount))
    .values(sub=bindparam("sub", type_=Text), day=bindparam("day", type_=Date), clues=1)
    .on_conflict_do_update(index_elements=["sub", "day"], set_={"clues": BlindHitCount.clues + 1})
    .returning(table_of(BlindHitCount).c.clues)
    .cte("counted")
)
_COUNT_BLIND_HIT = Statement(
    update(table_of(Clue))
    .where(Clue.id == bindparam("clue", type_=Uuid), _counted.c.clues > bindparam("most", type_=Integer))
    .values(blind_hits_withheld=True)
    .returning(Clue.id)
)


async def take_pending(session: AsyncSession, clue_id: UUID) -> bool:
    """Take the matching of a clue; False where somebody does it or has done it. Plans are kept from here on."""
    return await _TAKE.scalar(session, {"clue": clue_id}) is not None


async def list_pending(session: AsyncSession, *, older_than: timedelta, limit: int) -> Sequence[UUID]:
    """Clues whose matching was left behind, oldest first."""
    query = select(MatchingPending.clue_id).where(MatchingPending.since <= func.now() - older_than)
    return (await session.scalars(query.order_by(MatchingPending.since, MatchingPending.clue_id).limit(limit))).all()


async def count_blind_hit(session: AsyncSession, clue_id: UUID, sub: str, day: date, most: int) -> bool:
    """Count one more clue with blind hits that a person had that day; after so many they are withheld: whether so."""
    given = {"clue": clue_id, "sub": sub, "day": day, "most": most}
    return await _COUNT_BLIND_HIT.scalar(session, given) is not None


async def not_indexed(session: AsyncSession, clue_ids: Sequence[UUID]) -> list[UUID]:
    """Those of some clues that the index of matching does not hold, in the given order."""
    known = set(await session.scalars(select(ClueKey.clue_id).where(ClueKey.clue_id.in_(clue_ids))))
    return [clue_id for clue_id in clue_ids if clue_id not in known]
