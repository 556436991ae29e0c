"""The table of who is told what, row by row, on a small directory."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.directory import Unit, UnitTree
from contracts.envelope import Event
from notification_service.notices.addresses import Relation, units_reached
from notification_service.notices.domain import TABLE, TELLINGS, audience
from notification_service.notices.items import item_of, link_of
from notification_service.notices.wording import TITLES, title_of

from contracts import clue, deliberation, following_up, four_eyes, inspection, library, pool, safeguards, settling

TREE = UnitTree(
    [
        Unit("pc", "", "party_committee"),
        Unit("cdi-a", "", "cdi", "pc"),
        Unit("cmo-a", "", "case_management_office", "cdi-a"),
        Unit("pet-a", "", "petition_office", "cdi-a"),
        Unit("sup1-a", "", "supervision_office", "cdi-a"),
        Unit("inv-a", "", "investigation_office", "cdi-a"),
        Unit("insp", "", "inspection_office", "pc"),
        Unit("org", "", "organisation_department", "pc"),
        Unit("su-1", "", "supervised_unit", "pc", linked_office="sup1-a"),
        Unit("su-branch", "", "supervised_unit", "su-1"),
        Unit("dg-1", "", "dispatched_group", "cdi-a", host_units=("su-1",)),
        Unit("cdi-b", "", "cdi", "cdi-a"),
        Unit("cmo-b", "", "case_management_office", "cdi-b"),
    ]
)
CADRE = UUID(int=7)
ID = uuid4()

CLUE: dict[str, Any] = {
    "clue_id": ID,
    "clue_no": "A-1",
    "status": "assigned",
    "commission": "cdi-a",
    "receiving_unit": "pet-a",
    "lead_unit": "inv-a",
    "co_units": ["sup1-a"],
    "subject_units": ["su-branch"],
    "source_code": "PETITION",
    "registered_by": "x",
    "outcome": "first_form",
    "method": "talk_inquiry",
    "to_unit": "cdi-b",
}
ALERT = {"alert_id": ID, "commissions": ["cdi-a", "cdi-b"], "state": "detected", "outcome": "linked"}
HANDED_OVER = {
    "transfer_id": ID,
    "kind": "transfer",
    "state": "sent",
    "from_commission": "cdi-a",
    "to_commission": "cdi-b",
    "to_unit": "cmo-b",
}
POSTING: dict[str, Any] = {
    "secondment_id": ID,
    "request_ref": "team:1",
    "purpose": "inspection",
    "period_from": "2026-12-01",
    "period_to": "2026-12-14",
    "state": "approved",
    "home_units": ["sup1-a"],
    "decided_by": "sup1-a",
    "seats": [{"cadre_id": CADRE, "role": "member", "home_unit": "sup1-a", "state": "approved"}],
    "freed": [CADRE],
}
TEAM: dict[str, Any] = {
    "team_id": ID,
    "round_id": ID,
    "state": "authorised",
    "office_unit": "insp",
    "target_unit": "su-1",
    "members": [{"cadre_id": CADRE, "role": "leader"}],
    "starts_on": "2026-12-01",
    "ends_on": "2026-12-14",
}
FINDING: dict[str, Any] = {
    "finding_id": ID,
    "team_id": ID,
    "round_id": ID,
    "unit_code": "su-1",
    "office_unit": "insp",
    "severity": "grave",
    "state": "handed_over",
    "clue_id": ID,
    "clue_no": "A-9",
}
ROUND: dict[str, Any] = {
    "round_id": ID,
    "state": "planned",
    "level": "city",
    "round_type": "regular",
    "mode": "ordinary",
    "office_unit": "insp",
    "target_units": ["su-1"],
    "starts_on": "2026-12-01",
    "ends_on": "2026-12-14",
}
BRIEFING = {
    "briefing_request_id": ID, "team_id": ID, "office_unit": "insp", "from_unit": "pet-a", "target_unit": "su-1",
    "state": "asked",
}  # fmt: skip
DOSSIER = {"dossier_id": ID, "team_id": ID, "unit_code": "su-1", "office_unit": "insp"}
PLAN = {"replacement_plan_id": ID, "team_id": ID, "office_unit": "insp", "cause": "home_unit_silent"}
FEEDBACK = {
    "feedback_id": ID, "round_id": ID, "unit_code": "su-1", "office_unit": "insp", "audience": "unit",
    "state": "issued",
}  # fmt: skip
JOINT = {
    "joint_case_team_id": ID, "state": "proposed", "lead_office": "inv-a", "partner_units": ["dg-1"],
    "target_units": ["su-1"], "starts_on": "2026-12-01", "ends_on": "2026-12-14", "head": [CADRE],
}  # fmt: skip
REPORT = {
    "report_id": ID, "unit_code": "cdi-a", "period": "2026-H2", "as_of": "2026-12-31", "state": "reviewed",
    "author_units": ["sup1-a"], "decided_units": ["inv-a"],
}  # fmt: skip
ITEM = {"item_id": ID, "round_id": ID, "unit_code": "su-1", "office_unit": "insp", "state": "assigned"}
MATTER = {
    "supervision_matter_id": ID, "state": "decided", "lead_unit": "sup1-a", "co_units": ["dg-1"], "difficulty_id": ID,
    "referral": "consultation",
}  # fmt: skip
TALK: dict[str, Any] = {
    "consultation_id": ID,
    "kind": "overlap",
    "state": "minutes_signed",
    "convener_unit": "inv-a",
    "participant_units": ["dg-1", "cdi-b"],
    "invited": ["cdi-b"],
    "unit": "dg-1",
}
TASK: dict[str, Any] = {
    "action_id": ID,
    "consultation_id": ID,
    "state": "open",
    "owner_unit": "cdi-b",
    "convener_unit": "inv-a",
    "due_at": "2026-12-01T00:00:00Z",
}
OUTCOME: dict[str, Any] = {
    "notice_id": ID,
    "kind": "talk_inquiry",
    "state": "escalated",
    "about_unit": "su-1",
    "unit": "dg-1",
    "handling_unit": "cdi-b",
}
ORDER: dict[str, Any] = {
    "order_id": ID,
    "trigger": "overdue",
    "state": "issued",
    "ordering_unit": "inv-a",
    "target_unit": "cdi-b",
    "escalated_to": "cdi-a",
}
OBJECTION: dict[str, Any] = {
    "objection_id": ID, "transfer_id": ID, "state": "submitted", "route": "common_superior", "raised_by": "cdi-b",
    "sender": "cdi-a", "superior": "cdi-a", "competent_unit": "cdi-b",
}  # fmt: skip
CLARIFICATION = {"clarification_id": ID, "state": "assessed", "commission": "cdi-a", "handling_unit": "inv-a"}
ACCUSATION = {"finding_id": ID, "state": "proposed", "commission": "cdi-b", "approving_commission": "cdi-a"}
ERASURE = {
    "deletion_id": ID, "state": "requested", "commission": "cdi-a", "requester": "li", "requester_unit": "cmo-a",
}  # fmt: skip
FILE = {
    "export_id": ID, "state": "requested", "commission": "cdi-a", "requester": "li", "requester_unit": "cmo-a",
}  # fmt: skip
INTERFERENCE = {
    "record_id": ID, "state": "recorded", "reviewing_commission": "cdi-a", "recorder": "li", "recorder_unit": "inv-a",
}  # fmt: skip
PROTECTION: dict[str, Any] = {
    "request_id": ID, "state": "requested", "commission": "cdi-a", "charged_unit": "inv-a", "is_urgent": True,
    "requester": "li", "requester_unit": "pet-a",
}  # fmt: skip
WISH = {
    "request_id": ID, "item_id": ID, "state": "requested", "owner_unit": "inv-a", "requester_unit": "cmo-b",
    "requester": "li", "expires_at": "2026-12-01T00:00:00Z",
}  # fmt: skip
ADVICE = {"advice_id": ID, "kind": "x", "state": "served", "issuing_unit": "inv-a", "addressed_unit": "su-1"}

CMO_A = {"cdi-a", "cmo-a", "pet-a"}
CMO_B = {"cdi-b", "cmo-b"}
AREA = {"sup1-a", "cdi-a", "pc", "cmo-a", "pet-a", "inv-a", "insp", "org", "su-1", "dg-1", "cdi-b"}


def example(event_type: type[Event]) -> Event:
    parents: list[tuple[type[Event], dict[str, Any]]] = [
        (clue.ClueEvent, CLUE),
        (clue.OverlapAlertEvent, ALERT),
        (clue.TransferEvent, HANDED_OVER),
        (pool.SecondmentEvent, POSTING),
        (inspection.RoundEvent, ROUND),
        (inspection.TeamEvent, TEAM),
        (inspection.ReplacementPlanDrawnUp, PLAN),
        (inspection.BriefingRequestEvent, BRIEFING),
        (inspection.DossierFrozen, DOSSIER),
        (inspection.FeedbackEvent, FEEDBACK),
        (inspection.JointCaseTeamEvent, JOINT),
        (inspection.CoordinationReportEvent, REPORT),
        (inspection.FindingEvent, FINDING),
        (inspection.RectificationEvent, ITEM),
        (inspection.MatterEvent, MATTER),
        (deliberation.ConsultationEvent, TALK),
        (deliberation.ConsultationActionEvent, TASK),
        (deliberation.AdviceEvent, ADVICE),
        (following_up.SupervisedHandlingEvent, ORDER),
        (following_up.OutcomeNoticeEvent, OUTCOME),
        (settling.JurisdictionObjectionEvent, OBJECTION),
        (settling.ClarificationEvent, CLARIFICATION),
        (settling.AccusationFindingEvent, ACCUSATION),
        (four_eyes.ClueDeletionEvent, ERASURE),
        (four_eyes.ClueExportEvent, FILE),
        (safeguards.InterferenceRecordEvent, INTERFERENCE),
        (safeguards.ProtectionRequestEvent, PROTECTION),
        (library.LibraryRequestEvent, WISH),
    ]
    fields = next(fields for parent, fields in parents if issubclass(event_type, parent))
    return event_type.model_validate(fields)


def reached(event: Event, **offices: str) -> set[tuple[str, str]]:
    """(unit or person, role) pairs an event's notice goes to."""
    found: set[tuple[str, str]] = set()
    for address in audience(event, {name.replace("_", ":"): office for name, office in offices.items()}):
        if address.relation in (Relation.MEMBER, Relation.PERSON):
            found.add((address.target, address.relation.value))
        else:
            units = units_reached(address.relation, address.target, address.within, TREE)
            found |= {(unit, role) for unit in units for role in address.roles}
    return found


