"""Who is told what: one table from event type to kind and addresses."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from contracts.envelope import Event

from contracts import clue, inspection, pool
from notification_service.notices import library, proceedings
from notification_service.notices.addresses import PERSONAL, Address, Relation, Telling, To, ToOrigin
from notification_service.notices.roles import (
    ACTORS,
    APPROVERS,
    HANDLERS,
    INSPECTION_OFFICE,
    LEADERS,
    OFFICERS,
    POOL_MANAGERS,
    SUPERVISORS,
    WORKERS,
)

LATE_DELIVERY = timedelta(days=30)
"""Whoever takes up a role gets the notices addressed to it in this time."""


def _closed_without_check(event: clue.ClueClosed) -> bool:
    # Any other closing is told as its result; this one was decided with the disposition.
    return event.closure == "direct"


def _all_agreed(event: pool.SecondmentApproved) -> bool:
    return event.state == "approved"


def _became_clue(event: inspection.FindingHandedOver) -> bool:
    return event.clue_id is not None


_CASE_OFFICE = To(Relation.CASE_OFFICE, "commission", OFFICERS)
_CASE_SUPERVISORS = To(Relation.CASE_OFFICE, "commission", SUPERVISORS)
_ALERTED = To(Relation.CASE_OFFICE, "commissions", OFFICERS)
_LEAD_HANDLERS = To(Relation.UNIT, "lead_unit", HANDLERS)
_OUTCOME = To(Relation.OUTCOME, "subject_units", WORKERS)
_LENDERS = To(Relation.UNIT, "home_units", APPROVERS)
_POOL = To(Relation.AREA, "home_units", POOL_MANAGERS)
_BORROWER = ToOrigin("request_ref", otherwise=To(Relation.AREA, "home_units", INSPECTION_OFFICE))
_SEATS = To(Relation.MEMBER, "cadre_ids")
_TEAM = To(Relation.MEMBER, "cadre_ids", unit_field="target_unit")
_OFFICE = To(Relation.UNIT, "office_unit", INSPECTION_OFFICE)
_OVERSEERS = To(Relation.OVERSIGHT, "office_unit", LEADERS)
_INFORMANTS = To(Relation.UNIT, "from_unit", OFFICERS | WORKERS)
_MENDER = To(Relation.UNIT, "unit_code", WORKERS)
_WATCHERS = To(Relation.OUTCOME, "unit_code", WORKERS)
_LEAD_OFFICE = To(Relation.UNIT, "lead_office", WORKERS | INSPECTION_OFFICE)
_PARTNERS = To(Relation.UNIT, "partner_units", LEADERS)
_LEAD = To(Relation.UNIT, "lead_unit", WORKERS)
_CO_UNITS = To(Relation.UNIT, "co_units", WORKERS)

_HANDLING = (
    To(Relation.UNIT, "lead_unit", HANDLERS, when=lambda event: not event.members),
    To(Relation.UNIT, "co_units", HANDLERS, when=lambda event: not event.members),
    To(Relation.PERSON, "members", unit_field="lead_unit"),
)

TABLE: tuple[Telling, ...] = (
    Telling(clue.ClueRegistered, "clue_registered", (_CASE_SUPERVISORS,)),
    Telling(clue.ClueAssigned, "clue_assigned", _HANDLING),
    Telling(clue.ClueMembersChanged, "clue_members_changed", _HANDLING),
    Telling(clue.ClueReturned, "clue_returned", (_CASE_SUPERVISORS,)),
    # Whoever is handed a clue is told of the transfer: the sender's clue is not theirs to see.
    Telling(clue.TransferSent, "transfer_sent", (To(Relation.CASE_OFFICE, "to_unit", OFFICERS),)),
    Telling(clue.TransferReturned, "transfer_returned", (To(Relation.CASE_OFFICE, "from_commission", OFFICERS),)),
    Telling(clue.TransferReported, "transfer_reported", (To(Relation.CASE_OFFICE, "from_commission", OFFICERS),)),
    Telling(clue.ClueDispositionProposed, "disposition_proposed", (To(Relation.LEADERSHIP, "lead_unit", LEADERS),)),
    Telling(clue.ClueDispositionApproved, "disposition_approved", (_LEAD_HANDLERS, _CASE_OFFICE)),
    Telling(clue.ClueDispositionRejected, "disposition_rejected", (_LEAD_HANDLERS,)),
    Telling(clue.ClueResultRecorded, "result_recorded", (_OUTCOME, _CASE_OFFICE, ToOrigin("origin_ref"))),
    Telling(clue.ClueResultReceived, "result_received", (ToOrigin("origin_ref"),)),
    Telling(clue.ClueClosed, "clue_closed", (ToOrigin("origin_ref", when=_closed_without_check),)),
    Telling(clue.ClueReopened, "clue_reopened", (_LEAD_HANDLERS, _CASE_SUPERVISORS)),
    Telling(clue.ClueExtended, "clue_extended", (_LEAD_HANDLERS,)),
    # Nobody detects an overlap knowingly, and the last of several votes settles it for all.
    Telling(clue.OverlapAlertDetected, "overlap_detected", (_ALERTED,), tells_actor=True),
    Telling(clue.OverlapAlertResolved, "overlap_resolved", (_ALERTED,), tells_actor=True),
    *proceedings.ROWS,
    *library.ROWS,
    Telling(pool.SecondmentRequested, "secondment_requested", (_LENDERS,)),
    Telling(
        pool.SecondmentApproved,
        "secondment_approved",
        (
            To(Relation.AREA, "home_units", POOL_MANAGERS, when=_all_agreed),
            ToOrigin("request_ref", otherwise=_BORROWER.otherwise, when=_all_agreed),
        ),
    ),
    Telling(pool.SecondmentRefused, "secondment_refused", (_POOL, _BORROWER)),
    Telling(pool.SecondmentActivated, "secondment_activated", (_SEATS, _LENDERS)),
    Telling(pool.SecondmentRecalled, "secondment_recalled", (To(Relation.MEMBER, "freed"), _LENDERS, _BORROWER)),
    Telling(pool.SecondmentExtended, "secondment_extended", (_SEATS, _LENDERS)),
    Telling(pool.SecondmentEnded, "secondment_ended", (_SEATS, _LENDERS, _BORROWER)),
    Telling(inspection.RoundPlanned, "round_planned", (_OVERSEERS,)),
    Telling(inspection.RoundAuthorised, "round_authorised", (_OFFICE,)),
    Telling(inspection.RoundEntered, "round_entered", (_OVERSEERS,)),
    Telling(inspection.RoundReported, "round_reported", (_OVERSEERS,)),
    Telling(inspection.RoundDecided, "round_decided", (_OFFICE,)),
    Telling(inspection.RoundFedBack, "round_fed_back", (_OVERSEERS,)),
    Telling(inspection.RoundClosed, "round_closed", (_OFFICE, _OVERSEERS)),
    Telling(inspection.TeamSubmitted, "team_submitted", (_OVERSEERS,)),
    Telling(inspection.TeamAuthorised, "team_authorised", (_TEAM, _OFFICE)),
    Telling(inspection.TeamRefused, "team_refused", (_OFFICE,)),
    Telling(inspection.TeamEntered, "team_entered", (_TEAM, _OFFICE)),
    Telling(inspection.TeamClosed, "team_closed", (_TEAM, _OFFICE)),
    # Only the office that must look for somebody else: the event says not whom it is about.
    Telling(inspection.TeamMemberRecused, "team_member_recused", (_OFFICE,), tells_actor=True),
    Telling(inspection.TeamMemberReplaced, "team_member_replaced", (_TEAM, _OFFICE)),
    Telling(inspection.ReplacementPlanDrawnUp, "replacement_plan_drawn_up", (_OFFICE,), tells_actor=True),
    Telling(inspection.BriefingRequestIssued, "briefing_requested", (_INFORMANTS,)),
    Telling(inspection.BriefingRequestAcknowledged, "briefing_received", (_OFFICE,)),
    Telling(inspection.BriefingRequestWithdrawn, "briefing_withdrawn", (_INFORMANTS,)),
    Telling(inspection.DossierFrozen, "dossier_frozen", (_OFFICE,), tells_actor=True),
    Telling(
        inspection.FindingRecorded,
        "finding_recorded",
        (To(Relation.UNIT, "office_unit", INSPECTION_OFFICE, when=lambda event: event.severity == "grave"),),
    ),
    Telling(
        inspection.FindingHandedOver,
        "finding_handed_over",
        (To(Relation.UNIT, "office_unit", INSPECTION_OFFICE, when=_became_clue),),
    ),
    Telling(
        inspection.FeedbackIssued,
        "feedback_issued",
        (
            To(Relation.UNIT, "unit_code", WORKERS, when=lambda event: event.audience == "unit"),
            To(Relation.UNIT, "unit_code", LEADERS, when=lambda event: event.audience == "head"),
        ),
    ),
    Telling(inspection.FeedbackAcknowledged, "feedback_acknowledged", (_OFFICE,)),
    Telling(inspection.RectificationAssigned, "rectification_assigned", (_MENDER, _WATCHERS)),
    Telling(inspection.RectificationSubmitted, "rectification_submitted", (_OFFICE,)),
    Telling(inspection.RectificationReturned, "rectification_returned", (_MENDER,)),
    Telling(inspection.RectificationVerified, "rectification_verified", (_OFFICE,)),
    Telling(inspection.RectificationSignedOff, "rectification_signed_off", (_MENDER, _OFFICE)),
    Telling(inspection.RectificationExtended, "rectification_extended", (_MENDER, _WATCHERS)),
    Telling(inspection.RectificationPostponed, "rectification_postponed", (_MENDER, _OFFICE, _WATCHERS)),
    Telling(
        inspection.RectificationFalselyReported,
        "rectification_falsely_reported",
        (_OFFICE, _OVERSEERS, _WATCHERS),
    ),
    Telling(inspection.RectificationReopened, "rectification_reopened", (_MENDER, _WATCHERS)),
    Telling(
        inspection.JointCaseTeamProposed,
        "joint_case_team_proposed",
        (To(Relation.LEADERSHIP, "lead_office", LEADERS),),
    ),
    Telling(inspection.JointCaseTeamApproved, "joint_case_team_approved", (_LEAD_OFFICE, _PARTNERS)),
    Telling(inspection.JointCaseTeamActivated, "joint_case_team_activated", (_LEAD_OFFICE, _PARTNERS)),
    Telling(
        inspection.JointCaseTeamSeatsGivenBack,
        "joint_case_team_seats_given_back",
        (_LEAD_OFFICE,),
        tells_actor=True,
    ),
    # Like a recusal in a round's team: who is lost, and why, is not told.
    Telling(
        inspection.JointCaseTeamMemberLost,
        "joint_case_team_member_lost",
        (To(Relation.MEMBER, "head", unit_field="lead_office"), _LEAD_OFFICE),
        tells_actor=True,
    ),
    Telling(inspection.JointCaseTeamWoundUp, "joint_case_team_wound_up", (_LEAD_OFFICE, _PARTNERS)),
    Telling(inspection.JointCaseTeamEvaluated, "joint_case_team_evaluated", (_LEAD_OFFICE,)),
    Telling(inspection.JointCaseTeamGivenUp, "joint_case_team_given_up", (_LEAD_OFFICE, _PARTNERS)),
    Telling(inspection.MatterDecided, "supervision_matter_decided", (_LEAD, _CO_UNITS)),
    Telling(inspection.MatterReported, "supervision_matter_reported", (_LEAD,)),
    Telling(inspection.MatterEvaluated, "supervision_matter_evaluated", (_LEAD, _CO_UNITS)),
    Telling(inspection.MatterClosed, "supervision_matter_closed", (_LEAD, _CO_UNITS)),
    # A recurrence reopens by itself: it is news to whoever proposed the new matter as well.
    Telling(inspection.MatterReopened, "supervision_matter_reopened", (_LEAD, _CO_UNITS), tells_actor=True),
    Telling(inspection.MatterReferred, "supervision_matter_referred", (_LEAD,)),
    Telling(
        inspection.CoordinationReportOpened,
        "coordination_report_opened",
        (To(Relation.PARTY, "unit_code", ACTORS), To(Relation.UNIT, "author_units", WORKERS)),
    ),
    Telling(
        inspection.CoordinationReportContributed,
        "coordination_report_contributed",
        (To(Relation.PARTY, "unit_code", ACTORS),),
    ),
    Telling(
        inspection.CoordinationReportCollected,
        "coordination_report_collected",
        (To(Relation.UNIT, "unit_code", LEADERS),),
    ),
    Telling(
        inspection.CoordinationReportReviewed,
        "coordination_report_reviewed",
        (To(Relation.OVERSIGHT, "unit_code", LEADERS),),
    ),
    Telling(
        inspection.CoordinationReportHeard, "coordination_report_heard", (To(Relation.UNIT, "unit_code", WORKERS),)
    ),
    Telling(
        inspection.CoordinationReportDecided,
        "coordination_report_decided",
        (To(Relation.PARTY, "unit_code", ACTORS), To(Relation.UNIT, "decided_units", WORKERS)),
    ),
    Telling(
        inspection.CoordinationReportTracked,
        "coordination_report_tracked",
        (To(Relation.UNIT, "unit_code", LEADERS),),
    ),
)
TELLINGS: Mapping[str, Telling] = MappingProxyType({row.event.type: row for row in TABLE})

ORIGINS: Mapping[str, str] = MappingProxyType(
    {inspection.FindingRecorded.type: "finding", inspection.TeamProposed.type: "team"}
)
"""Events from which the inspection office behind a reference ``finding:<id>`` or ``team:<id>`` is known."""


def origin_refs(event: Event) -> list[str]:
    """The references whose inspection office this event's audience needs."""
    cells = [cell for cell in TELLINGS[event.type].to if isinstance(cell, ToOrigin)]
    return [str(ref) for cell in cells if (ref := getattr(event, cell.field)) is not None]


