"""SQL of coverage."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.coverages.models import CoveragePlan
from inspection_service.involvements.conditions import is_recused_from
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.models import Round, RoundTarget


async def list_rounds_on(
    session: AsyncSession, viewer: Viewer, unit_codes: Collection[str]
) -> Sequence[tuple[Round, str]]:
    """Rounds on some units with the unit, oldest first, without matters the viewer is recused from."""
    hidden: ColumnElement[bool] = is_recused_from(viewer, RoundTarget.round_id, RoundTarget.unit_code)
    query = (
        select(Round, RoundTarget.unit_code)
        .join(RoundTarget, RoundTarget.round_id == Round.id)
        .where(RoundTarget.unit_code.in_(unit_codes), ~hidden)
        .order_by(Round.starts_on, Round.id)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_plans(session: AsyncSession, unit_codes: Collection[str]) -> dict[str, CoveragePlan]:
    """The own intervals of some units."""
    found = await session.scalars(select(CoveragePlan).where(CoveragePlan.unit_code.in_(unit_codes)))
    return {plan.unit_code: plan for plan in found}


async def lock_plan(session: AsyncSession, unit_code: str) -> CoveragePlan | None:
    """The unit's plan, locked until the transaction ends."""
    return await session.scalar(select(CoveragePlan).where(CoveragePlan.unit_code == unit_code).with_for_update())