def holders(units: set[str], *roles: str) -> set[tuple[str, str]]:
    return {(unit, role) for unit in units for role in roles}


WORKER = ("handler", "leader", "principal_leader", "deputy_leader")
ACTOR = (*WORKER, "case_supervisor")
LEADER = WORKER[1:]
OFFICER = ("intake_officer", "case_supervisor")
CADRE_ITSELF = {(str(CADRE), "member")}
OFFICE = holders({"insp"}, "inspection_office")
OVERSEERS = holders({"insp", "pc", "cdi-a"}, *LEADER)
"""Leaders of the office, of the committee above it, and of the commission beside it."""
MENDER = holders({"su-1"}, *WORKER)
WATCHERS = holders({"sup1-a", "dg-1"}, *WORKER)
JOINTLY = holders({"inv-a"}, *WORKER, "inspection_office") | holders({"dg-1"}, *LEADER)

ROWS: list[tuple[type[Event], set[tuple[str, str]]]] = [
    (clue.ClueRegistered, holders(CMO_A, "case_supervisor")),
    (clue.ClueAssigned, holders({"inv-a", "sup1-a"}, "handler")),
    (clue.ClueMembersChanged, holders({"inv-a", "sup1-a"}, "handler")),
    (clue.ClueReturned, holders(CMO_A, "case_supervisor")),
    (clue.TransferSent, holders(CMO_B, *OFFICER)),
    (clue.TransferReturned, holders(CMO_A, *OFFICER)),
    (clue.TransferReported, holders(CMO_A, *OFFICER)),
    (clue.ClueDispositionProposed, holders({"inv-a", "cdi-a"}, *LEADER)),
    (clue.ClueDispositionApproved, holders({"inv-a"}, "handler") | holders(CMO_A, *OFFICER)),
    (clue.ClueDispositionRejected, holders({"inv-a"}, "handler")),
    (clue.ClueResultRecorded, holders({"sup1-a", "dg-1"}, *WORKER) | holders(CMO_A, *OFFICER)),
    (clue.ClueResultReceived, set()),
    (clue.ClueClosed, set()),
    (clue.ClueReopened, holders({"inv-a"}, "handler") | holders(CMO_A, "case_supervisor")),
    (clue.ClueExtended, holders({"inv-a"}, "handler")),
    (clue.OverlapAlertDetected, holders(CMO_A | CMO_B, *OFFICER)),
    (clue.OverlapAlertResolved, holders(CMO_A | CMO_B, *OFFICER)),
    (deliberation.ConsultationSubmitted, holders({"inv-a", "cdi-a"}, *LEADER)),
    (deliberation.ConsultationApproved, holders({"inv-a"}, *ACTOR)),
    (deliberation.ConsultationRejected, holders({"inv-a"}, *ACTOR)),
    (deliberation.ConsultationScheduled, holders({"inv-a", *CMO_B}, *ACTOR)),
    (deliberation.ConsultationInvited, holders(CMO_B, *ACTOR)),
    (deliberation.ConsultationOpinionsOpened, holders({"inv-a", "dg-1", *CMO_B}, *ACTOR)),
    (deliberation.ConsultationHeld, holders({"dg-1", *CMO_B}, *ACTOR)),
    (deliberation.ConsultationMinutesSigned, holders({"inv-a"}, *ACTOR)),
    (deliberation.ConsultationConclusionProposed, holders({"inv-a", "cdi-a"}, *LEADER)),
    (deliberation.ConsultationConclusionRejected, holders({"inv-a"}, *ACTOR)),
    (deliberation.ConsultationConcluded, holders({"inv-a", "dg-1", *CMO_B}, *ACTOR)),
    (deliberation.ConsultationCancelled, holders({"inv-a", "dg-1", *CMO_B}, *ACTOR)),
    (deliberation.ConsultationActionAssigned, holders(CMO_B, *ACTOR)),
    (deliberation.ConsultationActionSettled, holders({"inv-a"}, *ACTOR)),
    (deliberation.AdviceDrafted, holders({"inv-a", "cdi-a"}, *LEADER)),
    (deliberation.AdviceApproved, holders({"inv-a"}, *ACTOR)),
    (deliberation.AdviceRejected, holders({"inv-a"}, *ACTOR)),
    (deliberation.AdviceServed, holders({"su-1", "sup1-a", "dg-1"}, *WORKER)),
    (deliberation.AdviceReplied, holders({"inv-a"}, *ACTOR)),
    (deliberation.AdviceReturned, holders({"su-1"}, *WORKER)),
    (deliberation.AdviceExtended, holders({"su-1"}, *WORKER)),
    (deliberation.AdviceClosed, holders({"su-1", "sup1-a", "dg-1"}, *WORKER)),
    (following_up.SupervisedHandlingProposed, holders({"inv-a", "cdi-a"}, *LEADER)),
    (following_up.SupervisedHandlingApproved, holders({"inv-a"}, *ACTOR)),
    (following_up.SupervisedHandlingRejected, holders({"inv-a"}, *ACTOR)),
    (following_up.SupervisedHandlingIssued, holders(CMO_B, *ACTOR)),
    (following_up.SupervisedHandlingPressed, holders(CMO_B, *ACTOR)),
    (following_up.SupervisedHandlingExtended, holders(CMO_B, *ACTOR)),
    (following_up.SupervisedHandlingReported, holders({"inv-a"}, *ACTOR)),
    (following_up.SupervisedHandlingReturned, holders(CMO_B, *ACTOR)),
    (following_up.SupervisedHandlingEscalated, holders({"cdi-a", "cmo-a", *CMO_B}, *ACTOR)),
    (following_up.SupervisedHandlingClosed, holders(CMO_B, *ACTOR)),
    (
        following_up.OutcomeNoticeEscalated,
        holders({"dg-1", "cdi-a"}, *LEADER) | holders(CMO_B, "case_supervisor"),
    ),
    (settling.JurisdictionObjectionRaised, holders(CMO_A, "case_supervisor")),
    (settling.JurisdictionObjectionAccepted, holders(CMO_B, "case_supervisor")),
    (
        settling.JurisdictionObjectionSubmitted,
        holders({"cdi-a"}, *LEADER) | holders(CMO_A | CMO_B, "case_supervisor"),
    ),
    (
        settling.JurisdictionObjectionEscalated,
        holders({"cdi-a", "pc"}, *LEADER) | holders(CMO_A | CMO_B, "case_supervisor"),
    ),
    (settling.JurisdictionObjectionMeetingRecorded, holders(CMO_A | CMO_B, "case_supervisor")),
    (settling.JurisdictionObjectionDecided, holders(CMO_A | CMO_B, "case_supervisor")),
    (settling.JurisdictionObjectionWithdrawn, holders(CMO_A, "case_supervisor")),
    (settling.ClarificationAssessed, holders({"cdi-a"}, *LEADER)),
    (settling.ClarificationApproved, holders({"inv-a"}, *ACTOR)),
    (settling.ClarificationRejected, holders({"inv-a"}, *ACTOR)),
    (settling.AccusationFindingProposed, holders({"cdi-b"}, *LEADER)),
    (settling.AccusationFindingEndorsed, holders({"cdi-a"}, *LEADER)),
    (settling.AccusationFindingMade, holders(CMO_B, "case_supervisor")),
    (settling.AccusationFindingRejected, holders(CMO_B, "case_supervisor")),
    (four_eyes.ClueDeletionRequested, holders({"cdi-a"}, "leader", "principal_leader")),
    (four_eyes.ClueDeletionApproved, {("li", "person")}),
    (four_eyes.ClueDeletionRefused, {("li", "person")}),
    (four_eyes.ClueExportRequested, holders({"cdi-a"}, *LEADER)),
    (four_eyes.ClueExportApproved, {("li", "person")}),
    (four_eyes.ClueExportRefused, {("li", "person")}),
    (safeguards.InterferenceRecorded, holders({"cdi-a"}, *LEADER)),
    (safeguards.InterferenceConfirmed, {("li", "person")}),
    (safeguards.InterferenceDismissed, {("li", "person")}),
    (safeguards.ProtectionRequested, holders({"cdi-a"}, *LEADER)),
    (safeguards.ProtectionGranted, {("li", "person")} | holders({"inv-a"}, *ACTOR)),
    (safeguards.ProtectionRefused, {("li", "person")}),
    (safeguards.ProtectionCameIntoForce, {("li", "person")}),
    (safeguards.ProtectionEnded, {("li", "person")} | holders({"inv-a"}, *ACTOR)),
    (library.LibraryRequestRequested, holders({"inv-a", "cdi-a"}, *LEADER) | holders(CMO_A, *OFFICER)),
    (library.LibraryRequestGranted, {("li", "person")}),
    (library.LibraryRequestRefused, {("li", "person")}),
    (library.LibraryRequestRevoked, {("li", "person")}),
    (library.LibraryRequestExpiring, {("li", "person")}),
    (pool.SecondmentRequested, holders({"sup1-a"}, "home_unit_approver")),
    (pool.SecondmentApproved, holders(AREA, "pool_manager", "inspection_office")),
    (pool.SecondmentRefused, holders(AREA, "pool_manager", "inspection_office")),
    (pool.SecondmentActivated, holders({"sup1-a"}, "home_unit_approver") | CADRE_ITSELF),
    (
        pool.SecondmentRecalled,
        holders({"sup1-a"}, "home_unit_approver") | holders(AREA, "inspection_office") | CADRE_ITSELF,
    ),
    (pool.SecondmentExtended, holders({"sup1-a"}, "home_unit_approver") | CADRE_ITSELF),
    (
        pool.SecondmentEnded,
        holders({"sup1-a"}, "home_unit_approver") | holders(AREA, "inspection_office") | CADRE_ITSELF,
    ),
    (inspection.RoundPlanned, OVERSEERS),
    (inspection.RoundAuthorised, OFFICE),
    (inspection.RoundEntered, OVERSEERS),
    (inspection.RoundReported, OVERSEERS),
    (inspection.RoundDecided, OFFICE),
    (inspection.RoundFedBack, OVERSEERS),
    (inspection.RoundClosed, OFFICE | OVERSEERS),
    (inspection.TeamSubmitted, OVERSEERS),
    (inspection.TeamAuthorised, OFFICE | CADRE_ITSELF),
    (inspection.TeamRefused, OFFICE),
    (inspection.TeamEntered, OFFICE | CADRE_ITSELF),
    (inspection.TeamClosed, OFFICE | CADRE_ITSELF),
    (inspection.TeamMemberRecused, OFFICE),
    (inspection.TeamMemberReplaced, OFFICE | CADRE_ITSELF),
    (inspection.ReplacementPlanDrawnUp, OFFICE),
    (inspection.BriefingRequestIssued, holders({"pet-a"}, *OFFICER, *WORKER)),
    (inspection.BriefingRequestAcknowledged, OFFICE),
    (inspection.BriefingRequestWithdrawn, holders({"pet-a"}, *OFFICER, *WORKER)),
    (inspection.DossierFrozen, OFFICE),
    (inspection.FindingRecorded, OFFICE),
    (inspection.FindingHandedOver, OFFICE),
    (inspection.FeedbackIssued, MENDER),
    (inspection.FeedbackAcknowledged, OFFICE),
    (inspection.RectificationAssigned, MENDER | WATCHERS),
    (inspection.RectificationSubmitted, OFFICE),
    (inspection.RectificationReturned, MENDER),
    (inspection.RectificationVerified, OFFICE),
    (inspection.RectificationSignedOff, MENDER | OFFICE),
    (inspection.RectificationExtended, MENDER | WATCHERS),
    (inspection.RectificationPostponed, MENDER | OFFICE | WATCHERS),
    (inspection.RectificationFalselyReported, OFFICE | OVERSEERS | WATCHERS),
    (inspection.RectificationReopened, MENDER | WATCHERS),
    (inspection.JointCaseTeamProposed, holders({"inv-a", "cdi-a"}, *LEADER)),
    (inspection.JointCaseTeamApproved, JOINTLY),
    (inspection.JointCaseTeamActivated, JOINTLY),
    (inspection.JointCaseTeamSeatsGivenBack, holders({"inv-a"}, *WORKER, "inspection_office")),
    (inspection.JointCaseTeamMemberLost, holders({"inv-a"}, *WORKER, "inspection_office") | CADRE_ITSELF),
    (inspection.JointCaseTeamWoundUp, JOINTLY),
    (inspection.JointCaseTeamEvaluated, holders({"inv-a"}, *WORKER, "inspection_office")),
    (inspection.JointCaseTeamGivenUp, JOINTLY),
    (inspection.MatterDecided, holders({"sup1-a", "dg-1"}, *WORKER)),
    (inspection.MatterReported, holders({"sup1-a"}, *WORKER)),
    (inspection.MatterEvaluated, holders({"sup1-a", "dg-1"}, *WORKER)),
    (inspection.MatterClosed, holders({"sup1-a", "dg-1"}, *WORKER)),
    (inspection.MatterReopened, holders({"sup1-a", "dg-1"}, *WORKER)),
    (inspection.MatterReferred, holders({"sup1-a"}, *WORKER)),
    (
        inspection.CoordinationReportOpened,
        holders({"cdi-a", "cmo-a"}, *ACTOR) | holders({"sup1-a"}, *WORKER),
    ),
    (inspection.CoordinationReportContributed, holders({"cdi-a", "cmo-a"}, *ACTOR)),
    (inspection.CoordinationReportCollected, holders({"cdi-a"}, *LEADER)),
    # Leaders of the commission itself, of the committee above it, and of no commission below.
    (inspection.CoordinationReportReviewed, holders({"cdi-a", "pc"}, *LEADER)),
    (inspection.CoordinationReportHeard, holders({"cdi-a"}, *WORKER)),
    (
        inspection.CoordinationReportDecided,
        holders({"cdi-a", "cmo-a"}, *ACTOR) | holders({"inv-a"}, *WORKER),
    ),
    (inspection.CoordinationReportTracked, holders({"cdi-a"}, *LEADER)),
]


