"""SQL of supervision matters."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.policy import Viewer
from inspection_service.supervision_matters.models import MatterRecord, MatterReferral, SupervisionMatter


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """Owner, lead and co-units, the offices above, and the commission's leaders."""
    if viewer.sees_everything:
        return true()
    ways: list[ColumnElement[bool]] = [
        SupervisionMatter.owner_unit.in_(viewer.offices),
        SupervisionMatter.commission.in_(viewer.commissions),
    ]
    if viewer.unit is not None:
        ways += [
            SupervisionMatter.owner_unit == viewer.unit,
            SupervisionMatter.lead_unit == viewer.unit,
            SupervisionMatter.co_units.contains([viewer.unit]),
            SupervisionMatter.commission == viewer.unit,
        ]
    return or_(*ways)


async def find_visible_matter(session: AsyncSession, viewer: Viewer, matter_id: UUID) -> SupervisionMatter | None:
    """The matter, if the viewer may meet it."""
    return await session.scalar(select(SupervisionMatter).where(SupervisionMatter.id == matter_id, _visible(viewer)))


async def find_matter_of_commission(
    session: AsyncSession, matter_id: UUID, commissions: Iterable[str]
) -> SupervisionMatter | None:
    """The matter, if it is of one of these commissions: who evaluates need not handle it."""
    return await session.scalar(
        select(SupervisionMatter).where(
            SupervisionMatter.id == matter_id, SupervisionMatter.commission.in_(list(commissions))
        )
    )


async def lock_matter(session: AsyncSession, matter_id: UUID) -> SupervisionMatter:
    """The matter, locked until the transaction ends and read anew."""
    query = select(SupervisionMatter).where(SupervisionMatter.id == matter_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def list_visible_matters(
    session: AsyncSession, viewer: Viewer, *, state: str | None, unit: str | None, before: UUID | None, limit: int
) -> Sequence[SupervisionMatter]:
    """Matters, newest first."""
    query = select(SupervisionMatter).where(_visible(viewer)).order_by(SupervisionMatter.id.desc()).limit(limit)
    if state is not None:
        query = query.where(SupervisionMatter.state == state)
    if unit is not None:
        query = query.where(SupervisionMatter.scope_units.contains([unit]))
    if before is not None:
        query = query.where(SupervisionMatter.id < before)
    return (await session.scalars(query)).all()


async def list_same_theme(session: AsyncSession, commission: str, theme: str) -> Sequence[SupervisionMatter]:
    """Matters of a commission about the same kind of problem, latest first."""
    query = select(SupervisionMatter).where(
        SupervisionMatter.commission == commission, SupervisionMatter.theme == theme
    )
    return (await session.scalars(query.order_by(SupervisionMatter.id.desc()))).all()


async def list_overlapping(session: AsyncSession, matter: SupervisionMatter) -> Sequence[SupervisionMatter]:
    """Other matters at work on the same theme in the same period."""
    query = select(SupervisionMatter).where(
        SupervisionMatter.commission == matter.commission,
        SupervisionMatter.theme == matter.theme,
        SupervisionMatter.id != matter.id,
        SupervisionMatter.state.in_(["in_progress", "rectifying"]),
        SupervisionMatter.starts_on <= matter.ends_on,
        SupervisionMatter.ends_on >= matter.starts_on,
    )
    return (await session.scalars(query.order_by(SupervisionMatter.id))).all()


async def list_records(session: AsyncSession, matter_ids: Iterable[UUID]) -> Sequence[MatterRecord]:
    """What was recorded about some matters, oldest first."""
    query = select(MatterRecord).where(MatterRecord.matter_id.in_(list(matter_ids)))
    return (await session.scalars(query.order_by(MatterRecord.recorded_at, MatterRecord.id))).all()


async def list_referrals(session: AsyncSession, matter_ids: Iterable[UUID]) -> Sequence[MatterReferral]:
    """Where the difficulties of some matters went."""
    query = select(MatterReferral).where(MatterReferral.matter_id.in_(list(matter_ids)))
    return (await session.scalars(query.order_by(MatterReferral.difficulty_id))).all()


async def find_record(session: AsyncSession, record_id: UUID) -> MatterRecord | None:
    """One record."""
    return await session.get(MatterRecord, record_id)


async def lock_referral_of_consultation(session: AsyncSession, consultation_id: UUID) -> MatterReferral | None:
    """The referral that a consultation came of, locked."""
    query = select(MatterReferral).where(MatterReferral.consultation_id == consultation_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def lock_referral(session: AsyncSession, difficulty_id: UUID) -> MatterReferral | None:
    """A referral, locked until the transaction ends and read anew."""
    query = select(MatterReferral).where(MatterReferral.difficulty_id == difficulty_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))
