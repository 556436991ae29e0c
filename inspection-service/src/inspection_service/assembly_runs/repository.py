"""SQL of assembly runs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.assembly_runs.models import AssemblyInput, AssemblyProposal, AssemblyRun


async def find_run(session: AsyncSession, run_id: UUID) -> AssemblyRun | None:
    """The run."""
    return await session.get(AssemblyRun, run_id)


async def lock_run(session: AsyncSession, run_id: UUID) -> AssemblyRun | None:
    """The run, locked until the transaction ends and read anew."""
    query = select(AssemblyRun).where(AssemblyRun.id == run_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def find_proposal(session: AsyncSession, run_id: UUID) -> AssemblyProposal | None:
    """The answer of a run."""
    return await session.get(AssemblyProposal, run_id)


async def next_number(session: AsyncSession, round_id: UUID) -> int:
    """The number of the round's next run; the round is locked by the caller."""
    latest = await session.scalar(select(func.max(AssemblyRun.number)).where(AssemblyRun.round_id == round_id))
    return (latest or 0) + 1


async def list_runs(
    session: AsyncSession, round_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[tuple[AssemblyRun, AssemblyProposal | None]]:
    """Runs of a round with their answers, newest first."""
    query = (
        select(AssemblyRun, AssemblyProposal)
        .outerjoin(AssemblyProposal, AssemblyProposal.run_id == AssemblyRun.id)
        .where(AssemblyRun.round_id == round_id)
        .order_by(AssemblyRun.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AssemblyRun.id < before)
    return [(run, proposal) for run, proposal in (await session.execute(query)).all()]


async def find_input(session: AsyncSession, run_id: UUID) -> bytes | None:
    """What the engine was asked, compressed."""
    return await session.scalar(select(AssemblyInput.document).where(AssemblyInput.run_id == run_id))


async def is_cancel_wanted(session: AsyncSession, run_id: UUID) -> bool:
    """Whether somebody has asked the run to stop."""
    query = select(AssemblyRun.cancel_requested_at.is_not(None)).where(AssemblyRun.id == run_id)
    return bool(await session.scalar(query))


async def is_abandoned(session: AsyncSession, run_id: UUID, silence: timedelta) -> bool:
    """Whether no worker has said for that long that it has the run in hand."""
    query = select(AssemblyRun.heartbeat_at < func.now() - silence).where(AssemblyRun.id == run_id)
    return bool(await session.scalar(query))


async def is_older_than(session: AsyncSession, run_id: UUID, age: timedelta) -> bool:
    """Whether the run has been waiting for longer than that."""
    query = select(AssemblyRun.queued_at < func.now() - age).where(AssemblyRun.id == run_id)
    return bool(await session.scalar(query))


async def beat(session: AsyncSession, run_id: UUID, progress: dict[str, Any] | None = None) -> None:
    """Say that a worker has the run in hand, and how far it is."""
    values: dict[str, Any] = {"heartbeat_at": func.now(), **({"progress": progress} if progress is not None else {})}
    await session.execute(update(AssemblyRun).where(AssemblyRun.id == run_id).values(**values))


async def take_abandoned(session: AsyncSession, silence: timedelta) -> Sequence[UUID]:
    """Runs whose worker is gone; each is given out once per silence. Those that wait still have their job."""
    query = (
        update(AssemblyRun)
        .where(AssemblyRun.status == "running", AssemblyRun.heartbeat_at < func.now() - silence)
        .values(heartbeat_at=func.now(), status="queued")
        .returning(AssemblyRun.id)
    )
    return (await session.scalars(query)).all()
