"""The hard cases told apart: what looks alike and is not the same, and what is the same and looks different."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clue_service.matching.compare import NAME_AGREES, Levels
from clue_service.matching.evaluation import Outcome
from clue_service.matching.metrics import SAME, ratio
from clue_service.matching.scoring import Band

_SAME_UNIT = frozenset({"same_unit", "same_village", "same_kind_same_area"})
_OTHER_UNIT = frozenset({"same_kind_other_area", "other_kind_same_area", "different"})
_OTHER_NAME = frozenset({"different", "given_name_differs"})

# Pairs of clues of different matters, by the levels they were compared at.
HARD_NEGATIVES: Mapping[str, Callable[[Levels], bool]] = {
    "same_person_other_matter": lambda levels: levels["name"] in NAME_AGREES and levels["unit"] in _SAME_UNIT,
    "same_unit_and_kind_other_person": lambda levels: (
        levels["name"] in _OTHER_NAME and levels["unit"] in _SAME_UNIT and levels["topic"] == "same"
    ),
    "same_name_other_unit": lambda levels: levels["name"] in NAME_AGREES and levels["unit"] in _OTHER_UNIT,
}
# Pairs of clues of one matter.
HARD_POSITIVES: Mapping[str, Callable[[Levels], bool]] = {
    "letter_and_form": lambda levels: levels["naming"] == "one_named",
    "two_letters": lambda levels: levels["naming"] == "none_named",
    "name_hidden": lambda levels: levels["name"] == "same_surname_masked",
    "other_words": lambda levels: levels["wording"] in {"c0", "c1", "c2", "c3"},
}


def measure_slices(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """For each hard negative how many pairs were compared and the shares wrongly called same and likely; for each hard
    positive how many and the shares called same and likely. None where there are no pairs.
    """
    matters = {outcome.clue: frozenset(outcome.matters or ()) for outcome in outcomes}
    pairs = [
        (candidate, not matters[outcome.clue].isdisjoint(matters[name]))
        for outcome in outcomes
        for name, candidate in outcome.candidates
    ]
    found: dict[str, dict[str, Any]] = {}
    for slices, wanted in ((HARD_NEGATIVES, False), (HARD_POSITIVES, True)):
        for title, belongs in slices.items():
            own = [candidate for candidate, same in pairs if same is wanted and belongs(candidate.levels)]
            found[title] = {
                "pairs": len(own),
                "called_same": ratio(sum(one.probability >= SAME for one in own), len(own)),
                "called_likely": ratio(sum(one.band is Band.LIKELY for one in own), len(own)),
            }
    return found
