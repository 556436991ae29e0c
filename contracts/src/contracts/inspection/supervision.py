"""Supervision matters and half-year coordination reports."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Code, Event, Instant, UnitCode


class MatterEvent(Event):
    """A supervision matter: planned, carried out, reported on and evaluated."""

    key: ClassVar[str] = "supervision_matter_id"

    supervision_matter_id: UUID
    state: Code
    lead_unit: UnitCode
    co_units: tuple[UnitCode, ...] = ()
    scope_units: tuple[UnitCode, ...] = ()
    due_at: Instant | None = None


class MatterDecided(MatterEvent):
    """Key supervision_matter_id. The standing committee decided on it and named the lead."""

    type: ClassVar[str] = "inspection.matter.decided.v1"


class MatterReported(MatterEvent):
    """Key supervision_matter_id. A periodic progress report was filed."""

    type: ClassVar[str] = "inspection.matter.reported.v1"


class MatterEvaluated(MatterEvent):
    """Key supervision_matter_id. Its effect was evaluated against the criteria."""

    type: ClassVar[str] = "inspection.matter.evaluated.v1"


class MatterClosed(MatterEvent):
    """Key supervision_matter_id. The matter is closed, or carried over into the next period."""

    type: ClassVar[str] = "inspection.matter.closed.v1"


class MatterReopened(MatterEvent):
    """Key supervision_matter_id. The problem came back: the matter takes up what was closed as ``recurrence_of``."""

    type: ClassVar[str] = "inspection.matter.reopened.v1"
    recurrence_of: UUID | None = None


class MatterReferred(MatterEvent):
    """Key supervision_matter_id. A difficulty was referred: ``referral`` is directed_support or consultation."""

    type: ClassVar[str] = "inspection.matter.referred.v1"
    difficulty_id: UUID
    referral: Code


class CoordinationReportEvent(Event):
    """A half-year coordination report: how supervision was coordinated, by number.

    The commission has it heard by ``due_at``; a report made in between, as of another day, has no such date.
    """

    key: ClassVar[str] = "report_id"

    report_id: UUID
    unit_code: UnitCode
    period: Code
    as_of: date
    state: Code
    digest: Code | None = None
    due_at: Instant | None = None
    author_units: tuple[UnitCode, ...] = ()
    """Units that owe a contribution while it is drafted."""


class CoordinationReportOpened(CoordinationReportEvent):
    """Key report_id. The report is there; its units give their parts by ``contributions_due_at``."""

    type: ClassVar[str] = "inspection.coordination_report.opened.v1"
    contributions_due_at: Instant | None = None


class CoordinationReportContributed(CoordinationReportEvent):
    """Key report_id. ``unit`` gave its part."""

    type: ClassVar[str] = "inspection.coordination_report.contributed.v1"
    unit: UnitCode | None = None


class CoordinationReportCollected(CoordinationReportEvent):
    """Key report_id. The contributions are in; nobody owes one any more."""

    type: ClassVar[str] = "inspection.coordination_report.collected.v1"


class CoordinationReportReviewed(CoordinationReportEvent):
    """Key report_id. The report is final and ready for the standing committee."""

    type: ClassVar[str] = "inspection.coordination_report.reviewed.v1"


class CoordinationReportHeard(CoordinationReportEvent):
    """Key report_id. The standing committee heard the report."""

    type: ClassVar[str] = "inspection.coordination_report.heard.v1"


class DecisionDue(BaseModel):
    """A unit that has a decision to carry out, and until when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    unit: UnitCode
    due_at: Instant


class CoordinationReportDecided(CoordinationReportEvent):
    """Key report_id. The standing committee's decisions were issued to units, each with a date."""

    type: ClassVar[str] = "inspection.coordination_report.decided.v1"
    decisions: tuple[DecisionDue, ...] = ()
    decided_units: tuple[UnitCode, ...] = ()


class CoordinationReportTracked(CoordinationReportEvent):
    """Key report_id. What came of every decision is written down; ``decided_units`` owe nothing more."""

    type: ClassVar[str] = "inspection.coordination_report.tracked.v1"
    decided_units: tuple[UnitCode, ...] = ()
