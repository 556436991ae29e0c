"""SQL of steps."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.steps.models import Step


async def list_steps(session: AsyncSession, object_type: str, object_id: UUID) -> Sequence[Step]:
    """The steps of one thing, oldest first."""
    query = select(Step).where(Step.object_type == object_type, Step.object_id == object_id).order_by(Step.version)
    return (await session.scalars(query)).all()


async def states_at(
    session: AsyncSession, object_type: str, object_ids: Sequence[UUID], instant: datetime
) -> dict[UUID, tuple[str, datetime]]:
    """The last state reached until an instant, by object."""
    query = (
        select(Step.object_id, Step.to_state, Step.at)
        .ext(distinct_on(Step.object_id))
        .where(Step.object_type == object_type, Step.object_id.in_(object_ids), Step.at <= instant)
        .order_by(Step.object_id, Step.version.desc())
    )
    return {row[0]: (row[1], row[2]) for row in (await session.execute(query)).all()}
