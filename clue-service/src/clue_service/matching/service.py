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
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from clue_service.matching import repository
from clue_service.matching.compare import Levels, TextLikeness, compare
from clue_service.matching.domain import NO_DIRECTORY, prepare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.prepared import (
    ClueText,
    Hashes,
    Prepared,
    dump_features,
    dump_grams,
    load_features,
    load_grams,
)
from clue_service.matching.ranking import QueryVector, Values, choose_keys, text_budget, unpack
from clue_service.matching.relations import Relation, propose_relation
from clue_service.matching.repository import Session, StoredClue
from clue_service.matching.scoring import Band, MatchModel, Reason, packaged_model
from clue_service.matching.units import UnitDirectory

_RETRIEVED = 300
_COMPARED_BY_TEXT = 40
_COMPARED = 80  # these and the best by keys
_FOLLOW_AT_ONCE = 5_000


@dataclass(frozen=True)
class ScoredCandidate:
    """An earlier or simultaneous clue that may report the same matter. ``probability`` is calibrated (0–1)."""

    clue_id: UUID
    probability: float
    band: Band
    relation: Relation
    reasons: tuple[Reason, ...]
    rank: float
    levels: Levels


class Matcher:
    """One per process. Holds the model, the unit directory's aliases and the frequency counts (about 20 MB)."""

    def __init__(self, model: MatchModel | None = None, directory: UnitDirectory = NO_DIRECTORY) -> None:
        self.model = model or packaged_model()
        self.directory = directory
        self._frequencies = Frequencies(self.model.background)
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
                    self._frequencies.add(np.array(keys, np.int32), unpack(load_grams(grams)[0])[0])
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
        if not stored or not prepared.parts:
            return []
        grams = [load_grams(one.grams) for one in stored]
        texts = QueryVector.of_text(prepared.grams, self._frequencies).compare_texts([text for text, _ in grams])
        by_text = np.argsort(-texts, kind="stable")[:_COMPARED_BY_TEXT].tolist()
        chosen = list(dict.fromkeys([*by_text, *range(len(stored))]))[:_COMPARED]
        likeness = self._likeness(prepared, texts[chosen], [grams[number][1] for number in chosen])
        scored = [self._score(prepared, stored[n], alike) for n, alike in zip(chosen, likeness, strict=True) if alike]
        return sorted(scored, key=lambda one: (-one.rank, str(one.clue_id)))

    def _likeness(
        self, prepared: Prepared, texts: Values, contents: list[list[Hashes]]
    ) -> list[dict[tuple[int, int], TextLikeness]]:
        places = [(n, m) for n, parts in enumerate(contents) for m in range(len(parts))]
        found: list[dict[tuple[int, int], TextLikeness]] = [{} for _ in contents]
        for k, part in enumerate(prepared.parts):
            cosines, rare = QueryVector(part.content, self._frequencies).compare([contents[n][m] for n, m in places])
            for place, (n, m) in enumerate(places):
                found[n][k, m] = TextLikeness(float(texts[n]), float(cosines[place]), float(rare[place]))
        return found

    def _score(
        self, prepared: Prepared, stored: StoredClue, likeness: dict[tuple[int, int], TextLikeness]
    ) -> ScoredCandidate:
        other = load_features(stored.features)
        log_odds, combination, levels = self.model.best(compare(prepared, other, likeness))
        probability = self.model.probability(log_odds)
        closest = likeness[combination.part, combination.other_part].text
        band = self.model.band(probability, levels)
        return ScoredCandidate(
            clue_id=stored.clue_id,
            probability=probability,
            band=band,
            relation=propose_relation(prepared, other, combination, levels, probability),
            reasons=tuple(self.model.reasons(levels)) if band is not Band.NONE else (),
            rank=log_odds + 4 * closest,
            levels=levels,
        )
