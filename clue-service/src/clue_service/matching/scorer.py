"""Scores stored clues against one: text first, for all of them; then field by field, for the closest."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from clue_service.matching.compare import Combination, Levels, TextLikeness, compare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.mates import ALONE, ASKED_FOR, ASKED_OF, is_doubtful, mates_level
from clue_service.matching.prepared import FEATURES_VERSION, Hashes, Prepared, load_features, load_grams
from clue_service.matching.ranking import QueryVector
from clue_service.matching.relations import Relation, propose_relation
from clue_service.matching.repository import StoredClue
from clue_service.matching.scoring import Band, MatchModel, Reason

# How many are compared field by field, and how many of them at least for the closeness of their texts. Where the form
# names somebody, the order of the keys is the better one.
_COMPARED, _COMPARED_BY_TEXT = 80, 40
_COMPARED_NAMED, _COMPARED_NAMED_BY_TEXT = 56, 8
_CONTENT = 0.3  # worth of the accounts' closeness beside the whole texts', for the order
_REMEMBERED = 4_000  # features read, some 10 kB each as objects; more would cost the collector of garbage pauses


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


class Remembered:
    """The features read last, and which stored clues go together. A row never changes: indexed anew it has a new id."""

    def __init__(self) -> None:
        self._features: OrderedDict[tuple[int, UUID], Prepared] = OrderedDict()
        self._together: OrderedDict[tuple[int, int], float] = OrderedDict()

    def features(self, stored: StoredClue) -> Prepared | None:
        """The features of a stored clue, None when another version wrote them."""
        key = (stored.id, stored.clue_id)
        found = self._features.get(key)
        if found is not None:
            self._features.move_to_end(key)
            return found
        found = load_features(stored.features)
        if found is not None:
            self._features[key] = found
            if len(self._features) > _REMEMBERED:
                self._features.popitem(last=False)
        return found

    def together(self, one: StoredClue, other: StoredClue) -> float | None:
        """The probability that two stored clues report one matter, None when it was not asked lately."""
        return self._together.get((min(one.id, other.id), max(one.id, other.id)))

    def put_together(self, one: StoredClue, other: StoredClue, probability: float) -> None:
        """Remember it."""
        self._together[min(one.id, other.id), max(one.id, other.id)] = probability
        if len(self._together) > 25 * _REMEMBERED:
            self._together.popitem(last=False)


@dataclass(frozen=True)
class _Row:
    """A stored clue as read, with its text's closeness to the clue (a cosine)."""

    stored: StoredClue
    text: Hashes
    contents: list[Hashes]
    features: Prepared
    closest: float


@dataclass(frozen=True)
class _First:
    """A row scored by itself; ``content`` is the closeness (a cosine) of the two closest accounts of the facts."""

    row: _Row
    content: float
    log_odds: float
    combination: Combination
    levels: Levels
    probability: float


