"""Use cases of half-year coordination reports."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, RoleRequired
from chassis.uow import Uow
from pydantic import BaseModel

from inspection_service.coordination_reports import domain, gathering, opening, repository
from inspection_service.coordination_reports.errors import DayNotOver, DayOutsidePeriod, DecisionWithoutAnswer
from inspection_service.coordination_reports.events import emit_report
from inspection_service.coordination_reports.models import CoordinationReport
from inspection_service.coordination_reports.schemas import ContributeIn, HearIn, IssueIn, RemadeOut, ReportOut, TrackIn
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.errors import UnitRequired


async def make_report(
    uow: Uow, viewer: Viewer, tree: UnitTree, period: str, as_of: date | None
) -> tuple[CoordinationReport, bool]:
    """The report of the caller's commission; one made before for the same day is answered. Also whether it is new.

    Raises UnitRequired, DayNotOver, DayOutsidePeriod.
    """
    if viewer.unit is None:
        raise UnitRequired
    first, last = domain.bounds_of(period)
    day = as_of or last
    if day >= uow.clock.today():
        raise DayNotOver
    if day < first:
        raise DayOutsidePeriod
    commission = tree.commission(viewer.unit)
    return await opening.open_report(uow, commission, period, day)


async def visible_report(uow: Uow, viewer: Viewer, report_id: UUID) -> CoordinationReport:
    """The report; raises NotFound where the viewer may not meet it."""
    found = await repository.find_visible_report(uow.session, viewer, report_id)
    if found is None:
        raise NotFound
    return found


async def list_reports(uow: Uow, viewer: Viewer, *, before: UUID | None, limit: int) -> Sequence[CoordinationReport]:
    """Reports of the viewer's commission, newest first."""
    return await repository.list_visible_reports(uow.session, viewer, before=before, limit=limit)


async def make_again(uow: Uow, viewer: Viewer, report_id: UUID) -> RemadeOut:
    """Make the report again from what is stored today: the bytes must be the same."""
    found = await visible_report(uow, viewer, report_id)
    text = (await gathering.document_as_of(uow, found.unit_code, found.period, found.as_of)).text
    return RemadeOut(digest=domain.digest_of(text), is_identical=text == found.document, document=json.loads(text))


async def move_report(uow: Uow, viewer: Viewer, report_id: UUID, verb: str, body: BaseModel) -> CoordinationReport:
    """Take one move of the table. Raises NotFound, RoleRequired, MoveRefused, DecisionWithoutAnswer."""
    move = domain.MOVES[verb]
    await visible_report(uow, viewer, report_id)
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    report = await repository.lock_report(uow.session, report_id)
    domain.MOVES.take(verb, report.state)
    _apply(uow, report, body)
    if move.target is not None:
        report.state = str(move.target)
    report.version += 1
    await uow.session.flush()
    if move.event is not None:
        await emit_report(uow, move.event, report)
    await uow.audit(verb, "coordination_report", report.id)
    return report


def _apply(uow: Uow, report: CoordinationReport, body: BaseModel) -> None:
    content: dict[str, Any] = body.model_dump(mode="json")
    match body:
        case ContributeIn():
            own = {"unit": uow.actor.unit, "by": uow.actor.acting_for or uow.actor.sub, "at": uow.now.isoformat()}
            others = [one for one in report.contributions if one["unit"] != uow.actor.unit]
            report.contributions = [*others, {**own, **content}]
        case HearIn():
            report.hearing = content
        case IssueIn():
            report.decisions = [{"number": at, **one} for at, one in enumerate(content["decisions"], start=1)]
        case TrackIn():
            missing = [one["number"] for one in report.decisions[len(body.outcomes) :]]
            if missing:
                raise DecisionWithoutAnswer(members={"missing": missing})
            pairs = zip(report.decisions, body.outcomes, strict=False)
            report.decisions = [{**one, "outcome": outcome} for one, outcome in pairs]


def describe_report(report: CoordinationReport, viewer: Viewer) -> ReportOut:
    """A report as callers see it. From outside its commission a unit sees of contributions and decisions its own."""
    columns = {column.key: getattr(report, column.key) for column in CoordinationReport.__table__.columns}
    shown = {name: columns[name] for name in ReportOut.model_fields if name in columns and name != "document"}
    if not viewer.sees_everything and report.unit_code not in repository.units_of(viewer):
        for name in ("contributions", "decisions"):
            shown[name] = [one for one in shown[name] if one["unit"] == viewer.unit]
    return ReportOut(
        **shown,
        document=json.loads(report.document),
        contribute_until=domain.contribute_until(report.as_of),
        hear_until=domain.hear_until(report.as_of),
        allowed_moves=domain.MOVES.allowed(report.state),
    )
