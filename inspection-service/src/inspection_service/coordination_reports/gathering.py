"""What a report tells, read as it stood at the end of its day: from records and steps that only ever grow."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from inspection_service.coordination_reports import domain, repository
from inspection_service.coordination_reports.domain import InspectionFacts, MatterFacts
from inspection_service.steps.service import states_at
from inspection_service.supervision_matters.models import MatterRecord, SupervisionMatter
from inspection_service.supervision_matters.service import STEP


@dataclass(frozen=True)
class Told:
    """The report as canonical JSON, and the units that owe a contribution to it."""

    text: str
    author_units: list[str]


async def document_as_of(uow: Uow, commission: str, period: str, as_of: date) -> Told:
    """The report as it stood at the end of a day."""
    since, until = _start_of(uow, domain.bounds_of(period)[0]), _start_of(uow, as_of + timedelta(days=1))
    matters = await _matters(uow, commission, until)
    inspections = await _inspections(uow, commission, since, until)
    text = domain.canonical(domain.make_document(commission, period, as_of, matters, inspections))
    return Told(text, domain.authors_of(matters))


def _start_of(uow: Uow, day: date) -> datetime:
    return datetime.combine(day, time(), uow.clock.zone)


async def _matters(uow: Uow, commission: str, until: datetime) -> list[MatterFacts]:
    rows = await repository.list_matters(uow.session, commission, until)
    ids = [row.id for row in rows]
    records: dict[UUID, list[MatterRecord]] = defaultdict(list)
    for record in await repository.list_records(uow.session, ids, until):
        records[record.matter_id].append(record)
    states = await states_at(uow, STEP, ids, until - timedelta(microseconds=1))
    return [_facts(uow, row, records[row.id], states[row.id]) for row in rows if row.id in states]


def _facts(uow: Uow, row: SupervisionMatter, records: list[MatterRecord], state: tuple[str, datetime]) -> MatterFacts:
    """Lead, start and end come from the records too: the row tells today's."""
    decided: dict[str, Any] = next((r.document for r in reversed(records) if r.kind == "decide"), {})
    started = next((r.recorded_at for r in records if r.kind == "start"), None)
    carried = [date.fromisoformat(r.document["ends_on"]) for r in records if r.kind == "carry-over"]
    return MatterFacts(
        id=str(row.id),
        lead_unit=decided.get("lead_unit"),
        theme=row.theme,
        state=state[0],
        since=uow.clock.civil_date(state[1]),
        proposed_on=uow.clock.civil_date(row.created_at),
        started_on=uow.clock.civil_date(started) if started else None,
        ends_on=carried[-1] if carried else row.planned_until,
        every_days=row.report_every_days,
        records=[(r.kind, uow.clock.civil_date(r.recorded_at), r.document, r.unit) for r in records],
    )


async def _inspections(uow: Uow, commission: str, since: datetime, until: datetime) -> InspectionFacts:
    rounds = await repository.count_rounds(uow.session, commission, since, until)
    findings = await repository.count_findings(uow.session, commission, since, until)
    return InspectionFacts(
        rounds_by_type={kind: count for kind, count, _ in rounds},
        teams_entered=sum(teams for _, _, teams in rounds),
        findings_by_severity=dict(findings),
        clues_handed_over=await repository.count_handed_over(uow.session, commission, since, until),
    )
