"""How often keys and grams occur: decides which keys are rare enough to search by and what shared text is worth."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from clue_service.matching.prepared import FEATURES_VERSION, Hashes

# A million short forms have some five million distinct keys, a million long letters some fifty: with fewer buckets a
# rare key looks frequent. Counts stop at 65,535, far above what any budget lets a query read.
_KEY_BUCKETS = 1 << 24
_GRAM_BUCKETS = 1 << 20
_MOST = np.iinfo(np.uint16).max
# A young database knows no frequencies: it starts with those of this many imagined clues in everyday officialese.
BACKGROUND_CLUES = 2_000
_HEAD = np.dtype([("mark", "S4"), ("version", "<i4"), ("clues", "<i8"), ("last_id", "<i8")])
_MARK = b"HKF2"

Counts = npt.NDArray[np.float32]


class Frequencies:
    """Counts by hash bucket, 36 MB at most; pages nobody touches cost nothing. Collisions only raise a count."""

    def __init__(self, background: dict[int, float] | None = None) -> None:
        """``background`` maps a gram's hash to its share of clues (0–1)."""
        self.clues = 0
        self.last_id = 0
        self._keys = np.zeros(_KEY_BUCKETS, np.uint16)
        self._grams = np.zeros(_GRAM_BUCKETS, np.float32)
        for gram, share in (background or {}).items():
            self._grams[gram & (_GRAM_BUCKETS - 1)] += share * BACKGROUND_CLUES

    def add(self, keys: Hashes, grams: Hashes) -> None:
        """Count one more clue; ``grams`` without their counts."""
        self.clues += 1
        # Two keys of one clue in one bucket count once.
        buckets = _buckets(keys, _KEY_BUCKETS)
        counts = self._keys[buckets]
        self._keys[buckets] = counts + (counts < _MOST)
        self._grams[_buckets(grams, _GRAM_BUCKETS)] += 1

    def add_many(self, keys: Sequence[Hashes], grams: Sequence[Hashes]) -> None:
        """Count many clues at once: some 10 µs each."""
        if not keys:
            return
        self.clues += len(keys)
        buckets, times = np.unique(_buckets(np.concatenate(keys), _KEY_BUCKETS), return_counts=True)
        self._keys[buckets] = np.minimum(self._keys[buckets] + times, _MOST)
        self._grams += np.bincount(_buckets(np.concatenate(grams), _GRAM_BUCKETS), minlength=_GRAM_BUCKETS)

    def of_keys(self, keys: Hashes) -> Counts:
        """How many clues have each key."""
        return self._keys[_buckets(keys, _KEY_BUCKETS)].astype(np.float32)

    def gram_weights(self, grams: Hashes) -> Counts:
        """Inverse document frequency of grams, natural logarithm."""
        weights = self._grams.take(
            grams & np.int32(_GRAM_BUCKETS - 1), mode="clip"
        )  # all are within: not asked for each
        weights += 1
        np.divide(np.float32(self.clues + BACKGROUND_CLUES + 1), weights, out=weights)
        np.log(weights, out=weights)
        return np.maximum(weights, 0, out=weights)

    def dump(self) -> bytes:
        """The counts, compressed: some 10 MB and half a second for a million clues."""
        head = np.array([(_MARK, FEATURES_VERSION, self.clues, self.last_id)], _HEAD).tobytes()
        return head + zlib.compress(self._keys.astype("<u2").tobytes() + self._grams.astype("<f4").tobytes(), 1)

    @classmethod
    def load(cls, raw: bytes) -> "Frequencies | None":
        """What ``dump`` wrote; None when another version did, whose keys or grams were others."""
        if len(raw) < _HEAD.itemsize:
            return None
        head = np.frombuffer(raw, _HEAD, 1)[0]
        if head["mark"] != _MARK or head["version"] != FEATURES_VERSION:
            return None
        found = cls()
        found.clues, found.last_id = int(head["clues"]), int(head["last_id"])
        counts = zlib.decompress(raw[_HEAD.itemsize :])
        found._keys = np.frombuffer(counts, "<u2", _KEY_BUCKETS).astype(np.uint16)
        found._grams = np.frombuffer(counts, "<f4", offset=2 * _KEY_BUCKETS).astype(np.float32)
        return found


def _buckets(hashes: Hashes, size: int) -> npt.NDArray[np.int64]:
    return hashes.astype(np.int64) & (size - 1)
