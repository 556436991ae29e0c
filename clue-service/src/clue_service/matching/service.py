"""The matching engine as intake uses it.

    prepared = matcher.prepare(clue)                              # pure; before any transaction
    await matcher.index(session, clue_id, prepared)               # in the transaction that stores the clue
    … commit …
    found = await matcher.candidates(session, clue_id, prepared)  # in a second transaction, after the commit

Of two intakes at the same moment the one that commits later sees the earlier, so the second transaction always comes
after the first one's commit. The engine only proposes; it never merges and never answers with another clue's text.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np

from clue_service.matching import repository
from clue_service.matching.domain import NO_DIRECTORY, prepare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.lexicon import given_characters, surnames
from clue_service.matching.pinyin import reading
from clue_service.matching.prepared import (
    AllegationText,
    ClueText,
    Prepared,
    SubjectText,
    dump_features,
    dump_grams,
    load_grams,
)
from clue_service.matching.ranking import choose_keys, text_budget, unpack
from clue_service.matching.remembered import Remembered
from clue_service.matching.repository import Search, Session, StoredClue
from clue_service.matching.scorer import ScoredCandidate, Scorer
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching.telemetry import SECONDS
from clue_service.matching.units import UnitDirectory

__all__ = ["FOLLOW_EVERY_SECONDS", "Matcher", "ScoredCandidate"]

FOLLOW_EVERY_SECONDS = 1.0
"""How often an intake asks what other processes stored, where this process stored the clue itself."""

# How many are fetched: where the form names somebody, keys of person and place put mates in front.
_RETRIEVED_NAMED, _RETRIEVED, _RETRIEVED_LONG = 64, 160, 200
_ANY_CLUE = ClueText(
    date(2024, 1, 1),
    (SubjectText(name="王某", unit_name="某县某局", post="局长"),),
    (AllegationText("2023年3月,王某收受李某五万元。"),),
)
_FOLLOW_AT_ONCE = 5_000
_COUNT_ONE_BY_ONE = 200  # more are counted at once, which costs some milliseconds however few there are


class Matcher:
    """One per process. Holds the model, the unit directory's aliases and the frequency counts (36 MB at most)."""

    def __init__(self, model: MatchModel | None = None, directory: UnitDirectory = NO_DIRECTORY) -> None:
        self.model = model or packaged_model()
        self.directory = directory
        self._frequencies = Frequencies(self.model.background)
        self._remembered = Remembered()
        self._own_ids: set[int] = set()
        self._following = asyncio.Lock()
        self._generation = 0
        self._followed_at = float("-inf")

    @property
    def clues_counted(self) -> int:
        """How many clues the counts are of."""
        return self._frequencies.clues

    def prepare(self, clue: ClueText) -> Prepared:
        """Normalise a clue: pure, 1–3 ms for a form, at most some 50 ms for the longest letter."""
        return prepare(clue, self.directory)

    def warm_up(self) -> None:
        """Read the word lists now (a second or so), and how names sound, so that no clue waits for them."""
        self.prepare(_ANY_CLUE)
        reading("".join(sorted(surnames() | given_characters())))

    async def start(self, session: Session) -> None:
        """Load the stored counts, then read what came after them. Without a snapshot this reads every clue's keys."""
        self.warm_up()
        await self._load_counts(session)
        await self.follow(session)

    async def _load_counts(self, session: Session) -> None:
        stored = await repository.load_snapshot(session)
        if stored is None:
            return
        raw, self._generation = stored
        found = await asyncio.to_thread(Frequencies.load, raw)
        if found is not None:  # else another version counted, and all is counted anew
            self._frequencies = found
            self._own_ids = {key_id for key_id in self._own_ids if key_id > found.last_id}

    async def follow(self, session: Session, *, at_most_every: float = 0.0) -> int:
        """Count the clues that other processes stored since the last time; how many there were.

        Counts may lag, they only steer which keys are searched and what text is worth: ``at_most_every`` so many
        seconds is enough where this process has the keys of the clue in its counts already. Rows that another version
        wrote are passed over; ``repository.count_stale`` tells how many there are.
        """
        if time.monotonic() < self._followed_at + at_most_every:
            return 0
        async with self._following:
            self._followed_at = time.monotonic()
            counted = 0
            while True:
                rows = await repository.read_new(session, self._frequencies.last_id, _FOLLOW_AT_ONCE)
                if rows and rows[-1].generation != self._generation:
                    await self._load_counts(session)
                    self._generation = rows[-1].generation
                    continue
                counted += self._count(rows)
                if len(rows) < _FOLLOW_AT_ONCE:
                    return counted

    def _count(self, rows: Sequence[repository.NewRow]) -> int:
        keys, grams = [], []
        for row in rows:
            self._frequencies.last_id = row.id
            if row.id in self._own_ids:
                self._own_ids.discard(row.id)
                continue
            text = load_grams(row.grams) if row.grams is not None else None
            if text is not None and row.keys is not None:
                keys.append(np.array(row.keys, np.int32))
                grams.append(unpack(text[0])[0])
        if len(keys) > _COUNT_ONE_BY_ONE:
            self._frequencies.add_many(keys, grams)
        else:
            for one, of_text in zip(keys, grams, strict=True):
                self._frequencies.add(one, of_text)
        return len(keys)

    async def save_frequencies(self, session: Session) -> None:
        """Follow, then store a snapshot for processes that start later; for an hourly timer."""
        await self.follow(session)
        counts = self._frequencies
        raw = await asyncio.to_thread(counts.dump)
        await repository.store_snapshot(
            session, last_id=counts.last_id, clues=counts.clues, counts=raw, generation=self._generation
        )

    async def recount(self, session: Session) -> int:
        """Count everything anew and store it, for all processes to take up; how many clues there are.

        For a matcher of one's own: one that searches meanwhile would search by half the counts.
        """
        counts = self._frequencies = Frequencies(self.model.background)
        self._generation = await repository.find_generation(session)
        await self.follow(session)
        raw = await asyncio.to_thread(counts.dump)
        await repository.store_snapshot(session, last_id=counts.last_id, clues=counts.clues, counts=raw)
        return counts.clues

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
        with SECONDS.labels("retrieve").time():
            stored = await repository.retrieve(session, self.search_for(clue_id, prepared))
        with SECONDS.labels("score").time():
            return self.rank(prepared, stored)[:limit]

    def search_for(self, clue_id: UUID, prepared: Prepared) -> Search:
        """What is looked up in the index for a clue: the rarest of its keys, within the budgets."""
        counts = self._frequencies
        keys, weights = choose_keys(prepared.keys, counts, prepared.length)
        per_key = text_budget(prepared.length, counts.clues)
        most = _RETRIEVED_NAMED if prepared.is_named else _RETRIEVED_LONG if prepared.is_long else _RETRIEVED
        return Search(keys.tolist(), weights.tolist(), own=clue_id, per_key=per_key, most=most)

    def rank(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[ScoredCandidate]:
        """Score stored clues against a clue, best first; pure but for the counts."""
        return Scorer(self.model, self._frequencies, self._remembered).rank(prepared, stored)
