"""What candidates say of one another: if two of them report one matter, a clue reports it with both or with neither."""

from bisect import bisect_right
from collections.abc import Sequence

ALONE = "alone"
ASKED_OF = 10  # the best candidates are asked,
ASKED_FOR = 20  # for those that are neither certain nor out of the question
# Of 13,000 true pairs three below .02 came to be shown by others' word, none was held for the same.
_DOUBTFUL = (0.02, 0.999)
_TOGETHER = 0.5
_EDGES = (0.02, 0.1, 0.3, 0.6, 0.85, 0.95, 0.99)


def is_doubtful(probability: float) -> bool:
    """Whether other candidates' word can matter."""
    return _DOUBTFUL[0] <= probability <= _DOUBTFUL[1]


def mates_level(together: Sequence[float], probabilities: Sequence[float]) -> str:
    """How close the clue is to a candidate's mates, as a level: ``m0`` (far from them) to ``m7``, and how many.

    ``together``: for each other candidate the probability that it reports this candidate's matter;
    ``probabilities``: for each, that it reports the clue's. The mean over the mates counts, not the closest one: one
    wrong pair must not chain two matters.
    """
    mates = [
        (weight, probability)
        for weight, probability in zip(together, probabilities, strict=True)
        if weight >= _TOGETHER
    ]
    if not mates:
        return ALONE
    mean = sum(weight * probability for weight, probability in mates) / sum(weight for weight, _ in mates)
    return f"m{bisect_right(_EDGES, mean)}x{min(len(mates), 3)}"


def support(level: str) -> str:
    """What others' word comes to: ``none`` said, ``against``, ``divided``, ``mostly`` or ``fully`` for it."""
    return "none" if level == ALONE else _SUPPORT[int(level[1])]


_SUPPORT = ("against", "against", "against", "against", "divided", "mostly", "mostly", "fully")


def mates_verdict(level: str) -> str:
    """How people should read the level."""
    if level == ALONE:
        return "unknown"
    return "conflict" if level[1] in "012" else "partly" if level[1] in "34" else "agree"
