"""Events of inspection-service: rounds, teams, findings, rectification and supervision matters."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Code, Egress, Event, Instant, Reference, UnitCode


class RoundEvent(Event):
    """A batch of inspections. The plan of a round is shown to units only when it is theirs to know."""

    key: ClassVar[str] = "round_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    round_id: UUID
    state: Code
    level: Code
    round_type: Code
    mode: Code
    office_unit: UnitCode
    target_units: tuple[UnitCode, ...] = ()
    starts_on: date
    ends_on: date
    report_due_at: Instant | None = None
    """End of the clock for the teams' report, while it runs."""
    feedback_due_at: Instant | None = None
    """End of the clock for the feedback to the units, while it runs."""


class RoundPlanned(RoundEvent):
    """Key round_id. A round was drawn up."""

    type: ClassVar[str] = "inspection.round.planned.v1"


class RoundAuthorised(RoundEvent):
    """Key round_id. The dispatching Party body authorised it; briefings are asked for."""

    type: ClassVar[str] = "inspection.round.authorised.v1"


class RoundEntered(RoundEvent):
    """Key round_id. The first team entered its unit."""

    type: ClassVar[str] = "inspection.round.entered.v1"


class RoundReported(RoundEvent):
    """Key round_id. The teams have reported; the dispatching Party body is to decide."""

    type: ClassVar[str] = "inspection.round.reported.v1"


class RoundDecided(RoundEvent):
    """Key round_id. The dispatching Party body has decided; feedback is due."""

    type: ClassVar[str] = "inspection.round.decided.v1"


class RoundFedBack(RoundEvent):
    """Key round_id. The results were fed back; rectification begins."""

    type: ClassVar[str] = "inspection.round.fed_back.v1"


class RoundClosed(RoundEvent):
    """Key round_id. The round is over."""

    type: ClassVar[str] = "inspection.round.closed.v1"


class TeamMember(BaseModel):
    """One member of a team and whether the home unit has consented."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cadre_id: UUID
    role: Code


class TeamEvent(Event):
    """A temporary team for one target of one round."""

    key: ClassVar[str] = "team_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    team_id: UUID
    round_id: UUID
    state: Code
    office_unit: UnitCode
    target_unit: UnitCode
    members: tuple[TeamMember, ...] = ()
    starts_on: date
    ends_on: date


class TeamProposed(TeamEvent):
    """Key team_id. An assembly was adopted: the members are reserved and the home units asked."""

    type: ClassVar[str] = "inspection.team.proposed.v1"


class TeamSubmitted(TeamEvent):
    """Key team_id. The round's authorisation is asked for it: a leader is to decide."""

    type: ClassVar[str] = "inspection.team.submitted.v1"


class TeamAuthorised(TeamEvent):
    """Key team_id. Authorised for this task only; briefings of the target are asked for before entry."""

    type: ClassVar[str] = "inspection.team.authorised.v1"


class TeamRefused(TeamEvent):
    """Key team_id. Authorisation was refused, or a seat cannot be filled; reservations are given back."""

    type: ClassVar[str] = "inspection.team.refused.v1"


class TeamEntered(TeamEvent):
    """Key team_id. The team is at its unit; ``briefings_overridden`` if it entered with briefings still open."""

    type: ClassVar[str] = "inspection.team.entered.v1"
    briefings_overridden: bool = False


class TeamClosed(TeamEvent):
    """Key team_id. The team is dissolved; its authorisation has ended."""

    type: ClassVar[str] = "inspection.team.closed.v1"


class TeamMemberRecused(TeamEvent):
    """Key team_id. A verdict turned, or a request was granted: somebody must be replaced. Says not who, nor why."""

    type: ClassVar[str] = "inspection.team.member_recused.v1"
    egress: ClassVar[Egress] = Egress.NEVER


class TeamMemberReplaced(TeamEvent):
    """Key team_id. A drop-out's seat was given to somebody else; ``members`` are those who sit now."""

    type: ClassVar[str] = "inspection.team.member_replaced.v1"


class ReplacementPlanDrawnUp(Event):
    """Key replacement_plan_id. Somebody must be replaced and who could be asked is drawn up. ``cause`` is a code."""

    type: ClassVar[str] = "inspection.replacement_plan.drawn_up.v1"
    key: ClassVar[str] = "replacement_plan_id"
    egress: ClassVar[Egress] = Egress.NEVER

    replacement_plan_id: UUID
    team_id: UUID
    office_unit: UnitCode
    cause: Code
    options: int = 0


