"""Which clues hang together, who leads, what votes come to."""

from datetime import UTC, datetime, timedelta

import pytest
from clue_service.candidates.domain import calls_for_alert, suggested_move
from clue_service.matters.domain import components
from clue_service.matters.leads import Lead, prevailing
from clue_service.overlap_alerts.domain import Outcome, Stage, Vote, agreement, stage_of_commission

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def lead(unit: str | None, minutes: int = 0, basis: str = "approval") -> Lead:
    return Lead("cdi-x", unit, None, basis, NOON + timedelta(minutes=minutes))


def test_chains_hold_together_and_singles_stay_alone() -> None:
    assert components([1, 2, 3, 4, 5], [(1, 2), (2, 3), (5, 4)]) == [{1, 2, 3}, {4, 5}]
    assert components([1, 2], []) == [{1}, {2}]


def test_a_commission_leads_with_all_its_offices_a_unit_alone() -> None:
    assert lead(None).covers("cdi-x", "inv1-x")
    assert lead("inv1-x").covers("cdi-x", "inv1-x")
    assert not lead("inv1-x").covers("cdi-x", "inv2-x")
    assert not lead(None).covers("cdi-y", "inv1-y")


def test_a_designated_lead_prevails_then_the_earliest() -> None:
    assert prevailing([]) is None
    assert prevailing([lead("b", 2), lead("a", 1)]) == lead("a", 1)
    assert prevailing([lead("a", 1), lead(None, 9, "designated")]) == lead(None, 9, "designated")


def test_votes_are_in_effect_only_when_all_agree() -> None:
    linked, other = Vote(Outcome.LINKED), Vote(Outcome.LEAD_DESIGNATED, "cdi-x")
    assert agreement({"cdi-x": linked, "cdi-y": linked}) == linked
    assert agreement({"cdi-x": linked, "cdi-y": None}) is None
    assert agreement({"cdi-x": None, "cdi-y": None}) is None
    assert agreement({"cdi-x": linked, "cdi-y": other}) is None
    assert agreement({"cdi-x": other, "cdi-y": Vote(Outcome.LEAD_DESIGNATED, "cdi-y")}) is None


@pytest.mark.parametrize(
    ("stages", "shown"),
    [
        (["registered"], Stage.REGISTERED),
        (["concluded", "in_hand", "registered"], Stage.IN_HAND),
        (["concluded", "registered"], Stage.REGISTERED),
        (["concluded", "concluded"], Stage.CONCLUDED),
    ],
)
def test_a_commission_is_as_far_as_its_busiest_clue(stages: list[str], shown: Stage) -> None:
    assert stage_of_commission(stages) is shown


@pytest.mark.parametrize(
    ("band", "probability", "verdict", "told"),
    [
        ("likely", 0.97, "agree", True),
        ("review", 0.2, "agree", True),
        ("review", 0.6, "partly", True),
        ("review", 0.3, "partly", False),
        ("review", 0.9, "unknown", False),
        ("review", 0.96, "unknown", True),
        ("review", 0.9, "conflict", False),
    ],
)
def test_a_pair_is_told_across_commissions_where_the_name_stands_for_it(
    band: str, probability: float, verdict: str, told: bool
) -> None:
    reasons = [{"field": "unit", "verdict": "agree"}, {"field": "name", "verdict": verdict}]
    assert calls_for_alert(band, probability, reasons) is told


def test_a_namesake_of_another_unit_is_told_of_only_when_more_probable_than_not() -> None:
    reasons = [{"field": "unit", "verdict": "conflict"}, {"field": "name", "verdict": "agree"}]
    assert [calls_for_alert("review", probability, reasons) for probability in (0.3, 0.6)] == [False, True]


def test_where_nobody_is_named_another_unit_is_another_matter() -> None:
    reasons = [{"field": "unit", "verdict": "conflict"}, {"field": "name", "verdict": "unknown"}]
    assert not calls_for_alert("review", 0.99, reasons)


def test_a_verdict_suggests_a_move_and_takes_none() -> None:
    assert suggested_move("same", "exact_repeat", "assigned", "registered") == "retain-as-repeat"
    assert suggested_move("same", "exact_repeat", "assigned", "assigned") is None
    assert suggested_move("same", "repeat_with_new_evidence", "closed", "registered") == "reopen"
    assert suggested_move("different", None, "assigned", "registered") is None
