"""SQL of adoptions."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.adoptions.domain import LIVE, AdoptionState
from inspection_service.adoptions.models import Adoption


async def find_adoption(session: AsyncSession, adoption_id: UUID) -> Adoption | None:
    """The adoption."""
    return await session.get(Adoption, adoption_id)


async def find_latest_of_run(session: AsyncSession, run_id: UUID) -> Adoption | None:
    """The run's adoption: the one in force or under way, else the latest attempt."""
    in_force = (Adoption.state != AdoptionState.WITHDRAWN).desc()
    query = select(Adoption).where(Adoption.run_id == run_id).order_by(in_force, Adoption.id.desc()).limit(1)
    return await session.scalar(query)


async def find_live_of_round(session: AsyncSession, round_id: UUID) -> Adoption | None:
    """The round's adoption that is being carried out or undone."""
    return await session.scalar(select(Adoption).where(Adoption.round_id == round_id, Adoption.state.in_(LIVE)))


async def lock_adoption(session: AsyncSession, adoption_id: UUID) -> Adoption | None:
    """The adoption, locked until the transaction ends and read anew."""
    query = select(Adoption).where(Adoption.id == adoption_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def new_ids(session: AsyncSession, count: int) -> list[UUID]:
    """Ids for teams to be."""
    return list(await session.scalars(select(func.uuidv7()).select_from(func.generate_series(1, count))))
