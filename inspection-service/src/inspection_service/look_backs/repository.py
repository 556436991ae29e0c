"""SQL of look-back items."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.look_backs.models import LookBackItem
from inspection_service.rectifications.models import Rectification


async def list_look_back_items(
    session: AsyncSession, round_id: UUID, without_units: Collection[str]
) -> Sequence[tuple[LookBackItem, Rectification]]:
    """The items of a look-back round with what they are about, by unit."""
    query = (
        select(LookBackItem, Rectification)
        .join(Rectification, Rectification.id == LookBackItem.rectification_id)
        .where(LookBackItem.round_id == round_id, LookBackItem.unit_code.not_in(without_units))
        .order_by(LookBackItem.unit_code, LookBackItem.rectification_id)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def lock_look_back_item(session: AsyncSession, round_id: UUID, item_id: UUID) -> LookBackItem | None:
    """One item, locked until the transaction ends."""
    query = select(LookBackItem).where(LookBackItem.round_id == round_id, LookBackItem.rectification_id == item_id)
    return await session.scalar(query.with_for_update())
