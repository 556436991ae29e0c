"""Which keys to search by, and the cosine that orders what they find: vectorised, bounded work per query."""

import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from clue_service.matching.frequency import Counts, Frequencies
from clue_service.matching.grams import COUNT_BITS
from clue_service.matching.prepared import NO_HASHES, Hashes

Values = npt.NDArray[np.float32]
# All that a clue may have (keys.MAX_TRIGRAMS): the rarest of a long letter are its own alone, which its counts contain
# already, so that with fewer the search may end before the first key that another letter has.
_MOST_TRIGRAMS = 400
_MOST_COMPOSITES = 80
_ALWAYS = 2  # keys searched even when the rarest is frequent: a flood of one letter makes all of its keys so
# Keys that the same number of clues have are those of one flood of copies: a few find them all, and the rest of the
# budget goes to keys that other wordings of the matter share. Rarer ones are equally frequent by chance.
_OF_ONE_FLOOD, _FLOOD_FROM = 6, 12
# Of one composite key against one trigram, since trigrams of one phrase come together. Of 945,000 generated clues 1.5
# finds .983 of the mates, 4 finds .979 and 8 .970: names and places recur, and shared words tell them apart.
_COMPOSITE_WORTH = 1.5
_LOW_BITS = (1 << 16) - 1
_COLUMNS = 1 << 12  # of a matrix of shared grams, at once
RARE = 5.0  # ln: a gram that fewer than 1 in 150 clues have


def text_budget(length: int, clues: int) -> int:
    """How many postings of trigrams a query may read: more for a long letter, growing with the log of the clues."""
    return int((170 + 4.7 * min(length, 500)) * _growth(clues))


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
    known = _few_of_each_flood(order[counts[order] > 0], counts)
    within = np.cumsum(counts[known]) <= budget
    chosen = known[: max(int(within.sum()), _ALWAYS)]
    if and_unknown:
        # Another process may have stored a clue with these a moment ago; probing for a key nobody has costs little.
        chosen = np.concatenate([chosen, order[counts[order] == 0]])
    chosen = chosen[:most]
    rarity = np.log((frequencies.clues + 1.0) / np.maximum(counts[chosen], 1) + 1.0)
    return keys[chosen], np.asarray(np.square(rarity), np.float32)


def _few_of_each_flood(order: npt.NDArray[np.intp], counts: Counts) -> npt.NDArray[np.intp]:
    """Without the keys beyond a few of each count of copies; ``order`` rises by count."""
    rising = counts[order]
    place_in_flood = np.arange(len(order)) - np.searchsorted(rising, rising)
    return order[(rising < _FLOOD_FROM) | (place_in_flood < _OF_ONE_FLOOD)]


class QueryVector:
    """One side of many cosines: weighted grams, with or without counts."""

    def __init__(self, hashes: Hashes, frequencies: Frequencies, counts: Hashes | None = None) -> None:
        self._hashes = hashes
        self._frequencies = frequencies
        self._weights = _weigh(hashes, counts, frequencies)
        self._norm = float(np.sqrt(np.square(self._weights).sum()))
        self._may_be_shared = np.zeros(_LOW_BITS + 1, np.bool_)
        self._may_be_shared[hashes & np.int32(_LOW_BITS)] = True

    @classmethod
    def of_text(cls, packed: Hashes, frequencies: Frequencies) -> "QueryVector":
        """Of packed grams of a whole text."""
        hashes, counts = unpack(packed)
        return cls(hashes, frequencies, counts)

    def compare_texts(self, packed: Hashes, sizes: list[int]) -> Values:
        """The cosine with each of many texts: their packed grams one after the other, and how many each has."""
        return self._compare(*unpack(packed), sizes)[0]

    def compare(self, others: list[Hashes]) -> tuple[Values, Values]:
        """With each of the others' grams: the cosine, and how many shared grams are rare."""
        hashes = np.concatenate(others) if others else NO_HASHES
        return self._compare(hashes, None, [len(one) for one in others])

    def _compare(self, hashes: Hashes, counts: Hashes | None, sizes: list[int]) -> tuple[Values, Values]:
        size = len(sizes)
        if not len(self._hashes) or not len(hashes):
            return np.zeros(size, np.float32), np.zeros(size, np.float32)
        weights = _weigh(hashes, counts, self._frequencies)
        ends = np.array(sizes, np.int64).cumsum()
        # Most grams are not shared, which their low bits tell: few are left to be looked up.
        (at,) = self._may_be_shared.take(hashes & np.int32(_LOW_BITS), mode="clip").nonzero()
        maybe = hashes[at]
        places = np.minimum(self._hashes.searchsorted(maybe), len(self._hashes) - 1)
        is_shared = self._hashes[places] == maybe
        at, places = at[is_shared], places[is_shared]
        owner, worth = ends.searchsorted(at, "right"), weights[at]
        products = np.bincount(owner, worth * self._weights[places], size)
        rare = np.bincount(owner[worth >= RARE], minlength=size)
        bottom = np.sqrt(_sums(np.square(weights), ends)) * self._norm
        cosine = np.divide(products, bottom, out=np.zeros(size), where=bottom > 0)
        return cosine.astype(np.float32), rare.astype(np.float32)


