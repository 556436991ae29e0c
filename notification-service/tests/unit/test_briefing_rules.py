"""Moves of a briefing by part and state, who may draft what, whom it reaches, when it is due."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from chassis.directory import Unit, UnitTree
from chassis.identity import Principal
from chassis.working_days import WorkingCalendar, YearOfWork
from notification_service.briefings.contents import Content
from notification_service.briefings.domain import (
    MOVES,
    BriefingState,
    Kind,
    Part,
    ack_due_of,
    allowed_moves,
    escalation_of,
)
from notification_service.briefings.policy import Reader, kinds_of, levels_above, parts_in, reach_of, reader_of

TREE = UnitTree(
    (
        Unit("pc", "pc", "party_committee"),
        Unit("cdi", "cdi", "cdi", "pc"),
        Unit("pet", "pet", "petition_office", "cdi"),
        Unit("sup", "sup", "supervision_office", "cdi"),
        Unit("su", "su", "supervised_unit", "pc"),
        Unit("alone", "alone", "cdi"),
    )
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY_VERB = [move.verb for move in MOVES]

ALLOWED = {
    BriefingState.DRAFT: {"revise", "review", "discard"},
    BriefingState.REVIEWED: {"return", "issue", "discard"},
    BriefingState.ISSUED: {"acknowledge", "correct", "withdraw", "archive"},
    BriefingState.RECALLED: {"archive"},
    BriefingState.ARCHIVED: set(),
    BriefingState.DISCARDED: set(),
}
OF_PART = {
    Part.ISSUER: {"revise", "return", "issue", "archive", "discard"},
    Part.APPROVER: {"revise", "return", "issue", "archive", "discard", "review", "correct", "withdraw"},
    Part.RECIPIENT: {"acknowledge"},
    Part.OVERSEER: set[str](),
}


@pytest.mark.parametrize("state", BriefingState)
@pytest.mark.parametrize("part", Part)
def test_every_part_may_do_what_the_table_says_and_nothing_else(state: BriefingState, part: Part) -> None:
    found = allowed_moves(state.value, frozenset({part.value}), has_acknowledged=False)
    assert set(found) == ALLOWED[state] & OF_PART[part]


def test_the_tables_of_this_test_know_every_verb() -> None:
    assert set().union(*ALLOWED.values()) == set().union(*OF_PART.values()) == set(EVERY_VERB)


def test_who_has_acknowledged_is_not_offered_it_again() -> None:
    assert allowed_moves("issued", frozenset({"recipient"}), has_acknowledged=True) == []


@pytest.mark.parametrize(
    ("unit", "role", "kinds"),
    [
        ("pet", "intake_officer", [Kind.PETITION_SITUATION]),
        ("sup", "handler", [Kind.CASE_ANALYSIS, Kind.DISPOSITION_NOTICE, Kind.HANDLING_PROGRESS]),
        ("cdi", "leader", list(Kind)),
        ("su", "leader", []),
        ("cdi", "platform_admin", []),
        (None, "leader", []),
        ("nowhere", "leader", []),
    ],
)
def test_who_may_draft_which_kind(unit: str | None, role: str, kinds: list[Kind]) -> None:
    reader = reader_of(Principal("x", unit=unit, roles=frozenset({role})), TREE)
    assert kinds_of(reader, TREE) == kinds


def test_a_leader_of_the_commission_leads_its_offices_and_one_of_an_office_only_that() -> None:
    chief = reader_of(Principal("x", unit="cdi", roles=frozenset({"principal_leader"})), TREE)
    head = reader_of(Principal("x", unit="sup", roles=frozenset({"leader"})), TREE)
    clerk = reader_of(Principal("x", unit="cdi", roles=frozenset({"handler"})), TREE)
    assert (chief.leads, head.leads, clerk.leads) == ({"cdi", "pet", "sup"}, {"sup"}, frozenset())


def test_a_briefing_reaches_the_area_of_its_commission() -> None:
    assert (reach_of("pet", TREE), reach_of("alone", TREE)) == ("pc", "alone")


@dataclass(frozen=True)
class Facts:
    state: str = "issued"
    edition: int = 1
    issuing_unit: str = "pet"
    secrecy_level: str = "internal"
    escalated_edition: int = 0


@dataclass(frozen=True)
class To:
    sub: str | None
    unit: str
    acknowledged_edition: int = 0


def _reader(sub: str, unit: str, *roles: str) -> Reader:
    return reader_of(Principal(sub, unit=unit, roles=frozenset(roles)), TREE)


@pytest.mark.parametrize(
    ("reader", "facts", "mine", "parts"),
    [
        (_reader("p", "pet", "intake_officer"), Facts(), [], {"issuer"}),
        (_reader("c", "cdi", "leader"), Facts(), [], {"approver"}),
        (_reader("h", "sup", "handler"), Facts(), [To("h", "sup")], {"recipient"}),
        (_reader("h", "sup", "handler"), Facts(), [To("other", "sup")], set()),
        (_reader("h", "sup", "handler"), Facts(), [To(None, "sup")], {"recipient"}),
        (_reader("h", "sup", "auditor"), Facts(), [To(None, "sup")], set()),
        (_reader("h", "sup", "handler"), Facts(state="draft"), [To("h", "sup")], set()),
        (_reader("h", "sup", "handler"), Facts(secrecy_level="secret"), [To("h", "sup")], set()),
        (_reader("l", "sup", "leader"), Facts(), [To("h", "sup")], set()),
        (_reader("l", "sup", "leader"), Facts(escalated_edition=1), [To("h", "sup")], {"overseer"}),
        (_reader("l", "sup", "leader"), Facts(escalated_edition=1), [To("h", "sup", 1)], set()),
        (_reader("l", "sup", "leader"), Facts(edition=2, escalated_edition=1), [To("h", "sup", 1)], set()),
    ],
)
def test_what_somebody_is_in_a_briefing(reader: Reader, facts: Facts, mine: list[To], parts: set[str]) -> None:
    assert parts_in(reader, facts, mine) == parts


def test_a_leader_is_no_recipient_because_those_led_are() -> None:
    chief = _reader("c", "cdi", "leader")
    assert "recipient" not in parts_in(chief, Facts(issuing_unit="alone"), [To("h", "sup")])


def test_clearances_that_suffice() -> None:
    assert levels_above("confidential") == ("confidential", "secret")


def test_periods_count_working_days_and_escalation_never_comes_before_the_due_day() -> None:
    # Friday 27 November 2026; Monday is made a holiday and the Saturday before it a workday.
    year = YearOfWork(off_days=frozenset({date(2026, 11, 30)}), workdays=frozenset({date(2026, 11, 28)}))
    calendar, friday = WorkingCalendar({2026: year}), date(2026, 11, 27)
    due = ack_due_of(None, friday, calendar, 2, SHANGHAI)
    assert due == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert escalation_of(due, friday, calendar, 1, SHANGHAI) == due
    assert escalation_of(due, friday, calendar, 3, SHANGHAI) == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    asked = ack_due_of(date(2026, 12, 24), friday, calendar, 2, SHANGHAI)
    assert asked == datetime(2026, 12, 24, 15, 59, 59, tzinfo=UTC)


def test_what_a_briefing_says_is_not_in_its_representation() -> None:
    assert "PLANTED" not in repr(Content("PLANTED", "PLANTED", "PLANTED"))
