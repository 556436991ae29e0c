"""Making a report, by whoever asks first: the clock, or somebody of the commission."""

from collections.abc import Iterable
from datetime import date

from chassis.uow import Uow

from inspection_service.coordination_reports import domain, gathering, repository
from inspection_service.coordination_reports.domain import ReportState
from inspection_service.coordination_reports.events import OPENED, emit_report
from inspection_service.coordination_reports.models import CoordinationReport


async def open_report(uow: Uow, commission: str, period: str, day: date) -> tuple[CoordinationReport, bool]:
    """The report of a commission as of a day that is over, and whether it is new: one is made, whoever else asks."""
    known = await repository.find_report(uow.session, commission, period, day)
    if known is not None:
        return known, False
    told = await gathering.document_as_of(uow, commission, period, day)
    report = await repository.add_report(
        uow.session,
        {
            "unit_code": commission,
            "period": period,
            "as_of": day,
            "state": ReportState.DRAFTING.value,
            "document": told.text,
            "digest": domain.digest_of(told.text),
            "author_units": told.author_units,
            "contributions": [],
            "decisions": [],
            "made_by": uow.actor.acting_for or uow.actor.sub,
            "created_at": uow.now,
            "version": 1,
        },
    )
    if report is None:  # somebody was faster, and is done
        known = await repository.find_report(uow.session, commission, period, day)
        assert known is not None
        return known, False
    await emit_report(uow, OPENED, report)
    await uow.audit("make", "coordination_report", report.id, detail={"digest": report.digest})
    return report, True


async def owed_reports(uow: Uow, commissions: Iterable[str]) -> list[tuple[str, str]]:
    """Commission and half year of every report that the clock still has to open, oldest first.

    A commission owes reports of half years that end on the day it was first met, or later: whatever time nobody was
    there to open one is caught up on, and nothing from before its time is.
    """
    over = uow.clock.civil_date(uow.now - domain.SETTLING)
    reporting = await repository.list_reporting(uow.session)
    met = sorted(unit for unit in commissions if unit not in reporting or over < reporting[unit])
    if met:
        await repository.add_reporting(uow.session, met, over)
        reporting = await repository.list_reporting(uow.session)
    owed = {(unit, period) for unit, since in reporting.items() for period in domain.periods_over(since, over)}
    days = {domain.bounds_of(period)[1] for _, period in owed}
    opened = await repository.list_opened(uow.session, days)
    return sorted(owed - opened, key=lambda one: (one[1], one[0]))
