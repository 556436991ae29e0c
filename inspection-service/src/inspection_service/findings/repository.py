"""SQL of findings."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.findings.models import Finding


async def find_finding(session: AsyncSession, finding_id: UUID) -> Finding | None:
    """The finding."""
    return await session.get(Finding, finding_id)


async def lock_finding(session: AsyncSession, finding_id: UUID) -> Finding | None:
    """The finding, locked until the transaction ends and read anew."""
    query = select(Finding).where(Finding.id == finding_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_findings(session: AsyncSession, team_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Finding]:
    """Findings of a team, in the order they were recorded."""
    query = select(Finding).where(Finding.team_id == team_id).order_by(Finding.id).limit(limit)
    if after is not None:
        query = query.where(Finding.id > after)
    return (await session.scalars(query)).all()


async def count_findings(
    session: AsyncSession, round_id: UUID, without_units: Collection[str]
) -> Sequence[tuple[str, str, bool, str | None, int]]:
    """Findings of a round by severity, state, whether a clue came of them, and that clue's status."""
    has_clue = Finding.clue_no.is_not(None)
    query = (
        select(Finding.severity, Finding.state, has_clue, Finding.clue_status, func.count())
        .where(Finding.round_id == round_id, Finding.unit_code.not_in(without_units))
        .group_by(Finding.severity, Finding.state, has_clue, Finding.clue_status)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in (await session.execute(query)).all()]
