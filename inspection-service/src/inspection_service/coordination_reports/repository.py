"""SQL of coordination reports: what was recorded up to an instant, and the reports made of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.coordination_reports import domain
from inspection_service.coordination_reports.models import CoordinationReport, ReportingCommission
from inspection_service.findings.models import Finding
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.models import Round
from inspection_service.supervision_matters.models import MatterRecord, SupervisionMatter
from inspection_service.teams.models import Team


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """Of the viewer's commission; units that contribute or have a decision to carry out meet the report too."""
    if viewer.sees_everything:
        return true()
    ways: list[ColumnElement[bool]] = [CoordinationReport.unit_code.in_(units_of(viewer))]
    if viewer.works_at is not None:
        ways += [
            CoordinationReport.author_units.contains([viewer.works_at]),
            CoordinationReport.decisions.contains([{"unit": viewer.works_at}]),
        ]
    return or_(*ways)


def units_of(viewer: Viewer) -> frozenset[str]:
    """The commissions whose reports the viewer sees whole."""
    own = (viewer.unit, viewer.commission if viewer.roles & domain.OFFICES else None)
    return viewer.commissions | viewer.offices | {unit for unit in own if unit}


async def find_visible_report(session: AsyncSession, viewer: Viewer, report_id: UUID) -> CoordinationReport | None:
    """The report, if it is of the viewer's commission."""
    return await session.scalar(select(CoordinationReport).where(CoordinationReport.id == report_id, _visible(viewer)))


async def lock_report(session: AsyncSession, report_id: UUID) -> CoordinationReport:
    """The report, locked until the transaction ends and read anew."""
    query = select(CoordinationReport).where(CoordinationReport.id == report_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def find_report(session: AsyncSession, unit: str, period: str, as_of: object) -> CoordinationReport | None:
    """The report of a unit, period and day."""
    return await session.scalar(
        select(CoordinationReport).where(
            CoordinationReport.unit_code == unit,
            CoordinationReport.period == period,
            CoordinationReport.as_of == as_of,
        )
    )


async def add_report(session: AsyncSession, values: Mapping[str, Any]) -> CoordinationReport | None:
    """A report, unless the unit has one of that period and day; whoever comes second waits for the first."""
    query = insert(CoordinationReport).values(values).on_conflict_do_nothing().returning(CoordinationReport)
    return await session.scalar(query)


async def list_opened(session: AsyncSession, days: Iterable[date]) -> set[tuple[str, str]]:
    """Unit and period of the reports as of some days."""
    query = select(CoordinationReport.unit_code, CoordinationReport.period)
    found = await session.execute(query.where(CoordinationReport.as_of.in_(set(days))))
    return {(unit, period) for unit, period in found.all()}


async def list_reporting(session: AsyncSession) -> dict[str, date]:
    """Commissions the clock opens reports for, and since when."""
    found = await session.scalars(select(ReportingCommission))
    return {one.unit_code: one.since for one in found}


async def add_reporting(session: AsyncSession, units: Iterable[str], since: date) -> None:
    """Open reports for these commissions from a day on, or from the day they have if it is earlier."""
    query = insert(ReportingCommission).values([{"unit_code": unit, "since": since} for unit in units])
    earlier = query.excluded.since < ReportingCommission.since
    query = query.on_conflict_do_update(
        index_elements=["unit_code"], set_={"since": query.excluded.since}, where=earlier
    )
    await session.execute(query)


async def list_visible_reports(
    session: AsyncSession, viewer: Viewer, *, before: UUID | None, limit: int
) -> Sequence[CoordinationReport]:
    """Reports, newest first."""
    query = select(CoordinationReport).where(_visible(viewer)).order_by(CoordinationReport.id.desc()).limit(limit)
    if before is not None:
        query = query.where(CoordinationReport.id < before)
    return (await session.scalars(query)).all()


async def list_matters(session: AsyncSession, commission: str, until: datetime) -> Sequence[SupervisionMatter]:
    """Matters of a commission that had been proposed by an instant."""
    query = select(SupervisionMatter).where(
        SupervisionMatter.commission == commission, SupervisionMatter.created_at < until
    )
    return (await session.scalars(query.order_by(SupervisionMatter.id))).all()


async def list_records(session: AsyncSession, ids: Iterable[UUID], until: datetime) -> Sequence[MatterRecord]:
    """What had been recorded about matters by an instant, oldest first."""
    query = select(MatterRecord).where(MatterRecord.matter_id.in_(list(ids)), MatterRecord.recorded_at < until)
    return (await session.scalars(query.order_by(MatterRecord.recorded_at, MatterRecord.id))).all()


async def count_rounds(
    session: AsyncSession, commission: str, since: datetime, until: datetime
) -> Sequence[tuple[str, int, int]]:
    """Type, rounds and teams of a commission that entered their units in a period."""
    query = (
        select(Round.type, func.count(Round.id.distinct()), func.count(Team.id))
        .join(Team, Team.round_id == Round.id)
        .where(Team.commission == commission, Team.entered_at >= since, Team.entered_at < until)
        .group_by(Round.type)
        .order_by(Round.type)
    )
    return [(kind, rounds, teams) for kind, rounds, teams in (await session.execute(query)).all()]


async def count_findings(
    session: AsyncSession, commission: str, since: datetime, until: datetime
) -> Sequence[tuple[str, int]]:
    """Findings of a commission's teams recorded in a period and not withdrawn by its end, by severity."""
    query = (
        select(Finding.severity, func.count())
        .join(Team, Team.id == Finding.team_id)
        .where(Team.commission == commission, Finding.recorded_at >= since, Finding.recorded_at < until)
        .where(or_(Finding.withdrawn_at.is_(None), Finding.withdrawn_at >= until))
        .group_by(Finding.severity)
        .order_by(Finding.severity)
    )
    return [(severity, count) for severity, count in (await session.execute(query)).all()]


async def count_handed_over(session: AsyncSession, commission: str, since: datetime, until: datetime) -> int:
    """Findings of a commission's teams handed over in a period."""
    query = (
        select(func.count())
        .select_from(Finding)
        .join(Team, Team.id == Finding.team_id)
        .where(Team.commission == commission, Finding.handed_over_at >= since, Finding.handed_over_at < until)
    )
    return int(await session.scalar(query) or 0)
