"""The table of moves: every pair of state and verb, every outcome, everyone who may and may not."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import LEADERS, Viewer
from clue_service.clues import domain, outcomes, rights, stages
from clue_service.clues.domain import PRINCIPAL
from clue_service.clues.move_schemas import PAYLOADS
from clue_service.clues.moves_document import moves_document
from clue_service.clues.states import Closure, Status
from clue_service.overlap_alerts.domain import Stage

S = Status
ANY = {"announce", "seal"}
CLOCK = {"extend", "pause", "resume"}
ALLOWED: dict[Status, set[str]] = {
    S.REGISTERED: {*ANY, "accept", "decline", "forward", "assign-down", "transfer", "split", "retain-as-repeat"},
    S.NOT_ACCEPTED: {*ANY, "archive"},
    S.FORWARDED: {*ANY, "recall", "archive"},
    S.ASSIGNED_DOWN: {*ANY, "recall", "archive", "extend"},
    S.TRANSFERRED: {*ANY, "recall", "archive"},
    S.ACCEPTED: {*ANY, "assign", "transfer", "split"},
    S.ASSIGNED: {*ANY, "return", "change-members", "propose-disposition", *CLOCK, "transfer", "split"},
    S.DISPOSITION_PROPOSED: {*ANY, "approve-disposition", "reject-disposition", "change-members"},
    S.TALK_INQUIRY: {*ANY, "record-result", "record-talk", "change-members", "propose-disposition", "split", *CLOCK},
    S.PRELIMINARY_VERIFICATION: {*ANY, "record-result", "change-members", "propose-disposition", "split", *CLOCK},
    S.ON_HOLD: {*ANY, "change-members", "propose-disposition", "split", "extend"},
    S.CASE_FILED: {*ANY, "archive"},
    S.TRANSFERRED_TO_PARTY_ORG: {*ANY, "archive"},
    S.CLOSED: {*ANY, "reopen", "archive"},
    S.ARCHIVED: ANY,
    S.RETAINED_AS_REPEAT: {*ANY, "return", "archive"},
    S.SEALED: set(),
    S.DELETED: set(),
}
VERBS = [row.verb for row in domain.MOVE_ROWS]


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("verb", VERBS)
def test_a_state_allows_exactly_its_verbs(status: Status, verb: str) -> None:
    if verb in ALLOWED[status]:
        assert domain.MOVES.take(verb, status).verb == verb
        return
    with pytest.raises(MoveRefused) as refused:
        domain.MOVES.take(verb, status)
    assert refused.value.members["state"] == status
    assert set(refused.value.members["allowed_moves"]) == ALLOWED[status]


@pytest.mark.parametrize(
    ("status", "outcome", "reached"),
    [
        (S.TALK_INQUIRY, "accepted_explanation", (S.CLOSED, Closure.ACCEPTED_EXPLANATION)),
        (S.TALK_INQUIRY, "first_form", (S.CLOSED, Closure.FIRST_FORM)),
        (S.PRELIMINARY_VERIFICATION, "case_filed", (S.CASE_FILED, None)),
        (S.PRELIMINARY_VERIFICATION, "after_check", (S.CLOSED, Closure.AFTER_CHECK)),
        (S.PRELIMINARY_VERIFICATION, "reminder_talk", (S.CLOSED, Closure.REMINDER_TALK)),
        (S.PRELIMINARY_VERIFICATION, "on_hold", (S.ON_HOLD, None)),
        (S.PRELIMINARY_VERIFICATION, "transferred_to_party_org", (S.TRANSFERRED_TO_PARTY_ORG, None)),
    ],
)
def test_an_outcome_leads_where_the_rules_say(
    status: Status, outcome: str, reached: tuple[Status, Closure | None]
) -> None:
    assert outcomes.outcomes_from(status)[outcome] == reached


def test_a_check_has_no_other_outcomes() -> None:
    counts = {status: len(outcomes.outcomes_from(status)) for status in Status}
    assert {status: count for status, count in counts.items() if count} == {
        S.TALK_INQUIRY: 2,
        S.PRELIMINARY_VERIFICATION: 5,
    }


def test_every_row_has_a_payload_and_nothing_else_has() -> None:
    assert list(PAYLOADS) == VERBS


@dataclass(frozen=True)
class Handled:
    commission: str = "cdi-x"
    lead_unit: str | None = "inv1-x"
    members: tuple[str, ...] = field(default=())
    status: str = "registered"
    overlap_policy: str = "announce"
    paused_on: date | None = None


def viewer(role: str, unit: str, *, commission: str = "cdi-x", sub: str = "someone") -> Viewer:
    leads = commission if unit == commission and role in {"leader", "principal_leader", "deputy_leader"} else None
    return Viewer(
        sub=sub, roles=frozenset({role}), unit=unit, commission=commission, leads=leads, units=frozenset({unit})
    )


OFFICE, SUPERVISOR, HANDLER = {"intake_officer", "case_supervisor"}, {"case_supervisor"}, {"handler"}
LEADING = {"leader", "principal_leader", "deputy_leader"}
ROLES = OFFICE | HANDLER | LEADING | {"inspector", "auditor", "platform_admin", "integrator"}
MAY: dict[str, set[str]] = {
    **dict.fromkeys(("accept", "decline", "announce"), OFFICE),
    **dict.fromkeys(("forward", "assign-down", "assign", "transfer", "recall", "split"), SUPERVISOR),
    **dict.fromkeys(
        ("return", "change-members", "retain-as-repeat", "reopen", "archive", *CLOCK), SUPERVISOR | LEADING
    ),
    **dict.fromkeys(("propose-disposition", "record-result"), HANDLER),
    **dict.fromkeys(("approve-disposition", "reject-disposition"), LEADING),
    "record-talk": SUPERVISOR | HANDLER,
    "seal": OFFICE | LEADING,
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_role_and_state_together_decide_every_verb(status: Status, role: str) -> None:
    for paused_on, impossible in ((None, {"resume"}), (date(2026, 11, 23), {"extend", "pause", "record-talk"})):
        clue = Handled(status=status, overlap_policy="silent", paused_on=paused_on)
        allowed = rights.allowed_to(viewer(role, "inv1-x"), clue)
        assert set(allowed) == {verb for verb in ALLOWED[status] if role in MAY[verb]} - impossible
    assert rights.allowed_to(viewer(role, "inv1-y", commission="cdi-y"), clue) == []


@pytest.mark.parametrize(
    ("verb", "who", "clue", "may"),
    [
        ("accept", viewer("intake_officer", "pet-x"), Handled(), True),
        ("accept", viewer("intake_officer", "pet-y", commission="cdi-y"), Handled(), False),
        ("accept", viewer("handler", "inv1-x"), Handled(), False),
        ("assign", viewer("case_supervisor", "cmo-x"), Handled(), True),
        ("assign", viewer("intake_officer", "cmo-x"), Handled(), False),
        ("propose-disposition", viewer("handler", "inv1-x"), Handled(), True),
        ("propose-disposition", viewer("handler", "inv2-x"), Handled(), False),
        ("propose-disposition", viewer("handler", "inv1-x"), Handled(members=("other",)), False),
        ("propose-disposition", viewer("handler", "inv1-x", sub="me"), Handled(members=("me",)), True),
        ("propose-disposition", viewer("leader", "inv1-x"), Handled(), False),
        ("approve-disposition", viewer("leader", "inv1-x"), Handled(), True),
        ("approve-disposition", viewer("principal_leader", "cdi-x"), Handled(), True),
        ("approve-disposition", viewer("deputy_leader", "inv2-x"), Handled(), False),
        ("approve-disposition", viewer("principal_leader", "cdi-y", commission="cdi-y"), Handled(), False),
        ("approve-disposition", viewer("case_supervisor", "cmo-x"), Handled(), False),
        ("record-result", viewer("handler", "inv1-x"), Handled(lead_unit=None), False),
        ("return", viewer("case_supervisor", "cmo-x"), Handled(), True),
        ("return", viewer("leader", "inv1-x"), Handled(), True),
    ],
)
def test_a_move_asks_for_role_and_unit(verb: str, who: Viewer, clue: Handled, may: bool) -> None:
    assert rights.may_take(who, clue, domain.ROWS[verb]) is may


@dataclass(frozen=True)
class Reported:
    """Of a subject what decides who approves."""

    rank: str | None
    top_leader: str | None = None


def test_the_rank_table_sends_bureau_leaders_to_the_principal() -> None:
    assert rights.approver_roles([Reported(None), Reported("division_chief")], "city") == LEADERS
    assert rights.approver_roles([Reported("clerk"), Reported("bureau_deputy")], "city") == PRINCIPAL
    assert rights.approver_roles([], None) == LEADERS


@pytest.mark.parametrize(
    ("level", "rank", "top_leader", "is_head"),
    [
        ("central", "bureau_deputy", "when_handled", False),
        ("central", "bureau_chief", "when_handled", True),
        ("province", "division_chief", "both", False),
        ("province", "bureau_deputy", "both", True),
        ("city", "section_chief", "when_handled", False),
        ("city", "division_deputy", "when_handled", True),
        ("county", "clerk", "both", False),
        ("county", "section_chief", "both", True),
        (None, "clerk", "both", False),
        (None, "section_deputy", "both", True),
        ("city", None, "when_handled", True),
        ("city", "正处级", "when_handled", True),
        ("city", "above", "when_violating", False),
        ("city", "above", "no", False),
        ("city", None, None, False),
    ],
)
def test_a_head_of_the_next_level_is_for_the_party_secretary(
    level: str, rank: str | None, top_leader: str | None, is_head: bool
) -> None:
    subjects = [Reported("clerk"), Reported(rank, top_leader)]
    offices = {"party_secretary", "standing_committee"} if is_head else set()
    assert rights.verification_offices(subjects, level) == offices
    is_managed = is_head or rank in ("bureau_deputy", "bureau_chief", "above")
    assert rights.approver_roles(subjects, level) == (PRINCIPAL if is_managed else LEADERS)
    first_form = rights.result_approver_roles("talk_inquiry", "first_form", subjects, level)
    assert first_form == (PRINCIPAL if is_managed else set())


def test_every_status_has_a_stage() -> None:
    assert {stages.stage_of(status) for status in Status} == set(Stage)
    assert stages.stage_of(S.ACCEPTED) is Stage.REGISTERED
    assert stages.stage_of(S.ON_HOLD) is Stage.IN_HAND
    assert stages.stage_of(S.CASE_FILED) is Stage.CONCLUDED


def test_the_document_of_moves_is_what_the_table_says(repository_root: Path) -> None:
    assert (repository_root / "docs/clue-moves.md").read_text() == moves_document()