class Scorer:
    """Scores with one model and the counts as they are."""

    def __init__(self, model: MatchModel, frequencies: Frequencies, remembered: Remembered) -> None:
        self._model = model
        self._frequencies = frequencies
        self._remembered = remembered

    def rank(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[ScoredCandidate]:
        """Score stored clues against a clue, best first. Rows that another version wrote are left out."""
        rows = self._closest(prepared, stored) if prepared.parts else []
        first = self._first(prepared, [part.content for part in prepared.parts], rows, [row.closest for row in rows])
        first.sort(key=lambda one: (-one.log_odds, one.row.stored.id))
        scored = [self._finish(prepared, one, mates) for one, mates in zip(first, self._mates(first), strict=True)]
        return sorted(scored, key=lambda one: (-one.rank, str(one.clue_id)))

    def _closest(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[_Row]:
        read = [(one, *grams) for one in stored if (grams := load_grams(one.grams)) is not None]
        if not read:
            return []
        texts = QueryVector.of_text(prepared.grams, self._frequencies).compare_texts([text for _, text, _ in read])
        most, least = _COMPARED, _COMPARED_BY_TEXT
        if prepared.is_named:
            most, least = _COMPARED_NAMED, _COMPARED_NAMED_BY_TEXT
        by_text = np.argsort(-texts, kind="stable")[:least].tolist()
        chosen = list(dict.fromkeys([*by_text, *range(len(read))]))[:most]
        return [
            _Row(read[number][0], read[number][1], read[number][2], features, float(texts[number]))
            for number in chosen
            if (features := self._remembered.features(read[number][0])) is not None and features.parts
        ]

    def _first(
        self, prepared: Prepared, contents: list[Hashes], rows: Sequence[_Row], texts: Sequence[float]
    ) -> list[_First]:
        """Every row compared with a clue by itself; ``contents`` are of the clue's parts, ``texts`` whole cosines."""
        places = [(n, m) for n, row in enumerate(rows) for m in range(len(row.contents))]
        likeness: list[dict[tuple[int, int], TextLikeness]] = [{} for _ in rows]
        others = [rows[n].contents[m] for n, m in places]
        for k, content in enumerate(contents):
            cosines, rare = QueryVector(content, self._frequencies).compare(others)
            for place, (n, m) in enumerate(places):
                likeness[n][k, m] = TextLikeness(texts[n], float(cosines[place]), float(rare[place]))
        found: list[_First] = []
        for row, alike in zip(rows, likeness, strict=True):
            log_odds, combination, levels = self._model.best(compare(prepared, row.features, alike))
            closest = max((pair.content for pair in alike.values()), default=0.0)
            found.append(_First(row, closest, log_odds, combination, levels, self._model.first_probability(log_odds)))
        return found

    def _mates(self, first: Sequence[_First]) -> list[str]:
        """For each candidate the level of what the best others say of it."""
        asked = first[:ASKED_OF]
        levels = [ALONE] * len(first)
        doubtful = [place for place, one in enumerate(first) if is_doubtful(one.probability)][:ASKED_FOR]
        for place in doubtful if len(asked) > 1 else ():
            others = [one for one in asked if one is not first[place]]
            together = self._together(first[place].row, [one.row for one in others])
            levels[place] = mates_level(together, [one.probability for one in others])
        return levels

    def _together(self, row: _Row, others: Sequence[_Row]) -> list[float]:
        unknown = [one for one in others if self._remembered.together(row.stored, one.stored) is None]
        if unknown:
            texts = QueryVector.of_text(row.text, self._frequencies).compare_texts([one.text for one in unknown])
            for found in self._first(row.features, row.contents, unknown, texts.tolist()):
                self._remembered.put_together(row.stored, found.row.stored, found.probability)
        return [self._remembered.together(row.stored, one.stored) or 0.0 for one in others]

    def _finish(self, prepared: Prepared, first: _First, mates: str) -> ScoredCandidate:
        levels, combination, other = first.levels | {"mates": mates}, first.combination, first.row.features
        log_odds = first.log_odds + self._model.worth_of_mates(levels)
        probability = self._model.probability(log_odds)
        band = self._model.band(probability, levels)
        return ScoredCandidate(
            clue_id=first.row.stored.clue_id,
            probability=probability,
            band=band,
            relation=propose_relation(prepared, other, combination, levels, probability),
            reasons=tuple(self._model.reasons(levels)) if band is not Band.NONE else (),
            rank=log_odds + _closeness_worth(prepared, other) * (first.row.closest + _CONTENT * first.content),
            levels=levels,
            parts=(_part(prepared, combination.part), _part(other, combination.other_part)),
        )


def _closeness_worth(one: Prepared, other: Prepared) -> float:
    """What the cosine of the whole texts is worth for the order, in log-odds: little beside names, and everything for
    letters whose forms name nobody, where names read from the text are by the way. Measured on letters of residents:
    there the texts alone order best, and what their accounts of the facts share still tells equal ones apart.
    """
    if one.is_named or other.is_named:
        return 4.0
    return 4.0 + 400.0 * min(max((min(one.length, other.length) - 40) / 60, 0.0), 1.0)


def _part(letter: Prepared, number: int) -> str | None:
    """A matter of a mixed letter, by its place. Another version may cut a letter elsewhere, so the version is named."""
    return f"{FEATURES_VERSION}:{number}" if len(letter.parts) > 1 else None
