"""The matching engine as intake uses it.

    prepared = matcher.prepare(clue)                              # pure; before any transaction
    await matcher.index(session, clue_id, prepared)               # in the transaction that stores the clue
    … commit …
    found = await matcher.candidates(session, clue_id, prepared)  # in a second transaction, after the commit

Of two intakes at the same moment the one that commits later sees the earlier, so the second transaction always comes
after the first one's commit. The engine only proposes; it never merges and never answers with another clue's text.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import numpy as np

from clue_service.matching import repository
from clue_service.matching.domain import NO_DIRECTORY, prepare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.prepared import ClueText, Prepared, dump_features, dump_grams, load_grams
from clue_service.matching.ranking import choose_keys, text_budget, unpack
from clue_service.matching.repository import Session, StoredClue
from clue_service.matching.scorer import RememberedFeatures, ScoredCandidate, Scorer
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching.units import UnitDirectory

__all__ = ["Matcher", "ScoredCandidate"]

_RETRIEVED = 300
_FOLLOW_AT_ONCE = 5_000


class Matcher:
    """One per process. Holds the model, the unit directory's aliases and the frequency counts (about 20 MB)."""

    def __init__(self, model: MatchModel | None = None, directory: UnitDirectory = NO_DIRECTORY) -> None:
        self.model = model or packaged_model()
        self.directory = directory
        self._frequencies = Frequencies(self.model.background)
        self._features = RememberedFeatures()
        self._own_ids: set[int] = set()
        self._following = asyncio.Lock()

    def prepare(self, clue: ClueText) -> Prepared:
        """Normalise a clue: pure, 1–3 ms for a form, at most some 50 ms for the longest letter."""
        return prepare(clue, self.directory)

    async def start(self, session: Session) -> None:
        """Load the stored counts, then read what came after them. Without a snapshot this reads every clue's keys."""
        raw = await repository.load_snapshot(session)
        if raw is not None:
            self._frequencies = Frequencies.load(raw)
        await self.follow(session)

    async def follow(self, session: Session) -> int:
        """Count the clues that other processes stored since the last time; how many there were.

        Call it every few seconds: counts may lag, they only steer which keys are searched and what text is worth.
        """
        async with self._following:
            counted = 0
            while True:
                last = self._frequencies.last_id
                async for key_id, keys, grams in repository.read_new(session, last, _FOLLOW_AT_ONCE):
                    self._frequencies.last_id = key_id
                    if key_id in self._own_ids:
                        self._own_ids.discard(key_id)
                        continue
                    text = load_grams(grams)
                    if text is None:  # another version's row: it counts again when it is indexed anew
                        continue
                    self._frequencies.add(np.array(keys, np.int32), unpack(text[0])[0])
                    counted += 1
                if self._frequencies.last_id == last:
                    return counted

    async def save_frequencies(self, session: Session) -> None:
        """Follow, then store a snapshot for processes that start later; for an hourly timer."""
        await self.follow(session)
        counts = self._frequencies.dump()
        await repository.store_snapshot(
            session, last_id=self._frequencies.last_id, clues=self._frequencies.clues, counts=counts
        )

    async def index(self, session: Session, clue_id: UUID, prepared: Prepared) -> None:
        """Store keys and features of a clue, in the transaction that stores the clue. A second call replaces them.

        Never call it for a sealed report: above-level reports are not indexed.
        """
        key_id = await repository.add_clue(
            session, clue_id, prepared.commission, prepared.keys.tolist(), dump_features(prepared), dump_grams(prepared)
        )
        self._own_ids.add(key_id)
        self._frequencies.add(prepared.keys, unpack(prepared.grams)[0])

    async def forget(self, session: Session, clue_id: UUID) -> None:
        """Erase keys and features of a clue (sealed or deleted)."""
        await repository.remove_clue(session, clue_id)

    async def candidates(
        self, session: Session, clue_id: UUID, prepared: Prepared, limit: int = 50
    ) -> list[ScoredCandidate]:
        """Clues that may report the same matter, best first, at most ``limit``; those of band ``none`` are included.

        Covers all commissions: the caller must turn what its user may not see into blind hits.
        """
        own = await repository.find_key_id(session, clue_id) or 0
        length = prepared.length
        keys, weights = choose_keys(prepared.keys, self._frequencies, length)
        stored = await repository.retrieve(
            session,
            keys.tolist(),
            weights.tolist(),
            own=own,
            per_key=text_budget(length, self._frequencies.clues),
            most=_RETRIEVED,
        )
        return self.rank(prepared, stored)[:limit]

    def rank(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[ScoredCandidate]:
        """Score stored clues against a clue, best first; pure but for the counts."""
        return Scorer(self.model, self._frequencies, self._features).rank(prepared, stored)
