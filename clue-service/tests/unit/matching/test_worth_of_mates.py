"""What mates say is added to a score; nothing else of it changes."""

import pytest
from clue_service.matching.scoring import packaged_model


@pytest.mark.parametrize("topic", ["same", "partly", "differ", "unknown"])
def test_the_worth_of_mates_is_what_their_level_adds_to_the_score(topic: str) -> None:
    model = packaged_model()
    levels = {"name": "equal", "unit": "same_unit", "topic": topic, "naming": "both_named", "wording": "c3"}
    for mates in model.weights["mates"]:
        told = levels | {"mates": mates}
        assert model.log_odds(levels) + model.worth_of_mates(told) == pytest.approx(model.log_odds(told), abs=1e-9)
