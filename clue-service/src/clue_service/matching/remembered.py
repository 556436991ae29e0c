"""What a process keeps of the clues it read last, so that the next search need not read or compare them again."""

from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from clue_service.matching.prepared import Hashes, Prepared, load_features
from clue_service.matching.repository import StoredClue

# Features read, some hundred objects each. Searches seldom meet the same clues again but in a flood of letters about
# one matter, and what is kept is what the collector of garbage goes through: with 1,000 its pauses were the slowest
# hundredth of all searches. So only what is met again is kept; of what was met once, the number alone.
_REMEMBERED = 250
_MET = 2_000
_TOGETHER = 25_000  # pairs of numbers, which the collector passes over

Pair = tuple[int, int]


class Row(NamedTuple):
    """A stored clue as read: grams of its text, of its parts' accounts, and how close its text is (a cosine)."""

    stored: StoredClue
    text: Hashes
    contents: list[Hashes]
    features: Prepared
    closest: float


class Remembered:
    """The features read last, and which stored clues go together. A row never changes: indexed anew it has a new id."""

    def __init__(self) -> None:
        self._met: dict[int, None] = {}
        self._features: OrderedDict[tuple[int, UUID], Prepared] = OrderedDict()
        self.together: OrderedDict[Pair, float] = OrderedDict()
        """For pairs of stored clues that were asked for lately the probability that they report one matter."""

    def features(self, stored: StoredClue) -> Prepared | None:
        """The features of a stored clue, None when another version wrote them."""
        key = (stored.id, stored.clue_id)
        found = self._features.get(key)
        if found is not None:
            self._features.move_to_end(key)
            return found
        found = load_features(stored.features)
        if found is not None and self._is_met_again(stored.id):
            self._features[key] = found
            if len(self._features) > _REMEMBERED:
                self._features.popitem(last=False)
        return found

    def _is_met_again(self, number: int) -> bool:
        if number in self._met:
            return True
        self._met[number] = None
        if len(self._met) > _MET:
            del self._met[next(iter(self._met))]
        return False

    def put_together(self, pair: Pair, probability: float) -> None:
        """Remember the probability that two stored clues report one matter."""
        self.together[pair] = probability
        if len(self.together) > _TOGETHER:
            self.together.popitem(last=False)


def pair_of(one: int, other: int) -> Pair:
    """The numbers of two stored clues, the same whichever comes first."""
    return (one, other) if one < other else (other, one)
