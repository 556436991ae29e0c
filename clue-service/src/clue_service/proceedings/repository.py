"""SQL of the journal of proceedings."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.proceedings.models import ProceedingStep


async def list_steps(session: AsyncSession, item_ids: Iterable[UUID]) -> Sequence[ProceedingStep]:
    """The steps of some items, oldest first."""
    query = select(ProceedingStep).where(ProceedingStep.item_id.in_(list(item_ids)))
    return (await session.scalars(query.order_by(ProceedingStep.item_id, ProceedingStep.version))).all()
