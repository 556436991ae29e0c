"""Matters that a clue probably belongs to: their other clues are proposed with the one that was found. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

REVIEW_FROM = 0.1
BELOW_LIKELY = 0.9499  # without an agreement of its own a clue is never proposed as likely
MOST_PULLED_IN = 20


@dataclass(frozen=True)
class Pull:
    """A clue that is proposed because it belongs to a matter; with the mean probability over the matter's clues."""

    clue_id: UUID
    probability: float


def expand(
    scores: Mapping[UUID, float],
    matters: Mapping[UUID, Collection[UUID]],
    likely: Iterable[UUID],
    proposed: Collection[UUID],
) -> list[Pull]:
    """The clues of confirmed matters to propose besides, surest first, at most ``MOST_PULLED_IN``.

    The mean over the members decides and not one edge: chains ruin clusters. A member that the search did not even
    rank has nothing in common with the clue and counts as 0.

    Args:
        scores: Probability by clue, as far as the search ranked it.
        matters: The clues of each matter.
        likely: Clues that were found as likely; only their matters are looked at.
        proposed: Clues that are proposed anyway, and the clue itself.
    """
    found: dict[UUID, float] = {}
    hits = set(likely)
    for matter in sorted(matters):
        members = matters[matter]
        if hits.isdisjoint(members):
            continue
        mean = sum(scores.get(clue, 0.0) for clue in members) / len(members)
        if mean < REVIEW_FROM:
            continue
        for clue in members:
            if clue not in proposed:
                found[clue] = max(found.get(clue, 0.0), min(mean, BELOW_LIKELY))
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [Pull(clue, probability) for clue, probability in ranked[:MOST_PULLED_IN]]
