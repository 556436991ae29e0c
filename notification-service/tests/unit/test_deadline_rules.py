"""Lights by date, clocks by event, audiences by light."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from notification_service.deadlines.clocks import CLOCKS
from notification_service.deadlines.domain import Clock, Light, addresses_of
from notification_service.deadlines.profiles import (
    PROFILES,
    Profile,
    Thresholds,
    light_of,
    profile_for,
    thresholds_of,
)
from notification_service.notices.addresses import Relation

from contracts import clocks, clue, deliberation, following_up, inspection

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "light"),
    [
        (timedelta(days=30), None),
        (timedelta(days=3, seconds=1), None),
        (timedelta(days=3), Light.YELLOW),
        (timedelta(0), Light.YELLOW),
        (timedelta(seconds=-1), Light.RED),
        (timedelta(days=-400), Light.RED),
    ],
)
def test_the_light_follows_the_time_left(left: timedelta, light: Light | None) -> None:
    assert light_of(NOW + left, NOW) is light


def _since(state: str, chosen: list[Profile], started: datetime = NOW) -> Thresholds:
    clock = Clock("clue", "1", None, "inv-a", state, NOW + timedelta(days=30))
    return thresholds_of(clock, started, chosen, ZoneInfo("Asia/Shanghai"))


BOTH = [Profile.NO_OPINION, Profile.PROGRESS]
MONTHS: list[tuple[Profile, str, list[Light | None]]] = [
    # light after 20 days, 1, 2, 3 and 6 months and a day in the state
    (Profile.NO_OPINION, "assigned", [None, Light.YELLOW, Light.RED, Light.RED, Light.RED]),
    (Profile.PROGRESS, "assigned", [None, Light.BLUE, Light.BLUE, Light.BLUE, Light.BLUE]),
    (Profile.PROGRESS, "talk_inquiry", [None, Light.BLUE, Light.YELLOW, Light.RED, Light.RED]),
    (Profile.PROGRESS, "preliminary_verification", [None, None, None, Light.YELLOW, Light.RED]),
]


@pytest.mark.parametrize(("profile", "state", "lights"), MONTHS)
def test_a_local_profile_goes_by_the_time_in_the_state(
    profile: Profile, state: str, lights: list[Light | None]
) -> None:
    by = _since(state, [profile])
    # A month is over when its last day is: midnight in Shanghai is 16:00 UTC.
    ends = [datetime(year, month, 23, 16, tzinfo=UTC) for year, month in ((2026, 12), (2027, 1), (2027, 2), (2027, 5))]
    moments = [NOW + timedelta(days=20), *ends]
    assert [light_of(NOW, moment, by) for moment in moments] == lights


def test_the_tables_of_these_tests_are_complete() -> None:
    assert {(profile, state) for profile, state, _ in MONTHS} == {
        (profile, state) for profile, states in PROFILES.items() for state in states
    }


def test_whoever_was_given_more_time_sees_no_light_before_that_is_near() -> None:
    by = _since("talk_inquiry", BOTH)
    late = NOW + timedelta(days=200)
    assert light_of(late + timedelta(days=4), late, by) is None
    assert light_of(late + timedelta(days=3), late, by) is Light.RED


def test_the_first_profile_that_knows_the_state_holds_and_the_general_rule_for_the_rest() -> None:
    assert profile_for("clue", "assigned", BOTH) is Profile.NO_OPINION
    assert profile_for("clue", "assigned", BOTH[::-1]) is Profile.PROGRESS
    assert profile_for("clue", "talk_inquiry", BOTH) is Profile.PROGRESS
    assert profile_for("clue", "on_hold", BOTH) is None
    assert profile_for("advice", "assigned", BOTH) is None
    assert _since("assigned", []) == _since("on_hold", BOTH) == Thresholds()


def test_leaders_whom_a_profile_names_are_told_as_well() -> None:
    found = addresses_of("clue", "inv-a", Light.RED, within=None, escalates_to=None, leaders=frozenset({"leader"}))
    assert [(one.relation, one.roles) for one in found] == [
        (Relation.UNIT, frozenset({"handler"})),
        (Relation.LEADERSHIP, frozenset({"leader"})),
    ]


def _clue(**more: Any) -> clue.ClueAssigned:
    fields = {
        "clue_id": uuid4(), "clue_no": "A-1", "status": "assigned", "commission": "cdi-a", "receiving_unit": "pet-a",
        "source_code": "PETITION", "lead_unit": "inv-a", "due_at": NOW, **more,
    }  # fmt: skip
    return clue.ClueAssigned.model_validate(fields)


def test_a_clue_is_owed_by_its_lead_unit_or_by_the_commission_without_one() -> None:
    (led,) = CLOCKS[clue.ClueAssigned.type](_clue())
    (unled,) = CLOCKS[clue.ClueAssigned.type](_clue(lead_unit=None))
    assert (led.unit, led.escalates_to, unled.unit) == ("inv-a", "cdi-a", "cdi-a")
    owed = addresses_of("clue", unled.unit, Light.RED, within=None, escalates_to="cdi-a")
    assert [(one.relation, one.roles) for one in owed] == [(Relation.CASE_OFFICE, frozenset({"case_supervisor"}))]


def test_a_red_light_is_seen_by_those_who_watch_over_it() -> None:
    yellow = addresses_of("clue", "inv-a", Light.YELLOW, within=None, escalates_to="cdi-a")
    red = addresses_of("clue", "inv-a", Light.RED, within=None, escalates_to="cdi-a")
    assert [(one.relation, one.target) for one in yellow] == [(Relation.UNIT, "inv-a")]
    assert [(one.relation, one.target) for one in red] == [(Relation.UNIT, "inv-a"), (Relation.CASE_OFFICE, "cdi-a")]


def test_a_silent_clock_stays_inside() -> None:
    (clock,) = CLOCKS[clue.ClueAssigned.type](_clue(overlap_policy="silent"))
    assert clock.within == "cdi-a"
    found = addresses_of("clue", "inv-a", Light.RED, within=clock.within, escalates_to="cdi-a")
    assert {one.within for one in found} == {"cdi-a"}


def test_each_commission_owes_its_own_acknowledgement_until_it_has_given_it() -> None:
    alert = {"alert_id": uuid4(), "commissions": ("cdi-a", "cdi-b"), "state": "detected", "ack_due": NOW}
    started = CLOCKS[clue.OverlapAlertDetected.type](clue.OverlapAlertDetected.model_validate(alert))
    joined = CLOCKS[clue.OverlapAlertDetected.type](
        clue.OverlapAlertDetected.model_validate({**alert, "joined": ("cdi-b",)})
    )
    given = CLOCKS[clue.OverlapAlertAcknowledged.type](
        clue.OverlapAlertAcknowledged.model_validate({**alert, "acknowledged_by": "cdi-a", "outstanding": ("cdi-b",)})
    )
    resolved = CLOCKS[clue.OverlapAlertResolved.type](
        clue.OverlapAlertResolved.model_validate({**alert, "outcome": "linked"})
    )
    assert [(one.unit, one.due_at) for one in started] == [("cdi-a", NOW), ("cdi-b", NOW)]
    assert [(one.unit, one.due_at) for one in joined] == [("cdi-b", NOW)]
    assert [(one.unit, one.due_at) for one in given] == [("cdi-a", None)]
    assert [(one.unit, one.due_at) for one in resolved] == [("cdi-a", None), ("cdi-b", None)]


def test_each_participant_owes_its_opinion_until_it_is_given_or_all_are_open() -> None:
    talk = {
        "consultation_id": uuid4(), "kind": "overlap", "state": "x", "convener_unit": "cdi-a",
        "participant_units": ("cdi-b", "cdi-c"), "due_at": NOW,
    }  # fmt: skip

    def clocks(event: type[deliberation.ConsultationEvent], **more: Any) -> list[tuple[str, Any, str | None]]:
        found = CLOCKS[event.type](event.model_validate({**talk, **more}))
        return [(one.unit, one.due_at, one.escalates_to) for one in found]

    assert clocks(deliberation.ConsultationScheduled, invited=("cdi-b", "cdi-c")) == [
        ("cdi-b", NOW, "cdi-a"),
        ("cdi-c", NOW, "cdi-a"),
    ]
    assert clocks(deliberation.ConsultationInvited, invited=("cdi-c",)) == [("cdi-c", NOW, "cdi-a")]
    assert clocks(deliberation.ConsultationOpinionGiven, unit="cdi-b") == [("cdi-b", None, "cdi-a")]
    for ended in (
        deliberation.ConsultationOpinionsOpened,
        deliberation.ConsultationHeld,
        deliberation.ConsultationCancelled,
    ):
        assert [due for _, due, _ in clocks(ended)] == [None, None]


def test_an_outcome_is_owed_its_acknowledgement_and_a_reporter_the_news() -> None:
    outcome = {
        "notice_id": uuid4(), "kind": "advice", "state": "x", "about_unit": "su-1", "unit": "dg-1",
        "handling_unit": "inv-a", "ack_due": NOW,
    }  # fmt: skip
    for event, due in (
        (following_up.OutcomeNotified, NOW),
        (following_up.OutcomeNoticeAcknowledged, None),
        (following_up.OutcomeNoticeEscalated, None),
    ):
        (clock,) = CLOCKS[event.type](event.model_validate(outcome))
        assert (clock.unit, clock.due_at) == ("dg-1", due)
    owed = {"notice_id": uuid4(), "clue_no": "A-1", "kind": "result", "state": "owed", "commission": "cdi-a"}
    (clock,) = CLOCKS["clue.reporter_notice.owed.v1"](
        following_up.ReporterNoticeOwed.model_validate({**owed, "due_at": NOW})
    )
    assert (clock.unit, clock.due_at, clock.within) == ("cdi-a", NOW, "cdi-a")


def test_what_is_awaited_beside_has_a_clock_of_its_own() -> None:
    awaited = {
        "clock_id": uuid4(), "clue_no": "A-1", "kind": "inquiry_reply", "state": "open", "rule": "inquiry_reply",
        "commission": "cdi-a", "unit": "inv-a",
    }  # fmt: skip
    for event, due in (
        (clocks.ClueClockStarted, NOW), (clocks.ClueClockExtended, NOW), (clocks.ClueClockResumed, NOW),
        (clocks.ClueClockDueChanged, NOW), (clocks.ClueClockMet, None), (clocks.ClueClockCancelled, None),
    ):  # fmt: skip
        (clock,) = CLOCKS[event.type](event.model_validate({**awaited, "due_at": due}))
        assert (clock.item_type, clock.item_id, clock.item_no) == ("clue_clock", str(awaited["clock_id"]), "A-1")
        assert (clock.unit, clock.rule, clock.due_at) == ("inv-a", "inquiry_reply", due)
        assert (clock.within, clock.escalates_to) == ("cdi-a", "cdi-a")
    paused = clocks.ClueClockPaused.model_validate({**awaited, "ground": "appraisal"})
    assert [clock.due_at for clock in CLOCKS[paused.type](paused)] == [None]


def test_each_period_of_a_duty_has_a_clock_of_its_own() -> None:
    duty = {
        "duty_id": uuid4(), "kind": "reconciliation", "state": "open", "rule": "reconciliation",
        "commission": "cdi-a", "unit": "inv-a",
    }  # fmt: skip
    for event, due in (
        (clocks.PeriodicDutyOpened, NOW), (clocks.PeriodicDutyDueChanged, NOW), (clocks.PeriodicDutyMet, None),
        (clocks.PeriodicDutyStopped, None),
    ):  # fmt: skip
        (clock,) = CLOCKS[event.type](event.model_validate({**duty, "due_at": due}))
        assert (clock.item_type, clock.item_id, clock.due_at) == ("periodic_duty", str(duty["duty_id"]), due)
        told = addresses_of(clock.item_type, clock.unit, Light.RED, within="cdi-a", escalates_to=clock.escalates_to)
        assert [(one.relation, one.target) for one in told] == [
            (Relation.CASE_OFFICE, "inv-a"), (Relation.LEADERSHIP, "cdi-a"),
        ]  # fmt: skip


def test_a_task_is_owed_until_it_is_settled() -> None:
    task = {
        "action_id": uuid4(), "consultation_id": uuid4(), "state": "x", "owner_unit": "cdi-b",
        "convener_unit": "cdi-a", "due_at": NOW,
    }  # fmt: skip
    for event, due in ((deliberation.ConsultationActionAssigned, NOW), (deliberation.ConsultationActionSettled, None)):
        (clock,) = CLOCKS[event.type](event.model_validate(task))
        assert (clock.unit, clock.due_at, clock.escalates_to) == ("cdi-b", due, "cdi-a")


def test_what_was_submitted_or_answered_is_no_longer_owed() -> None:
    item = {"item_id": uuid4(), "round_id": uuid4(), "unit_code": "su-1", "office_unit": "insp", "state": "x"}
    advice = {"advice_id": uuid4(), "kind": "x", "state": "x", "issuing_unit": "inv-a", "addressed_unit": "su-1"}
    matter = {"supervision_matter_id": uuid4(), "state": "x", "lead_unit": "sup1-a"}
    order = {"order_id": uuid4(), "trigger": "x", "state": "x", "ordering_unit": "cdi-a", "target_unit": "cdi-b"}
    ended = [
        inspection.RectificationSubmitted.model_validate({**item, "due_at": NOW}),
        inspection.RectificationSignedOff.model_validate({**item, "due_at": NOW}),
        deliberation.AdviceReplied.model_validate({**advice, "reply_due": NOW}),
        deliberation.AdviceReissued.model_validate({**advice, "reply_due": NOW}),
        following_up.SupervisedHandlingReported.model_validate(order),
        inspection.MatterClosed.model_validate({**matter, "due_at": NOW}),
    ]
    running = [
        inspection.RectificationReturned.model_validate({**item, "due_at": NOW}),
        deliberation.AdviceServed.model_validate({**advice, "reply_due": NOW}),
        deliberation.AdviceReturned.model_validate({**advice, "reply_due": NOW}),
        following_up.SupervisedHandlingIssued.model_validate({**order, "due_at": NOW}),
        inspection.MatterReported.model_validate({**matter, "due_at": NOW}),
    ]
    assert [CLOCKS[event.type](event)[0].due_at for event in ended] == [None] * 6
    assert [CLOCKS[event.type](event)[0].due_at for event in running] == [NOW] * 5


def _round(**more: Any) -> inspection.RoundPlanned:
    fields = {
        "round_id": uuid4(), "state": "planned", "level": "city", "round_type": "regular", "mode": "ordinary",
        "office_unit": "insp", "starts_on": "2026-12-01", "ends_on": "2026-12-14", **more,
    }  # fmt: skip
    return inspection.RoundPlanned.model_validate(fields)


def test_an_office_owes_the_report_then_the_feedback_then_nothing() -> None:
    later = NOW + timedelta(days=15)
    stages = [
        _round(report_due_at=NOW, feedback_due_at=later),
        _round(state="reporting", feedback_due_at=later),
        _round(state="fed_back"),
    ]
    clocks = [CLOCKS[stage.type](stage)[0] for stage in stages]
    assert [(one.rule, one.due_at, one.unit) for one in clocks] == [
        ("report", NOW, "insp"), ("feedback", later, "insp"), ("feedback", None, "insp")
    ]  # fmt: skip
    owed = addresses_of("round", "insp", Light.RED, within=None, escalates_to=None)
    assert [(one.target, one.roles) for one in owed] == [("insp", frozenset({"inspection_office"}))]


def test_a_briefing_is_owed_until_it_is_given_or_withdrawn() -> None:
    fields = {
        "briefing_request_id": uuid4(), "team_id": uuid4(), "office_unit": "insp", "from_unit": "pet-a",
        "target_unit": "su-1", "state": "asked", "due_at": NOW,
    }  # fmt: skip
    kinds = (
        inspection.BriefingRequestIssued, inspection.BriefingRequestAcknowledged, inspection.BriefingRequestWithdrawn
    )  # fmt: skip
    clocks = [CLOCKS[kind.type](kind.model_validate(fields))[0] for kind in kinds]
    assert [one.due_at for one in clocks] == [NOW, None, None]
    red = addresses_of("briefing_request", "pet-a", Light.RED, within=None, escalates_to="insp")
    assert [one.target for one in red] == ["pet-a", "insp"]


REPORT_STAGES: list[tuple[type[inspection.CoordinationReportEvent], dict[str, Any], dict[str, tuple[str, bool]]]] = [
    # event, what it adds, unit → rule and whether its clock runs
    (
        inspection.CoordinationReportOpened,
        {"contributions_due_at": NOW - timedelta(days=9)},
        {"sup1-a": ("contribute", True), "sup2-a": ("contribute", True), "cdi-a": ("hear", True)},
    ),
    (
        inspection.CoordinationReportContributed,
        {"unit": "sup1-a"},
        {"sup1-a": ("contribute", False), "cdi-a": ("hear", True)},
    ),
    (inspection.CoordinationReportContributed, {"unit": "dg-1"}, {"cdi-a": ("hear", True)}),
    (
        inspection.CoordinationReportCollected,
        {},
        {"sup1-a": ("contribute", False), "sup2-a": ("contribute", False), "cdi-a": ("hear", True)},
    ),
    (
        inspection.CoordinationReportHeard,
        {},
        {"sup1-a": ("contribute", False), "sup2-a": ("contribute", False), "cdi-a": ("hear", False)},
    ),
    (
        inspection.CoordinationReportDecided,
        {
            "decisions": [
                {"unit": "inv-a", "due_at": NOW + timedelta(days=5)},
                {"unit": "inv-a", "due_at": NOW},
                {"unit": "cdi-a", "due_at": NOW},
            ]
        },
        {"inv-a": ("decision", True), "cdi-a": ("decision", True)},
    ),
    (
        inspection.CoordinationReportTracked,
        {"decided_units": ["inv-a", "cdi-a"]},
        {"inv-a": ("decision", False), "cdi-a": ("decision", False)},
    ),
]


@pytest.mark.parametrize(("event_type", "more", "owed"), REPORT_STAGES)
def test_units_owe_their_parts_the_commission_its_hearing_and_units_what_was_decided(
    event_type: type[inspection.CoordinationReportEvent],
    more: dict[str, Any],
    owed: dict[str, tuple[str, bool]],
) -> None:
    event = event_type.model_validate(
        {
            "report_id": uuid4(), "unit_code": "cdi-a", "period": "2026-H2", "as_of": "2026-12-31", "state": "x",
            "due_at": NOW, "author_units": ["sup1-a", "sup2-a", "cdi-a"], **more,
        }
    )  # fmt: skip
    clocks = CLOCKS[event.type](event)
    assert {one.unit: (one.rule, one.due_at is not None) for one in clocks} == owed
    assert max((one.due_at for one in clocks if one.due_at), default=NOW) == NOW  # the earliest of several
    red = addresses_of("coordination_report", "sup1-a", Light.RED, within=None, escalates_to="cdi-a")
    assert [one.target for one in red] == ["sup1-a", "cdi-a"]
