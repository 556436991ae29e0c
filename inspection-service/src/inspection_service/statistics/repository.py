"""SQL of statistics: rows the viewer may meet, without matters the viewer is recused from."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.findings.models import Finding
from inspection_service.involvements.conditions import may_see_target
from inspection_service.involvements.policy import Viewer
from inspection_service.rectifications.models import Rectification
from inspection_service.rounds.models import Round, RoundTarget
from inspection_service.statistics.domain import Scope


async def list_targets_in_scope(session: AsyncSession, viewer: Viewer, scope: Scope) -> Sequence[tuple[Round, str]]:
    """Rounds with their targets, one row for each target."""
    visible = may_see_target(
        viewer,
        round_id=Round.id,
        unit_code=RoundTarget.unit_code,
        office=Round.office_unit,
        commission=RoundTarget.commission,
    )
    query = select(Round, RoundTarget.unit_code).join(RoundTarget, RoundTarget.round_id == Round.id).where(visible)
    if scope.round_id is not None:
        query = query.where(Round.id == scope.round_id)
    if scope.unit_code is not None:
        query = query.where(RoundTarget.unit_code == scope.unit_code)
    if scope.starts_from is not None:
        query = query.where(Round.starts_on >= scope.starts_from)
    if scope.starts_to is not None:
        query = query.where(Round.starts_on <= scope.starts_to)
    return [(row[0], row[1]) for row in (await session.execute(query.order_by(Round.id))).all()]


async def list_findings_of(session: AsyncSession, targets: Collection[tuple[UUID, str]]) -> list[Finding]:
    """Findings of some targets (round and unit)."""
    rounds = {round_id for round_id, _ in targets}
    found = await session.scalars(select(Finding).where(Finding.round_id.in_(rounds)).order_by(Finding.id))
    return [finding for finding in found if (finding.round_id, finding.unit_code) in targets]


async def list_items_of(session: AsyncSession, targets: Collection[tuple[UUID, str]]) -> list[Rectification]:
    """Rectification items of some targets (round and unit)."""
    rounds = {round_id for round_id, _ in targets}
    found = await session.scalars(
        select(Rectification).where(Rectification.round_id.in_(rounds)).order_by(Rectification.id)
    )
    return [item for item in found if (item.round_id, item.unit_code) in targets]