@pytest.mark.parametrize(("event_type", "expected"), ROWS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_event_reaches_exactly_its_audience(event_type: type[Event], expected: set[tuple[str, str]]) -> None:
    assert reached(example(event_type)) == expected


def test_the_rows_above_are_the_whole_table() -> None:
    assert [event_type for event_type, _ in ROWS] == [row.event for row in TABLE]


def test_an_objection_without_a_superior_reaches_both_sides_alone() -> None:
    event = settling.JurisdictionObjectionSubmitted.model_validate({**OBJECTION, "superior": None})
    assert reached(event) == holders(CMO_A | CMO_B, "case_supervisor")


def test_who_was_recused_from_an_entry_hears_nothing_of_it() -> None:
    event = library.LibraryRequestExpiring.model_validate({**WISH, "requester": None})
    assert reached(event) == set()


def test_a_notice_of_a_grant_says_until_when_it_lasts_and_whose_unit_it_is() -> None:
    event = library.LibraryRequestGranted.model_validate(WISH)
    item = item_of(event)
    assert (link_of(item.type, item.id), item.due_at) == (f"/v1/library-requests/{ID}", event.expires_at)
    assert [address.unit for address in audience(event, {})] == ["cmo-b"]


def test_named_members_are_told_instead_of_whole_offices() -> None:
    for told in (clue.ClueAssigned, clue.ClueMembersChanged):
        event = told.model_validate({**CLUE, "members": ["li", "wang"]})
        assert reached(event) == {("li", "person"), ("wang", "person")}
        assert {address.unit for address in audience(event, {})} == {"inv-a"}


def test_a_result_goes_back_to_the_office_whose_finding_it_was() -> None:
    recorded = clue.ClueResultRecorded.model_validate({**CLUE, "origin_ref": "finding:1"})
    closed = clue.ClueClosed.model_validate({**CLUE, "origin_ref": "finding:1", "closure": "direct"})
    after_check = clue.ClueClosed.model_validate({**CLUE, "origin_ref": "finding:1", "closure": "after_check"})
    assert ("insp", "inspection_office") in reached(recorded, finding_1="insp")
    assert reached(closed, finding_1="insp") == {("insp", "inspection_office")}
    assert reached(after_check, finding_1="insp") == set(), "told as its result already"


def test_a_known_team_answers_to_its_own_office_only() -> None:
    refused = reached(example(pool.SecondmentRefused), team_1="insp")
    assert {unit for unit, role in refused if role == "inspection_office"} == {"insp"}


def test_minutes_that_not_all_have_signed_are_no_news() -> None:
    event = deliberation.ConsultationMinutesSigned.model_validate({**TALK, "state": "held"})
    assert reached(event) == set()


def test_a_consent_that_is_not_the_last_is_no_news() -> None:
    event = pool.SecondmentApproved.model_validate({**POSTING, "state": "reserved"})
    assert reached(event) == set()


def test_a_silent_clue_is_told_inside_its_commission_only() -> None:
    silent = {**CLUE, "overlap_policy": "silent", "origin_ref": "finding:1"}
    result = reached(clue.ClueResultRecorded.model_validate(silent), finding_1="insp")
    assert result == holders({"sup1-a", "dg-1"}, *WORKER) | holders(CMO_A, *OFFICER)


def test_every_kind_has_a_title_in_both_languages_with_the_number_and_no_more() -> None:
    for row in TABLE:
        zh, en = title_of(row.kind, "A-1", "zh-CN"), title_of(row.kind, "A-1", "en")
        assert zh
        assert en
        if row.event.aggregate() == "clue":
            assert "A-1" in zh
            assert "A-1" in en
        assert "{" not in zh + en + title_of(row.kind, None, "en")
    assert set(TITLES) >= {row.kind for row in TABLE}
    assert title_of("clue_assigned", "A-1", "zh-CN") == "线索 A-1 已分办至您的部门"


def test_every_event_names_an_item_that_can_be_looked_up() -> None:
    for row in TABLE:
        item = item_of(example(row.event))
        assert link_of(item.type, item.id).endswith(str(ID))
    assert item_of(example(clue.OverlapAlertDetected)).type == "overlap_alert"
    assert item_of(example(inspection.MatterDecided)).type == "supervision_matter"


def test_kinds_are_told_apart() -> None:
    assert len({row.kind for row in TABLE}) == len(TABLE) == len(TELLINGS)


def test_every_event_of_inspection_is_told_to_somebody() -> None:
    """Nothing of a round, a team or a matter moves without those who have to act on it hearing of it."""
    untold = {event for event in inspection.EVENTS if event.type not in TELLINGS}
    # Handing out a team's proposal is told as the pool's question to the home units.
    # Who belongs to a joint team is the talent pool's to know: it watches their verdicts.
    assert untold == {inspection.TeamProposed, inspection.JointCaseTeamMembersChanged}


def test_feedback_for_the_head_alone_reaches_leaders_only() -> None:
    event = inspection.FeedbackIssued.model_validate({**FEEDBACK, "audience": "head"})
    assert reached(event) == holders({"su-1"}, *LEADER)


def test_small_findings_are_no_news() -> None:
    assert reached(inspection.FindingRecorded.model_validate({**FINDING, "severity": "minor"})) == set()


def test_a_unit_hears_nothing_of_a_round_before_its_feedback() -> None:
    for event in inspection.EVENTS:
        if event.type in TELLINGS and issubclass(event, inspection.RoundEvent | inspection.TeamEvent):
            assert not {unit for unit, _ in reached(example(event))} & {"su-1", "su-branch"}
