"""SQL of dossiers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from inspection_service.dossiers.models import Dossier
from inspection_service.findings.models import Finding
from inspection_service.rounds.models import Round, RoundTarget


async def find_dossier(session: AsyncSession, dossier_id: UUID, *, whole: bool = False) -> Dossier | None:
    """The dossier; with ``whole`` also its document."""
    query = select(Dossier).where(Dossier.id == dossier_id)
    return await session.scalar(query.options(undefer(Dossier.document)) if whole else query)


async def lock_dossier(session: AsyncSession, dossier_id: UUID) -> Dossier | None:
    """The dossier, locked until the transaction ends and read anew."""
    query = select(Dossier).where(Dossier.id == dossier_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_dossiers(session: AsyncSession, team_id: UUID) -> Sequence[Dossier]:
    """The dossiers of a team, newest first."""
    return (await session.scalars(select(Dossier).where(Dossier.team_id == team_id).order_by(Dossier.id.desc()))).all()


async def list_rounds_on_unit(session: AsyncSession, unit_code: str, besides: UUID) -> Sequence[Round]:
    """The other rounds on a unit, oldest first."""
    query = (
        select(Round)
        .join(RoundTarget, RoundTarget.round_id == Round.id)
        .where(RoundTarget.unit_code == unit_code, Round.id != besides)
        .order_by(Round.starts_on, Round.id)
    )
    return (await session.scalars(query)).all()


async def list_earlier_findings(session: AsyncSession, unit_code: str, besides: UUID) -> Sequence[Finding]:
    """Findings about a unit in other rounds, oldest first; withdrawn ones are no findings."""
    query = (
        select(Finding)
        .where(Finding.unit_code == unit_code, Finding.round_id != besides, Finding.state != "withdrawn")
        .order_by(Finding.recorded_at, Finding.id)
    )
    return (await session.scalars(query)).all()
