"""A score is the sum of its weights, however few look-ups it takes."""

from random import Random

import pytest
from clue_service.matching.scoring import JOINT, MatchModel, expand, packaged_model


def summed(model: MatchModel, levels: dict[str, str]) -> float:
    """As the definition says: the weight of each level and of each pair of levels."""
    return model.intercept + sum(model.weights.get(name, {}).get(level, 0) for name, level in expand(levels).items())


def test_a_score_is_the_sum_of_all_its_weights():
    model, random = packaged_model(), Random(5)
    fields = {name: [*weights, "never seen"] for name, weights in model.weights.items() if "*" not in name}
    for with_mates in [True, False] * 200:
        levels = {name: random.choice(known) for name, known in fields.items() if with_mates or name != "mates"}
        assert model.log_odds(levels) == pytest.approx(summed(model, levels), abs=1e-9)


def test_what_mates_add_is_the_difference():
    model, random = packaged_model(), Random(6)
    fields = {name: list(weights) for name, weights in model.weights.items() if "*" not in name}
    for _ in range(200):
        levels = {name: random.choice(known) for name, known in fields.items()}
        alone = {name: level for name, level in levels.items() if name != "mates"}
        assert model.log_odds(levels) - model.log_odds(alone) == pytest.approx(model.worth_of_mates(levels), abs=1e-9)


def test_the_model_has_a_weight_for_every_pair_of_fields_it_joins():
    assert {f"{one}*{two}" for one, two in JOINT} <= packaged_model().weights.keys()