def compare_texts(ones: list[Hashes], others: list[Hashes], frequencies: Frequencies) -> Values:
    """The cosines of each of ``ones`` with each of ``others``, packed grams of whole texts; for few of them."""
    hashes, counts = unpack(_joined(ones, others))
    products = np.zeros((len(ones), len(others)))
    weights = _weigh(hashes, counts, frequencies)
    for matrix in _matrices([*ones, *others], hashes, weights):
        products += _multiply(matrix, len(ones))
    return _cosines(products, weights, ones, others)


def compare_contents(ones: list[Hashes], others: list[Hashes], frequencies: Frequencies) -> tuple[Values, Values]:
    """The same of grams without counts, with how many of the shared ones are rare."""
    hashes = _joined(ones, others)
    products, rare = np.zeros((2, len(ones), len(others)))
    weights = _weigh(hashes, None, frequencies)
    for matrix in _matrices([*ones, *others], hashes, weights):
        products += _multiply(matrix, len(ones))
        rare += _multiply((matrix >= RARE).astype(np.float64), len(ones))
    return _cosines(products, weights, ones, others), rare.astype(np.float32)


def _joined(ones: list[Hashes], others: list[Hashes]) -> Hashes:
    return np.concatenate([*ones, *others]) if ones or others else NO_HASHES


def _matrices(rows: list[Hashes], hashes: Hashes, weights: Values) -> Iterator[npt.NDArray[np.float64]]:
    """Weights by row and gram, of the grams that several rows have, by their hashes: some thousand at once.

    ``hashes`` are those of all rows; one row has none twice.
    """
    order = np.argsort(hashes)
    ordered = hashes[order]
    is_repeated = np.zeros(len(hashes) + 1, np.bool_)
    np.equal(ordered[1:], ordered[:-1], out=is_repeated[1:-1])
    is_common = is_repeated[1:] | is_repeated[:-1]
    at = order[is_common]
    columns = np.cumsum(~is_repeated[:-1][is_common])
    owner, weights = np.repeat(np.arange(len(rows)), [len(row) for row in rows])[at], weights[at]
    total = int(columns[-1]) if len(columns) else 0
    for start in range(0, total, _COLUMNS):
        first, last = np.searchsorted(columns, [start, start + _COLUMNS], "right").tolist()
        matrix = np.zeros((len(rows), min(_COLUMNS, total - start)))
        matrix[owner[first:last], columns[first:last] - (start + 1)] = weights[first:last]
        yield matrix


def _multiply(matrix: npt.NDArray[np.float64], until: int) -> npt.NDArray[np.float64]:
    # Not by BLAS, whose threads would take the other processes' cores for so little.
    return np.asarray(np.einsum("ik,jk->ij", matrix[:until], matrix[until:]))


def _cosines(products: npt.NDArray[np.float64], weights: Values, ones: list[Hashes], others: list[Hashes]) -> Values:
    ends = np.cumsum([len(one) for one in (*ones, *others)], dtype=np.int64)
    norms = np.sqrt(_sums(np.square(weights), ends))
    bottom = np.outer(norms[: len(ones)], norms[len(ones) :])
    cosines = np.divide(products, bottom, out=np.zeros(products.shape), where=bottom > 0)
    return np.asarray(cosines, np.float32)


def _sums(values: Values, ends: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The sums of runs of values that end at ``ends``; an empty run's is 0."""
    starts = np.concatenate([ends[:0], [0], ends[:-1]])[: len(ends)]
    filled = ends > starts
    sums = np.zeros(len(ends))
    sums[filled] = np.add.reduceat(values, starts[filled], dtype=np.float64)
    return sums


def unpack(packed: Hashes) -> tuple[Hashes, Hashes]:
    """Hashes and counts of packed grams."""
    return packed >> COUNT_BITS, packed & ((1 << COUNT_BITS) - 1)


def _weigh(hashes: Hashes, counts: Hashes | None, frequencies: Frequencies) -> Values:
    weights = frequencies.gram_weights(hashes)
    return weights if counts is None else weights * _worth_of_counts().take(counts, mode="clip")


@cache
def _worth_of_counts() -> Values:
    """What a gram that occurs so often in one text is worth beside one that occurs once, for every count there is."""
    counts = np.arange(1 << COUNT_BITS, dtype=np.float32)
    return 1 + np.log(np.maximum(counts, 1))
