from datetime import date
from uuid import UUID

import pytest
from chassis.directory import Unit, UnitTree
from inspection_service.assembly.problem import Candidate, Demand, Role, Target
from inspection_service.assembly_runs.domain import (
    candidate_of,
    fair_shares_of,
    own_units_of,
    salt_of,
    verdicts_of,
    worked_together_of,
)
from inspection_service.clients.people import CadreRecord, RecusalVerdict
from inspection_service.findings.domain import clue_category_of, subject_of
from inspection_service.rounds.domain import days_of

CADRE = "00000000-0000-7000-8000-000000000001"


def test_both_ends_of_a_round_count() -> None:
    assert days_of(date(2026, 11, 24), date(2026, 12, 7)) == 14
    assert days_of(date(2026, 11, 24), date(2026, 11, 24)) == 1


@pytest.mark.parametrize(
    ("category", "code"), [("C1", "C1"), ("d3", "D3"), ("corruption", "C1"), ("Integrity", "D3"), ("资产出租", None)]
)
def test_a_category_without_counterpart_is_left_to_intake(category: str, code: str | None) -> None:
    assert clue_category_of(category) == code


def test_the_subject_of_a_clue_is_the_person_named_at_the_inspected_unit() -> None:
    assert subject_of({"name": "某人", "post": None}, "su") == {"name": "某人", "unit_code": "su"}
    assert subject_of({"name": "某人", "unit_name": "别处"}, "su") == {"name": "某人", "unit_name": "别处"}
    assert subject_of(None, "su") == {"unit_code": "su"}


def test_the_salt_of_the_draw_depends_on_round_and_run_number_only() -> None:
    first, second = UUID(CADRE), UUID("00000000-0000-7000-8000-000000000002")
    assert salt_of(first, 1) == salt_of(first, 1)
    assert len({salt_of(first, 1), salt_of(first, 2), salt_of(second, 1)}) == 3


def test_a_verdict_of_unknown_rank_keeps_the_person_out() -> None:
    told = [
        RecusalVerdict.model_validate(
            {"cadre_id": CADRE, "target": {"unit_code": "su"}, "verdict": verdict, "code": None}
        )
        for verdict in ("review", "something_new")
    ]
    assert [one.verdict.value for one in verdicts_of(told)] == ["review", "block"]


def test_a_cadre_whose_freedom_the_pool_does_not_state_counts_as_not_free() -> None:
    tree = UnitTree([Unit("sup", "室", "supervision_office")])
    record = CadreRecord.model_validate(
        {"id": CADRE, "home_unit": "sup", "rank": "clerk", "work_history": [{"unit_code": "sup", "post": "副主任"}]}
    )
    candidate = candidate_of(record, tree)
    assert (candidate.available, candidate.home_unit_type) == (False, "supervision_office")
    assert candidate.work_history[0].until is None


def _two_cities() -> UnitTree:
    units = []
    for city in ("a", "b"):
        units += [
            Unit(f"{city}-pc", "市委", "party_committee"),
            Unit(f"{city}-cdi", "市纪委监委", "cdi", parent_code=f"{city}-pc"),
            Unit(f"{city}-so", "监督检查室", "supervision_office", parent_code=f"{city}-cdi"),
            Unit(f"{city}-io", "巡察办", "inspection_office", parent_code=f"{city}-pc"),
            Unit(f"{city}-coop", "供销社", "supervised_unit", parent_code=f"{city}-pc"),
        ]
    return UnitTree([*units, Unit("alone", "巡察办", "inspection_office"), Unit("bare-cdi", "纪委监委", "cdi")])


def test_an_area_is_what_lies_below_the_committee_of_the_office_and_of_the_commission() -> None:
    own = own_units_of("a-io", "a-cdi", "ordinary", _two_cities())
    assert own == {"a-pc", "a-cdi", "a-so", "a-io", "a-coop"}
    assert own_units_of("alone", "bare-cdi", "ordinary", _two_cities()) == {"alone", "bare-cdi"}


def test_no_line_is_drawn_in_a_cross_inspection_or_where_a_body_is_missing() -> None:
    tree = _two_cities()
    assert own_units_of("a-io", "a-cdi", "cross", tree) is None
    assert own_units_of("bare-cdi", "bare-cdi", "ordinary", tree) is None
    assert own_units_of("alone", "alone", "ordinary", tree) is None


def test_a_home_unit_s_share_of_the_seats_goes_by_its_people_and_spares_the_inspection_office() -> None:
    kinds = {"a": "cdi", "b": "supervised_unit", "io": "inspection_office", "far": "cdi"}
    tree = UnitTree([Unit(code=code, name=code, unit_type=kind) for code, kind in kinds.items()])
    members = {"a": 6, "b": 1, "io": 3, "far": 90}
    six = (Demand(role=Role.MEMBER, count=6),)
    near = Target(unit_code="t", demands=six, own_units=frozenset({"a", "b", "io"}))
    assert fair_shares_of(members, [near], tree) == {"a": 4, "b": 1}
    assert fair_shares_of(members, [Target(unit_code="t", demands=six)], tree) == {"a": 1, "b": 1, "far": 6}
    assert fair_shares_of({}, [near], tree) == {}


def test_pairs_who_served_well_are_of_one_past_team_and_none_is_poor() -> None:
    ids = [UUID(int=n) for n in range(4)]
    grades = (None, "excellent", "incompetent", "competent")
    known = [
        Candidate(cadre_id=str(one), home_unit="u", last_grade=grade) for one, grade in zip(ids, grades, strict=True)
    ]
    pairs = worked_together_of([ids[:3], [ids[1], ids[3], UUID(int=9)]], known)
    assert pairs == ((str(ids[0]), str(ids[1])), (str(ids[1]), str(ids[3])))