def audience(event: Event, offices: Mapping[str, str]) -> list[Address]:
    """The addresses of an event's notice; ``offices`` is what is known of ``origin_refs``."""
    within = getattr(event, "commission", None) if getattr(event, "overlap_policy", None) == "silent" else None
    found: dict[Address, None] = {}
    for cell in TELLINGS[event.type].to:
        if cell.when(event):
            found.update(dict.fromkeys(_addresses(event, cell, offices, within)))
    return list(found)


def _addresses(event: Event, cell: To | ToOrigin, offices: Mapping[str, str], within: str | None) -> Iterator[Address]:
    if isinstance(cell, ToOrigin):
        office = offices.get(str(getattr(event, cell.field)))
        if office is not None:
            yield Address(Relation.UNIT, office, INSPECTION_OFFICE, office, within)
        elif cell.otherwise is not None:
            yield from _addresses(event, cell.otherwise, offices, within)
        return
    for target in _values(event, cell.field):
        if cell.relation in PERSONAL:
            unit = next(iter(_values(event, cell.unit_field)), None) if cell.unit_field else None
        else:
            unit = target
        yield Address(cell.relation, target, cell.roles, unit, within)


def _values(event: Any, field: str) -> list[str]:
    if field == "cadre_ids":
        people = event.members if isinstance(event, inspection.TeamEvent) else event.seats
        return [str(one.cadre_id) for one in people]
    value = getattr(event, field)
    return [str(one) for one in value] if isinstance(value, tuple) else [] if value is None else [str(value)]
