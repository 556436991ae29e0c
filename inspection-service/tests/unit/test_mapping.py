from datetime import date
from uuid import UUID

import pytest
from chassis.directory import Unit, UnitTree
from inspection_service.assembly_runs.domain import candidate_of, salt_of, verdicts_of
from inspection_service.clients.pool import CadreRecord, RecusalVerdict
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
