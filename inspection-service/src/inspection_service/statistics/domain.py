"""What the figures of inspections are: counted from dated facts, so that any past day can be counted again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from inspection_service.findings.models import Finding
from inspection_service.rectifications.models import Rectification
from inspection_service.rounds.models import Round

DONE = "signed_off"


@dataclass(frozen=True)
class Scope:
    """Which rounds are counted: one, those on a unit, those that begin in a period, or all the viewer may meet."""

    round_id: UUID | None = None
    unit_code: str | None = None
    starts_from: date | None = None
    starts_to: date | None = None


@dataclass
class Figures:
    """All figures of one scope on one day; the keys of each mapping are codes, sorted when they are written."""

    rounds: Counter[str] = field(default_factory=Counter)
    rounds_by_state: Counter[str] = field(default_factory=Counter)
    rounds_by_year: Counter[str] = field(default_factory=Counter)
    units: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    findings_by_category: Counter[str] = field(default_factory=Counter)
    findings_by_unit: Counter[str] = field(default_factory=Counter)
    findings_by_year: Counter[str] = field(default_factory=Counter)
    handed_over: Counter[str] = field(default_factory=Counter)
    referred: int = 0
    items: Counter[str] = field(default_factory=Counter)
    items_overdue: int = 0
    items_signed_off_in_time: int = 0


def count(
    rounds: Iterable[tuple[Round, str]],
    units: int,
    findings: Iterable[Finding],
    items: Iterable[tuple[Rectification, str, date]],
    instant: datetime,
    day: date,
) -> Figures:
    """The figures at the end of a civil day.

    Rounds and items come with their state then, items with since when; findings are of these rounds.
    """
    figures = Figures(units=units)
    years: dict[UUID, str] = {}
    for found, state in rounds:
        years[found.id] = str(found.starts_on.year)
        figures.rounds_by_year[years[found.id]] += 1
        figures.rounds[found.type] += 1
        figures.rounds_by_state[state] += 1
    for finding in findings:
        if finding.recorded_at > instant or (finding.withdrawn_at is not None and finding.withdrawn_at <= instant):
            continue
        figures.findings[finding.severity] += 1
        figures.findings_by_category[finding.category] += 1
        figures.findings_by_unit[finding.unit_code] += 1
        figures.findings_by_year[years[finding.round_id]] += 1
        if finding.handed_over_at is not None and finding.handed_over_at <= instant:
            figures.handed_over[finding.hand_over_phase or "final"] += 1
        figures.referred += finding.referred_at is not None and finding.referred_at <= instant
    for item, state, since in items:
        figures.items[state] += 1
        figures.items_signed_off_in_time += state == DONE and since <= item.first_due_on
        figures.items_overdue += state != DONE and day > item.first_due_on
    return figures


def as_document(figures: Figures) -> dict[str, Mapping[str, int] | int]:
    """The figures as they are answered: every mapping sorted by code."""

    def sort(counter: Counter[str]) -> dict[str, int]:
        return dict(sorted(counter.items()))

    return {
        "rounds": sum(figures.rounds.values()),
        "rounds_by_type": sort(figures.rounds),
        "rounds_by_state": sort(figures.rounds_by_state),
        "rounds_by_year": sort(figures.rounds_by_year),
        "units_inspected": figures.units,
        "findings": sum(figures.findings.values()),
        "findings_by_severity": sort(figures.findings),
        "findings_by_category": sort(figures.findings_by_category),
        "findings_by_unit": sort(figures.findings_by_unit),
        "findings_by_year": sort(figures.findings_by_year),
        "clues_handed_over": sum(figures.handed_over.values()),
        "clues_by_phase": sort(figures.handed_over),
        "findings_referred": figures.referred,
        "rectifications": sum(figures.items.values()),
        "rectifications_by_state": sort(figures.items),
        "rectifications_overdue": figures.items_overdue,
        "rectifications_signed_off_in_time": figures.items_signed_off_in_time,
    }


def as_rows(document: Mapping[str, Mapping[str, int] | int]) -> list[tuple[str, str, int]]:
    """The figures as rows of (figure, code, number); the code is empty for a plain number."""
    rows: list[tuple[str, str, int]] = []
    for name, value in document.items():
        if isinstance(value, int):
            rows.append((name, "", value))
        else:
            rows += [(name, code, number) for code, number in value.items()]
    return rows
