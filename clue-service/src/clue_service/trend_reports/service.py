"""Use cases of trend and hotspot reports (形势研判).

A report is one document for all who may read it, so nobody reads it who is recused from a clue that counts into it:
two numbers could be told apart by one clue.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.statistics import repository as figures
from clue_service.statistics import service as statistics
from clue_service.statistics.domain import Scope, canonical
from clue_service.statistics.schemas import figures_out
from clue_service.trend_reports import domain, repository
from clue_service.trend_reports.models import TrendReport
from clue_service.trend_reports.schemas import (
    MakeTrendReportIn,
    TrendReportAgainOut,
    TrendReportLine,
    TrendReportOut,
)


async def make_report(uow: Uow, viewer: Viewer, body: MakeTrendReportIn) -> tuple[TrendReport, bool]:
    """The report of the caller's commission; one made before of the same is answered. Also whether it is new.

    Raises FiguresNotYours, FiguresDayNotOver, NotFound for whoever is recused from what counts, Invalid.
    """
    first, last = domain.bounds_of(body.period)
    scope = statistics.scope_of(uow, viewer, first, last, body.as_of)
    await _check_not_recused(uow, viewer, scope.commission, scope.as_of)
    made = (uow.session, scope.commission, body.period, scope.as_of, scope.levels)
    known = await repository.find_made(*made)
    if known is not None:
        await uow.audit("read", "trend_report", known.id)
        return known, False
    text = await _text(uow, viewer, body.period, scope.as_of, list(scope.levels))
    values = {
        "commission": scope.commission,
        "period": body.period,
        "as_of": scope.as_of,
        "levels": list(scope.levels),
        "document": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "made_by": viewer.sub,
        "created_at": uow.now,
    }
    is_new = await repository.add_report(uow.session, values)
    report = await repository.find_made(*made)
    assert report is not None
    await uow.audit("make", "trend_report", report.id, detail={"digest": report.digest})
    return report, is_new


async def _check_not_recused(uow: Uow, viewer: Viewer, commission: str, as_of: date) -> None:
    until = statistics.end_of_day(uow, as_of)
    if await figures.is_recused_within(uow.session, viewer.sub, commission, until):
        raise NotFound


async def _text(uow: Uow, viewer: Viewer, period: str, as_of: date, levels: list[str]) -> str:
    first, last = domain.bounds_of(period)
    scope = Scope(statistics.commission_of(viewer), tuple(levels), first, last, as_of)
    document = await statistics.figures_document(uow, scope, without=None, compares=True)
    return canonical({"schema": "heli.trend-report/1", "period": period, **document})


async def visible_report(uow: Uow, viewer: Viewer, report_id: UUID) -> TrendReport:
    """The report; raises FiguresNotYours, NotFound."""
    commission = statistics.commission_of(viewer)
    found = await repository.find_report(uow.session, report_id, commission, viewer.cleared_for)
    if found is None:
        raise NotFound
    await _check_not_recused(uow, viewer, commission, found.as_of)
    await uow.audit("read", "trend_report", found.id)
    return found


async def list_reports(uow: Uow, viewer: Viewer, *, before: UUID | None, limit: int) -> Sequence[TrendReport]:
    """Reports of the caller's commission, newest first; none for whoever is recused from what counts."""
    commission = statistics.commission_of(viewer)
    if await figures.is_recused_within(uow.session, viewer.sub, commission, uow.now):
        return []
    await uow.audit("list", "trend_report", "-")
    return await repository.list_reports(uow.session, commission, viewer.cleared_for, before=before, limit=limit)


async def make_again(uow: Uow, viewer: Viewer, report_id: UUID) -> TrendReportAgainOut:
    """Make the report again from what is stored today: the bytes must be the same."""
    found = await visible_report(uow, viewer, report_id)
    text = await _text(uow, viewer, found.period, found.as_of, found.levels)
    return TrendReportAgainOut(digest=hashlib.sha256(text.encode()).hexdigest(), is_identical=text == found.document)


def document_of(report: TrendReport) -> dict[str, Any]:
    """The document of a report."""
    found: dict[str, Any] = json.loads(report.document)
    return found


def describe_report(report: TrendReport) -> TrendReportOut:
    """A report as callers see it."""
    line = TrendReportLine.model_validate(report)
    return TrendReportOut(**line.model_dump(), figures=figures_out(document_of(report)))