class FindingEvent(Event):
    """What a team found, by number only."""

    key: ClassVar[str] = "finding_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    finding_id: UUID
    team_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    severity: Code
    state: Code
    person_specific: bool = False


class FindingRecorded(FindingEvent):
    """Key finding_id. The team wrote a finding down."""

    type: ClassVar[str] = "inspection.finding.recorded.v1"


class FindingHandedOver(FindingEvent):
    """Key finding_id. The finding became a clue of ``receiving_unit``; exactly one for ever."""

    type: ClassVar[str] = "inspection.finding.handed_over.v1"
    receiving_unit: UnitCode | None = None
    clue_id: UUID | None = None
    clue_no: Reference | None = None


class FeedbackEvent(Event):
    """What a unit, or its head apart, was told of the result."""

    key: ClassVar[str] = "feedback_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    feedback_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    audience: Code
    state: Code


class FeedbackIssued(FeedbackEvent):
    """Key feedback_id. The unit can read it."""

    type: ClassVar[str] = "inspection.feedback.issued.v1"


class FeedbackAcknowledged(FeedbackEvent):
    """Key feedback_id. The unit has taken note."""

    type: ClassVar[str] = "inspection.feedback.acknowledged.v1"


class RectificationEvent(Event):
    """One problem that a unit has to put right."""

    key: ClassVar[str] = "item_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    item_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    state: Code
    due_at: Instant | None = None


class RectificationAssigned(RectificationEvent):
    """Key item_id. The unit got the problem and a date."""

    type: ClassVar[str] = "inspection.rectification.assigned.v1"


class RectificationSubmitted(RectificationEvent):
    """Key item_id. The unit reports it put right."""

    type: ClassVar[str] = "inspection.rectification.submitted.v1"


class RectificationReturned(RectificationEvent):
    """Key item_id. The check found it not put right."""

    type: ClassVar[str] = "inspection.rectification.returned.v1"


class RectificationSignedOff(RectificationEvent):
    """Key item_id. Checked and struck off the list."""

    type: ClassVar[str] = "inspection.rectification.signed_off.v1"


class RectificationVerified(RectificationEvent):
    """Key item_id. The check found it put right; the sign-off by somebody else is due."""

    type: ClassVar[str] = "inspection.rectification.verified.v1"


class RectificationExtended(RectificationEvent):
    """Key item_id. A leader gave it a later date."""

    type: ClassVar[str] = "inspection.rectification.extended.v1"


class RectificationPostponed(RectificationEvent):
    """Key item_id. It takes long: looked at again on the new date."""

    type: ClassVar[str] = "inspection.rectification.postponed.v1"


class RectificationFalselyReported(RectificationEvent):
    """Key item_id. The unit reported it put right and it was not; somebody is to answer for that."""

    type: ClassVar[str] = "inspection.rectification.falsely_reported.v1"


class RectificationReopened(RectificationEvent):
    """Key item_id. It came back, or was never put right: the unit owes it anew."""

    type: ClassVar[str] = "inspection.rectification.reopened.v1"


class DossierFrozen(Event):
    """Key dossier_id. The entry dossier of a team is compiled and will not change any more."""

    type: ClassVar[str] = "inspection.dossier.frozen.v1"
    key: ClassVar[str] = "dossier_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    dossier_id: UUID
    team_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    item_count: int = 0


class BriefingRequestEvent(Event):
    """An office is asked, before a team enters, what it knows of the unit."""

    key: ClassVar[str] = "briefing_request_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    briefing_request_id: UUID
    team_id: UUID
    office_unit: UnitCode
    from_unit: UnitCode
    target_unit: UnitCode
    state: Code
    due_at: Instant | None = None


class BriefingRequestIssued(BriefingRequestEvent):
    """Key briefing_request_id. The office owes an answer by ``due_at``."""

    type: ClassVar[str] = "inspection.briefing_request.issued.v1"


class BriefingRequestAcknowledged(BriefingRequestEvent):
    """Key briefing_request_id. The office has answered, if only that it knows nothing."""

    type: ClassVar[str] = "inspection.briefing_request.acknowledged.v1"


class BriefingRequestWithdrawn(BriefingRequestEvent):
    """Key briefing_request_id. Nothing is owed any more."""

    type: ClassVar[str] = "inspection.briefing_request.withdrawn.v1"


