"""A half-year report as a pure function of what was recorded up to its day; its states; its one form in bytes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chassis.moves import Move, MoveTable
from chassis.working_days import count_working_days

SCHEMA = "heli.coordination-report/1"
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
OFFICES = frozenset({"inspection_office", "case_supervisor"})

HEARING_DAYS = 30
"""Days after the cut within which the standing committee hears the report (a default)."""
CONTRIBUTION_DAYS = 10
"""Working days after the cut within which units contribute (a default)."""
SETTLING = timedelta(minutes=5)
"""After midnight: whatever was begun on the last day is written down before the clock opens the report."""


class ReportState(StrEnum):
    """Contributions are collected while drafting; the document never changes once it was made."""

    DRAFTING = "drafting"
    COLLECTED = "collected"
    REVIEWED = "reviewed"
    HEARD = "heard"
    DECISIONS_ISSUED = "decisions_issued"
    TRACKED = "tracked"


R = ReportState

MOVES = MoveTable(
    [
        Move(
            "contribute",
            frozenset({R.DRAFTING}),
            None,
            LEADERS | OFFICES | {"handler", "inspector"},
            event="inspection.coordination_report.contributed.v1",
            note="a unit's part",
        ),
        Move(
            "collect",
            frozenset({R.DRAFTING}),
            R.COLLECTED,
            LEADERS | OFFICES,
            event="inspection.coordination_report.collected.v1",
            note="contributions are in",
        ),
        Move(
            "review",
            frozenset({R.COLLECTED}),
            R.REVIEWED,
            LEADERS,
            event="inspection.coordination_report.reviewed.v1",
            note="ready for the standing committee",
        ),
        Move(
            "hear",
            frozenset({R.REVIEWED}),
            R.HEARD,
            LEADERS,
            event="inspection.coordination_report.heard.v1",
            note="heard by the standing committee, by its minutes",
        ),
        Move(
            "issue-decisions",
            frozenset({R.HEARD}),
            R.DECISIONS_ISSUED,
            LEADERS,
            event="inspection.coordination_report.decided.v1",
            note="each with a unit and a date",
        ),
        Move(
            "track",
            frozenset({R.DECISIONS_ISSUED}),
            R.TRACKED,
            LEADERS | OFFICES,
            event="inspection.coordination_report.tracked.v1",
            note="what came of every decision",
        ),
    ]
)


@dataclass(frozen=True)
class MatterFacts:
    """A matter as it stood on the day."""

    id: str
    lead_unit: str | None
    theme: str
    state: str
    since: date
    proposed_on: date
    started_on: date | None
    ends_on: date
    every_days: int
    records: Sequence[tuple[str, date, Mapping[str, Any], str | None]]
    """Kind, day, content and unit of what was recorded up to the day."""


@dataclass(frozen=True)
class InspectionFacts:
    """What teams of the commission did in the period, by number."""

    rounds_by_type: Mapping[str, int]
    teams_entered: int
    findings_by_severity: Mapping[str, int]
    clues_handed_over: int


def bounds_of(period: str) -> tuple[date, date]:
    """First and last day of a half year such as ``2026-H1``."""
    year, half = int(period[:4]), period[5:]
    return (date(year, 1, 1), date(year, 6, 30)) if half == "H1" else (date(year, 7, 1), date(year, 12, 31))


def period_of(day: date) -> str:
    """The half year a day lies in."""
    return f"{day.year}-{'H1' if day.month <= 6 else 'H2'}"


def periods_over(since: date, today: date) -> list[str]:
    """The half years that ended on or after one day and before another, oldest first."""
    found, day = [], since
    while (last := bounds_of(period_of(day))[1]) < today:
        found.append(period_of(day))
        day = last + timedelta(days=1)
    return found


def contribute_until(as_of: date) -> date:
    """The day until which units contribute."""
    return count_working_days(as_of, CONTRIBUTION_DAYS)[0]


def authors_of(matters: Iterable[MatterFacts]) -> list[str]:
    """The units that owe a contribution: who leads a matter the report tells of."""
    return sorted({matter.lead_unit for matter in matters if matter.lead_unit is not None})


def hear_until(as_of: date) -> date:
    """The day until which the report is to be heard."""
    return as_of + timedelta(days=HEARING_DAYS)


def make_document(
    unit: str, period: str, as_of: date, matters: Sequence[MatterFacts], inspections: InspectionFacts
) -> dict[str, Any]:
    """The report: counts, dates and codes; no names and no texts of matters."""
    first, last = bounds_of(period)
    inside = _inside(first, min(last, as_of))
    recorded = [(m, r) for m in matters for r in m.records if inside(r[1])]
    return {
        "schema": SCHEMA,
        "unit": unit,
        "period": period,
        "from": first.isoformat(),
        "as_of": as_of.isoformat(),
        "hear_until": hear_until(as_of).isoformat(),
        "matters": {
            "total": len(matters),
            "by_state": _counted(m.state for m in matters),
            "by_theme": _counted(m.theme for m in matters),
            "by_lead_unit": _counted(m.lead_unit or "-" for m in matters),
            "proposed": sum(inside(m.proposed_on) for m in matters),
            "records": _counted(r[0] for _, r in recorded),
            "conclusions": _counted(str(r[2].get("conclusion")) for _, r in recorded if r[0] == "evaluate"),
        },
        "list": [_line(m, as_of) for m in sorted(matters, key=lambda m: m.id)],
        "difficulties": [
            {"matter": m.id, "on": r[1].isoformat(), "unit": r[3] or "-", "referral": r[2].get("referral", "leaders")}
            for m, r in recorded
            if r[0] == "raise-difficulty"
        ],
        "inspections": {
            "rounds_by_type": dict(inspections.rounds_by_type),
            "teams_entered": inspections.teams_entered,
            "findings_by_severity": dict(inspections.findings_by_severity),
            "clues_handed_over": inspections.clues_handed_over,
        },
    }


def _line(matter: MatterFacts, as_of: date) -> dict[str, Any]:
    filed = sum(kind == "report" for kind, *_ in matter.records)
    due = 0
    if matter.started_on is not None and matter.started_on <= as_of:
        due = max(0, (min(as_of, matter.ends_on) - matter.started_on).days // matter.every_days)
    return {
        "matter": matter.id,
        "lead_unit": matter.lead_unit or "-",
        "theme": matter.theme,
        "state": matter.state,
        "since": matter.since.isoformat(),
        "reports_due": due,
        "reports_filed": filed,
        "overdue": matter.state in {"in_progress", "rectifying"} and filed < due,
    }


def _inside(first: date, last: date) -> Any:
    return lambda day: first <= day <= last


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def canonical(document: Mapping[str, Any]) -> str:
    """The one form of a document: keys sorted, no spaces, characters as they are."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of a document's bytes."""
    return hashlib.sha256(text.encode()).hexdigest()
