"""SQL of rule sets."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.policy import Viewer
from inspection_service.rule_sets.models import RuleSet


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.sees_everything else RuleSet.office_unit.in_(viewer.offices)


async def find_visible_rule_set(session: AsyncSession, viewer: Viewer, rule_set_id: UUID) -> RuleSet | None:
    """The version, if it is of an office the viewer belongs to or oversees."""
    return await session.scalar(select(RuleSet).where(RuleSet.id == rule_set_id, _visible(viewer)))


async def lock_rule_set(session: AsyncSession, rule_set_id: UUID) -> RuleSet | None:
    """The version, locked until the transaction ends and read anew."""
    query = select(RuleSet).where(RuleSet.id == rule_set_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def list_visible_rule_sets(
    session: AsyncSession, viewer: Viewer, *, name: str | None, status: str | None, before: UUID | None, limit: int
) -> Sequence[RuleSet]:
    """Versions, newest first."""
    query = select(RuleSet).where(_visible(viewer)).order_by(RuleSet.id.desc()).limit(limit)
    if name is not None:
        query = query.where(RuleSet.name == name)
    if status is not None:
        query = query.where(RuleSet.status == status)
    if before is not None:
        query = query.where(RuleSet.id < before)
    return (await session.scalars(query)).all()


async def list_in_force(session: AsyncSession, office_unit: str) -> Sequence[RuleSet]:
    """What an office has put in force."""
    query = select(RuleSet).where(RuleSet.office_unit == office_unit, RuleSet.status == "in_force")
    return (await session.scalars(query.order_by(RuleSet.name))).all()


async def list_versions(
    session: AsyncSession, office_unit: str, wanted: Iterable[tuple[str, int]]
) -> Sequence[RuleSet]:
    """Some versions of an office, whatever became of them since."""
    numbers = set(wanted)
    query = select(RuleSet).where(RuleSet.office_unit == office_unit, RuleSet.name.in_({name for name, _ in numbers}))
    return [row for row in (await session.scalars(query)).all() if (row.name, row.number) in numbers]


async def highest_number(session: AsyncSession, office_unit: str, name: str) -> int | None:
    """The latest version number of a name; the name is locked until the transaction ends."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"rule_set:{office_unit}:{name}"}
    )
    query = select(func.max(RuleSet.number)).where(RuleSet.office_unit == office_unit, RuleSet.name == name)
    return await session.scalar(query)
