"""What a model may become, and what speaks against it."""

from typing import Any

import pytest
from clue_service.matching_models.domain import MOVES, Status, moves_from, objections

GOOD: dict[str, Any] = {"pair_f1": 0.97, "likely_precision": 0.998}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("verb", ["activate", "retire"])
def test_only_models_without_objections_and_not_retired_move(status: Status, verb: str) -> None:
    allowed = {
        "activate": {Status.FITTED, Status.SUPERSEDED},
        "retire": {Status.FITTED, Status.REFUSED, Status.ACTIVE, Status.SUPERSEDED},
    }
    assert ((status, verb) in MOVES) is (status in allowed[verb])
    assert (verb in moves_from(status)) is (status in allowed[verb])


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (GOOD, []),
        ({"pair_f1": 0.99, "likely_precision": 0.999}, []),
        ({"pair_f1": 0.969, "likely_precision": 0.998}, ["held:f1_lower"]),
        ({"pair_f1": 0.98, "likely_precision": 0.997}, ["held:likely_less_precise"]),
        ({"pair_f1": 0.98, "likely_precision": 0.99}, ["held:likely_less_precise", "held:likely_below_floor"]),
        ({"pair_f1": None, "likely_precision": None}, ["held:f1_lower", "held:likely_less_precise"]),
    ],
)
def test_a_model_that_is_worse_is_objected_to(after: dict[str, Any], expected: list[str]) -> None:
    assert objections("held", GOOD, after) == expected


def test_better_than_before_is_not_enough_below_the_floor() -> None:
    before = {"pair_f1": 0.9, "likely_precision": 0.95}
    assert objections("held", before, {"pair_f1": 0.95, "likely_precision": 0.99}) == ["held:likely_below_floor"]


def test_a_part_too_small_to_measure_does_not_object() -> None:
    nothing = {"pair_f1": None, "likely_precision": None}
    assert objections("held", nothing, nothing) == []
