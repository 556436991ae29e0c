"""Clues as callers see them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT
from chassis.web import RequestModel, ResponseModel
from pydantic import AwareDatetime, ConfigDict, Field

from clue_service.candidates.domain import Band, Decision, PairRelation
from clue_service.clues.approval_schemas import PaperKind, PaperOffice
from clue_service.clues.filters import ClueOrder
from clue_service.clues.states import Closure, Method, Outcome, Status
from clue_service.clues.vocabulary import (
    Category,
    Channel,
    IdentityType,
    OverlapPolicy,
    PoliticalStatus,
    SecrecyLevel,
    Sex,
    Source,
    TopLeader,
    Urgency,
)
from clue_service.overlap_alerts.schemas import BlindHit

TEXT_LIMIT = 100_000  # characters; the longest petitions seen have a few tens of thousands


class Particulars(RequestModel):
    """What the registration form asks of a subject besides; shown with the clue itself, not in lists and files."""

    sex: Sex | None = None
    ethnicity: str | None = Field(None, min_length=1, max_length=32)
    born: str | None = Field(None, pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", description="Year and month")
    education: str | None = Field(None, min_length=1, max_length=64)
    political_status: PoliticalStatus | None = None
    party_joined: str | None = Field(None, pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", description="Year and month")
    is_supervision_object: bool | None = None
    delegate_of: str | None = Field(
        None, min_length=1, max_length=200, description="Party congress, people's congress or CPPCC, with the level"
    )


class SubjectOut(ResponseModel):
    """A person or unit reported on."""

    id: UUID
    name: str | None
    unit_name: str | None
    unit_code: str | None
    resolved_unit: str | None = Field(description="The directory's unit that the given code or name stands for")
    post: str | None
    rank: str | None
    person_code: str | None
    top_leader: TopLeader | None = Field(None, description="Whether the subject heads a unit, as it was registered")
    has_id_number: bool
    clarified_on: date | None = Field(None, description="The day it was made known that the report is untrue")


class SubjectDetail(SubjectOut):
    """A subject, as its clue shows it."""

    particulars: Particulars | None = None


class AllegationOut(ResponseModel):
    """One thing that is alleged."""

    id: UUID
    category_code: Category | None
    text: str
    occurred_from: date | None
    occurred_to: date | None
    place: str | None
    amount_cny: float | None
    moved_to_id: UUID | None = Field(description="The clue that a split made of it")


class ReporterOut(ResponseModel):
    """All that is shown of a reporter; the identity is in the vault."""

    identity_type: IdentityType


class ApprovalOut(ResponseModel):
    """Who approved: a person of the platform, or a paper."""

    sub: str | None = None
    offline_ref: str | None = None
    kind: PaperKind | None = None
    office: PaperOffice | None = None
    approved_on: date | None = None
    unverified: str | None = Field(None, description="Why the approval was not found to hold, where that is only noted")


class DispositionOut(ResponseModel):
    """The latest proposal how to go on, and what became of it."""

    method: Method
    reason: str
    plan: str | None
    proposed_by: str
    proposed_at: datetime
    decision: Literal["approved", "rejected"] | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    approval: ApprovalOut | None


class ResultOut(ResponseModel):
    """The latest outcome."""

    outcome: Outcome
    four_forms: int | None
    note: str | None
    recorded_by: str
    recorded_at: datetime


class ReasonOut(ResponseModel):
    """One field's share in a comparison."""

    field: str
    verdict: str
    weight: float
    detail: str | None


class VisibleCandidate(ResponseModel):
    """A clue you may see that may report the same matter."""

    id: UUID
    blind: Literal[False] = False
    clue_id: UUID
    band: Band
    probability: float
    relation: PairRelation
    reasons: list[ReasonOut]
    decision: Decision | None
    state: Literal["open", "decided"] = Field(description="Decided also where both clues are in one matter by others")


class BlindCandidate(ResponseModel):
    """A commission that holds a clue of possibly the same matter; nothing else is told. `id` is the overlap alert's."""

    id: UUID
    blind: Literal[True] = True
    hit: BlindHit


CandidateOut = VisibleCandidate | BlindCandidate


class CandidateList(ResponseModel):
    """The candidates of one clue: visible ones by probability, then hidden ones by commission."""

    items: list[CandidateOut]
    next_cursor: None = None