class JointCaseTeamEvent(Event):
    """Several bodies work one matter together; the lead office answers for it."""

    key: ClassVar[str] = "joint_case_team_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    joint_case_team_id: UUID
    state: Code
    lead_office: UnitCode
    partner_units: tuple[UnitCode, ...] = ()
    target_units: tuple[UnitCode, ...] = ()
    members: int = 0
    starts_on: date
    ends_on: date


class JointCaseTeamProposed(JointCaseTeamEvent):
    """Key joint_case_team_id. A leader is to approve it."""

    type: ClassVar[str] = "inspection.joint_case_team.proposed.v1"


class JointCaseTeamApproved(JointCaseTeamEvent):
    """Key joint_case_team_id. Its members are asked for at the talent pool."""

    type: ClassVar[str] = "inspection.joint_case_team.approved.v1"


class JointCaseTeamActivated(JointCaseTeamEvent):
    """Key joint_case_team_id. It has begun."""

    type: ClassVar[str] = "inspection.joint_case_team.activated.v1"


class JointCaseTeamSeatsGivenBack(JointCaseTeamEvent):
    """Key joint_case_team_id. Home units did not answer in time; their seats were given back and wait for others."""

    type: ClassVar[str] = "inspection.joint_case_team.seats_given_back.v1"


class JointCaseTeamMembersChanged(JointCaseTeamEvent):
    """Key joint_case_team_id. ``seats`` are those who belong to it now; the talent pool watches their verdicts."""

    type: ClassVar[str] = "inspection.joint_case_team.members_changed.v1"
    egress: ClassVar[Egress] = Egress.NEVER

    seats: tuple[TeamMember, ...] = ()


class JointCaseTeamMemberLost(JointCaseTeamEvent):
    """Key joint_case_team_id. Somebody must be replaced: recused, or not to be lent any more. Says not who, nor why.

    ``head``: the leader, who is told beside the lead office; nobody where the leader is lost.
    """

    type: ClassVar[str] = "inspection.joint_case_team.member_lost.v1"
    egress: ClassVar[Egress] = Egress.NEVER

    head: tuple[UUID, ...] = ()


class JointCaseTeamWoundUp(JointCaseTeamEvent):
    """Key joint_case_team_id. Its members are back home."""

    type: ClassVar[str] = "inspection.joint_case_team.wound_up.v1"


class JointCaseTeamEvaluated(JointCaseTeamEvent):
    """Key joint_case_team_id. Its work was evaluated."""

    type: ClassVar[str] = "inspection.joint_case_team.evaluated.v1"


class JointCaseTeamGivenUp(JointCaseTeamEvent):
    """Key joint_case_team_id. Refused or withdrawn; reservations are given back."""

    type: ClassVar[str] = "inspection.joint_case_team.given_up.v1"


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


EVENTS: tuple[type[Event], ...] = (
    RoundPlanned,
    RoundAuthorised,
    RoundEntered,
    RoundReported,
    RoundDecided,
    RoundFedBack,
    RoundClosed,
    TeamProposed,
    TeamSubmitted,
    TeamAuthorised,
    TeamRefused,
    TeamEntered,
    TeamClosed,
    TeamMemberReplaced,
    TeamMemberRecused,
    ReplacementPlanDrawnUp,
    FindingRecorded,
    FindingHandedOver,
    FeedbackIssued,
    FeedbackAcknowledged,
    RectificationAssigned,
    RectificationSubmitted,
    RectificationReturned,
    RectificationSignedOff,
    RectificationVerified,
    RectificationExtended,
    RectificationPostponed,
    RectificationFalselyReported,
    RectificationReopened,
    DossierFrozen,
    BriefingRequestIssued,
    BriefingRequestAcknowledged,
    BriefingRequestWithdrawn,
    JointCaseTeamProposed,
    JointCaseTeamApproved,
    JointCaseTeamActivated,
    JointCaseTeamSeatsGivenBack,
    JointCaseTeamMembersChanged,
    JointCaseTeamMemberLost,
    JointCaseTeamWoundUp,
    JointCaseTeamEvaluated,
    JointCaseTeamGivenUp,
    MatterDecided,
    MatterReported,
    MatterEvaluated,
    MatterClosed,
    MatterReopened,
    MatterReferred,
    CoordinationReportOpened,
    CoordinationReportContributed,
    CoordinationReportCollected,
    CoordinationReportReviewed,
    CoordinationReportHeard,
    CoordinationReportDecided,
    CoordinationReportTracked,
)
