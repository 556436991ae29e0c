"""How often keys and grams occur: decides which keys are rare enough to search by and what shared text is worth."""

import zlib

import numpy as np
import numpy.typing as npt

from clue_service.matching.prepared import Hashes

_KEY_BUCKETS = 1 << 22
_GRAM_BUCKETS = 1 << 20
# A young database knows no frequencies: it starts with those of this many imagined clues in everyday officialese.
BACKGROUND_CLUES = 2_000

Counts = npt.NDArray[np.float32]


class Frequencies:
    """Counts by hash bucket, some 20 MB at most; pages nobody touches cost nothing. Collisions only raise a count."""

    def __init__(self, background: dict[int, float] | None = None) -> None:
        """``background`` maps a gram's hash to its share of clues (0–1)."""
        self.clues = 0
        self.last_id = 0
        self._keys = np.zeros(_KEY_BUCKETS, np.float32)
        self._grams = np.zeros(_GRAM_BUCKETS, np.float32)
        for gram, share in (background or {}).items():
            self._grams[gram & (_GRAM_BUCKETS - 1)] += share * BACKGROUND_CLUES

    def add(self, keys: Hashes, grams: Hashes) -> None:
        """Count one more clue; ``grams`` without their counts."""
        self.clues += 1
        np.add.at(self._keys, _buckets(keys, _KEY_BUCKETS), 1)
        np.add.at(self._grams, _buckets(grams, _GRAM_BUCKETS), 1)

    def of_keys(self, keys: Hashes) -> Counts:
        """How many clues have each key."""
        return self._keys[_buckets(keys, _KEY_BUCKETS)]

    def gram_weights(self, grams: Hashes) -> Counts:
        """Inverse document frequency of grams, natural logarithm."""
        counts = self._grams[_buckets(grams, _GRAM_BUCKETS)]
        weights = np.log((self.clues + BACKGROUND_CLUES + 1) / (counts + 1))
        return np.asarray(np.maximum(weights, 0), np.float32)

    def dump(self) -> bytes:
        """Counts without the background's clues, compressed: about 4 MB for a million clues."""
        head = np.array([self.clues, self.last_id], "<i8").tobytes()
        return head + zlib.compress(self._keys.astype("<f4").tobytes() + self._grams.astype("<f4").tobytes(), 1)

    @classmethod
    def load(cls, raw: bytes) -> "Frequencies":
        """What ``dump`` wrote."""
        found = cls()
        found.clues, found.last_id = (int(value) for value in np.frombuffer(raw, "<i8", 2))
        counts = np.frombuffer(zlib.decompress(raw[16:]), "<f4")
        found._keys = counts[:_KEY_BUCKETS].copy()
        found._grams = counts[_KEY_BUCKETS:].copy()
        return found


def _buckets(hashes: Hashes, size: int) -> npt.NDArray[np.int64]:
    return hashes.astype(np.int64) & (size - 1)