class ClueSummary(ResponseModel):
    """A clue in a list: state, dates and subjects, without what is alleged."""

    id: UUID
    clue_no: str
    status: Status
    closure: Closure | None
    version: int
    source_code: Source
    channel: Channel | None
    received_on: date
    registered_at: datetime
    registered_by: str
    commission: str
    receiving_unit: str
    lead_unit: str | None
    co_units: list[str]
    origin_ref: str | None
    urgency: Urgency | None = None
    secrecy_level: SecrecyLevel
    overlap_policy: OverlapPolicy
    subjects: Sequence[SubjectOut]
    categories: list[Category]
    due_at: datetime | None
    due_provisional: bool


class ClueOut(ClueSummary):
    """A clue."""

    subjects: Sequence[SubjectDetail]
    members: list[str] = Field(description="Handlers named for it; none named means all of the lead and co units")
    allegations: list[AllegationOut]
    summary: str | None
    proposed_opinion: str | None = Field(None, description="What whoever took it in proposed to do with it")
    reporter: ReporterOut | None
    matter_id: UUID | None = Field(description="The earliest of `matter_ids`")
    matter_ids: list[UUID] = Field(description="The matters it reports; a mixed letter reports several")
    first_clue_id: UUID | None = Field(description="The clue this one repeats")
    split_from_id: UUID | None = Field(description="The clue this one was split from")
    transfer_id: UUID | None = Field(description="The transfer by which it was handed over")
    came_by_transfer_id: UUID | None = Field(description="The transfer by which another commission handed it over")
    seal_requested_by: str | None = Field(description="Who asked for sealing; a second person seals")
    assignment_approval: ApprovalOut | None
    disposition: DispositionOut | None
    result: ResultOut | None
    due_rule: str | None
    clock_start: date | None
    paused_on: date | None = Field(description="First day of a pause that lasts; the clock stands still")
    allowed_moves: list[str] = Field(description="Moves the state allows and you may take")
    is_matching_pending: bool = Field(description="Candidates are still being looked for")
    candidates: list[CandidateOut] = Field(description="For intake officers and case supervisors; empty for others")


class SaidOut(ResponseModel):
    """What was said with a step: why, and whom it named. Gone once the clue is sealed or deleted."""

    ground: str | None = None
    reason: str | None = None
    commission: str | None = Field(None, description="Whom the decision on competence named")
    lead_unit: str | None = None
    co_units: list[str] | None = None
    members: list[str] | None = Field(None, description="Empty: all handlers of the lead and co units")
    held_on: date | None = Field(None, description="The day of the talk")


class StepOut(ResponseModel):
    """One step of a clue's life, and what was said with it."""

    at: datetime
    action: str
    actor: str
    acting_for: str | None
    unit: str | None
    from_status: str | None
    to_status: str | None
    closure: str | None
    version: int | None
    approval: ApprovalOut | None = Field(description="The approval that was named for it")
    said: SaidOut | None = Field(description="What was said with it, where it is one that says something")


class Timeline(ResponseModel):
    """Everything that was done with a clue, oldest first."""

    items: list[StepOut]
    next_cursor: None = None


UnitCodeIn = Annotated[str, Field(min_length=1, max_length=64)]


class ClueListQuery(RequestModel):
    """What a list of clues is narrowed and sorted by: codes, states and dates, never a name."""

    model_config = ConfigDict(extra="ignore")

    status: Status | None = None
    closure: Closure | None = None
    lead_unit: str | None = Field(None, max_length=64)
    receiving_unit: str | None = Field(None, max_length=64)
    subject_unit: str | None = Field(None, max_length=64, description="A unit reported on, by its code")
    category: Category | None = None
    source: Source | None = None
    channel: Channel | None = None
    clue_no: str | None = Field(None, max_length=64, description="How the number begins")
    matter_id: UUID | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_from: AwareDatetime | None = Field(None, description="The running clock ends at this instant or later")
    due_to: AwareDatetime | None = Field(None, description="The running clock ends before this instant")
    overdue: bool | None = None
    sort: ClueOrder = Field(ClueOrder.NEWEST, description="`due_first` leaves out clues without a running clock")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=500)


class ClueSearchIn(RequestModel):
    """A search by name or text; these never stand in an address."""

    subject: str | None = Field(None, min_length=1, max_length=200, description="Part of a subject's name or unit name")
    text: str | None = Field(None, min_length=1, max_length=500, description="Part of an allegation or summary")
    status: Status | None = None
    lead_unit: UnitCodeIn | None = None
    category: Category | None = None
    source: Source | None = None
    received_from: date | None = None
    received_to: date | None = None
    overdue: bool | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500)
