"""Scores stored clues against one: text first, for all of them; then field by field, for the closest."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from clue_service.matching.compare import Levels, TextLikeness, compare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.prepared import FEATURES_VERSION, Hashes, Prepared, load_features, load_grams
from clue_service.matching.ranking import QueryVector, Values
from clue_service.matching.relations import Relation, propose_relation
from clue_service.matching.repository import StoredClue
from clue_service.matching.scoring import Band, MatchModel, Reason

_COMPARED_BY_TEXT = 40
_COMPARED = 80  # these and the best by keys
_REMEMBERED = 20_000  # features read, some 3 kB each


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
    parts: tuple[str | None, str | None] = (None, None)
    """Which matter of the clue met which of the other; None for a letter that tells one."""


class RememberedFeatures:
    """The features read last. A row never changes: a clue indexed anew gets another id."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, UUID], Prepared] = OrderedDict()

    def of(self, stored: StoredClue) -> Prepared | None:
        """The features of a stored clue, None when another version wrote them."""
        key = (stored.id, stored.clue_id)
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
            return found
        found = load_features(stored.features)
        if found is not None:
            self._known[key] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


class Scorer:
    """Scores with one model and the counts as they are."""

    def __init__(self, model: MatchModel, frequencies: Frequencies, features: RememberedFeatures) -> None:
        self._model = model
        self._frequencies = frequencies
        self._features = features

    def rank(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[ScoredCandidate]:
        """Score stored clues against a clue, best first. Rows that another version wrote are left out."""
        read = [(one, *grams) for one in stored if (grams := load_grams(one.grams)) is not None]
        if not read or not prepared.parts:
            return []
        texts = QueryVector.of_text(prepared.grams, self._frequencies).compare_texts([text for _, text, _ in read])
        by_text = np.argsort(-texts, kind="stable")[:_COMPARED_BY_TEXT].tolist()
        chosen = list(dict.fromkeys([*by_text, *range(len(read))]))[:_COMPARED]
        likeness = self._likeness(prepared, texts[chosen], [read[number][2] for number in chosen])
        scored = [self._score(prepared, read[n][0], alike) for n, alike in zip(chosen, likeness, strict=True)]
        return sorted((one for one in scored if one is not None), key=lambda one: (-one.rank, str(one.clue_id)))

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
    ) -> ScoredCandidate | None:
        other = self._features.of(stored)
        if other is None or not likeness:
            return None
        log_odds, combination, levels = self._model.best(compare(prepared, other, likeness))
        probability = self._model.probability(log_odds)
        closest = likeness[combination.part, combination.other_part].text
        band = self._model.band(probability, levels)
        return ScoredCandidate(
            clue_id=stored.clue_id,
            probability=probability,
            band=band,
            relation=propose_relation(prepared, other, combination, levels, probability),
            reasons=tuple(self._model.reasons(levels)) if band is not Band.NONE else (),
            rank=log_odds + 4 * closest,
            levels=levels,
            parts=(_part(prepared, combination.part), _part(other, combination.other_part)),
        )


def _part(letter: Prepared, number: int) -> str | None:
    """A matter of a mixed letter, by its place. Another version may cut a letter elsewhere, so the version is named."""
    return f"{FEATURES_VERSION}:{number}" if len(letter.parts) > 1 else None
