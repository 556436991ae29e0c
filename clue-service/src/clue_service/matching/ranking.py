"""Which keys to search by, and the cosine that orders what they find: vectorised, bounded work per query."""

import math

import numpy as np
import numpy.typing as npt

from clue_service.matching.frequency import Frequencies
from clue_service.matching.grams import COUNT_BITS
from clue_service.matching.prepared import Hashes

Values = npt.NDArray[np.float32]
_MOST_TRIGRAMS = 300
_MOST_COMPOSITES = 80
_ALWAYS = 2  # keys searched even when the rarest is frequent: a flood of one letter makes all of its keys so
# Of one composite key against one trigram, since trigrams of one phrase come together. Of 945,000 generated clues 1.5
# finds .983 of the mates, 4 finds .979 and 8 .970: names and places recur, and shared words tell them apart.
_COMPOSITE_WORTH = 1.5
RARE = 5.0  # ln: a gram that fewer than 1 in 150 clues have


def text_budget(length: int, clues: int) -> int:
    """How many postings of trigrams a query may read: more for a long letter, growing with the log of the clues."""
    return int((240 + 6.7 * min(length, 500)) * _growth(clues))


def composite_budget(clues: int) -> int:
    """How many postings of composite keys a query may read."""
    return int(850 * _growth(clues))


def _growth(clues: int) -> float:
    return max(1.0, math.log10(max(clues, 1)) / 4)


def choose_keys(keys: Hashes, frequencies: Frequencies, length: int) -> tuple[Hashes, Values]:
    """The rarest keys whose postings fit the budgets, and their weights. A key nobody else has is left out."""
    trigrams, weights = _rarest(keys[keys >= 0], frequencies, text_budget(length, frequencies.clues), _MOST_TRIGRAMS)
    composites, worth = _rarest(
        keys[keys < 0], frequencies, composite_budget(frequencies.clues), _MOST_COMPOSITES, and_unknown=True
    )
    chosen = np.concatenate([trigrams, composites])
    return chosen, np.concatenate([weights, worth * np.float32(_COMPOSITE_WORTH)])


def _rarest(
    keys: Hashes, frequencies: Frequencies, budget: int, most: int, *, and_unknown: bool = False
) -> tuple[Hashes, Values]:
    counts = frequencies.of_keys(keys)
    order = np.argsort(counts, kind="stable")
    known = order[counts[order] > 0]
    within = np.cumsum(counts[known]) <= budget
    chosen = known[: max(int(within.sum()), _ALWAYS)]
    if and_unknown:
        # Another process may have stored a clue with these a moment ago; probing for a key nobody has costs little.
        chosen = np.concatenate([chosen, order[counts[order] == 0]])
    chosen = chosen[:most]
    rarity = np.log((frequencies.clues + 1.0) / np.maximum(counts[chosen], 1) + 1.0)
    return keys[chosen], np.asarray(np.square(rarity), np.float32)


class QueryVector:
    """One side of many cosines: weighted grams, with or without counts."""

    def __init__(self, hashes: Hashes, frequencies: Frequencies, counts: Hashes | None = None) -> None:
        self._hashes = hashes
        self._frequencies = frequencies
        self._weights = _weigh(hashes, counts, frequencies)
        self._norm = float(np.sqrt(np.square(self._weights).sum()))

    @classmethod
    def of_text(cls, packed: Hashes, frequencies: Frequencies) -> "QueryVector":
        """Of packed grams of a whole text."""
        hashes, counts = unpack(packed)
        return cls(hashes, frequencies, counts)

    def compare_texts(self, others: list[Hashes]) -> Values:
        """The cosine with each of the others' packed grams."""
        hashes, counts = unpack(np.concatenate(others)) if others else (self._hashes[:0], self._hashes[:0])
        return self._compare(hashes, counts, others)[0]

    def compare(self, others: list[Hashes]) -> tuple[Values, Values]:
        """With each of the others' grams: the cosine, and how many shared grams are rare."""
        hashes = np.concatenate(others) if others else self._hashes[:0]
        return self._compare(hashes, None, others)

    def _compare(self, hashes: Hashes, counts: Hashes | None, others: list[Hashes]) -> tuple[Values, Values]:
        size = len(others)
        if not len(self._hashes) or not len(hashes):
            return np.zeros(size, np.float32), np.zeros(size, np.float32)
        weights = _weigh(hashes, counts, self._frequencies)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        shared = self._hashes[places] == hashes
        owner = np.repeat(np.arange(size), [len(one) for one in others])
        products = np.bincount(owner, np.where(shared, weights * self._weights[places], 0), size)
        bottom = np.sqrt(np.bincount(owner, np.square(weights), size)) * self._norm
        rare = np.bincount(owner, shared & (weights >= RARE), size)
        cosine = np.divide(products, bottom, out=np.zeros(size), where=bottom > 0)
        return cosine.astype(np.float32), rare.astype(np.float32)


def unpack(packed: Hashes) -> tuple[Hashes, Hashes]:
    """Hashes and counts of packed grams."""
    return packed >> COUNT_BITS, packed & ((1 << COUNT_BITS) - 1)


def _weigh(hashes: Hashes, counts: Hashes | None, frequencies: Frequencies) -> Values:
    weights = frequencies.gram_weights(hashes)
    return weights if counts is None else weights * (1 + np.log(counts.astype(np.float32)))
