"""Scores stored clues against one: text first, for all of them; then field by field, for the closest."""

import math
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from clue_service.matching.compare import Combination, Levels, TextLikeness, compare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.mates import ALONE, ASKED_FOR, ASKED_OF, is_doubtful, mates_level
from clue_service.matching.prepared import FEATURES_VERSION, Prepared, load_grams, load_texts, text_bytes
from clue_service.matching.ranking import QueryVector, Values
from clue_service.matching.relations import Relation, propose_relation
from clue_service.matching.remembered import Remembered, Row
from clue_service.matching.repository import StoredClue
from clue_service.matching.scoring import Band, MatchModel, Reason
from clue_service.matching.together import ask_one_another

# How many are compared field by field. A form that names somebody needs few, because keys of person and place put its
# mates in front; a long letter that names nobody needs many, some of them for the closeness of their texts alone.
_COMPARED_NAMED, _COMPARED, _COMPARED_LONG = 50, 56, 56
_BY_TEXT_ALONE, _BY_TEXT_ALONE_LONG = 40, 50
_TEXT_BESIDE_KEYS = 4.0  # worth of a cosine of texts beside the logarithm of what the shared keys weigh
# Below so much by keys and texts together nobody but the first is compared, however few there are. Half of all rows lie
# there, and of the mates of forms that name somebody 3 of 942 (a million clues) and 5 of 952 (ten thousand); of others
# 2 and 0 of 328.
_LEAST_NAMED, _LEAST = 0.7, 0.4
# A cosine of texts that is enough by itself where nobody is named: when many tell of one matter, its keys are no longer
# rare, and the floor would hide the mates.
_ENOUGH_ALIKE = 0.06
# The first are compared whatever they are worth: in a young database little is rare, and where many tell of one matter
# at once neither. Copies of one letter count as one, so that they do not hide the matter's other wordings.
_ALWAYS = 12
_NONE = Band.NONE
_CONTENT = 0.3  # worth of the accounts' closeness beside the whole texts', for the order


class ScoredCandidate(NamedTuple):
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


class _First(NamedTuple):
    """A row scored by itself; ``content`` is the closeness (a cosine) of the two closest accounts of the facts."""

    row: Row
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
        first = self._first(prepared, rows)
        first.sort(key=lambda one: (-one.log_odds, one.row.stored.id))
        scored = [self._finish(prepared, one, mates) for one, mates in zip(first, self._mates(first), strict=True)]
        return sorted(scored, key=lambda one: (-one.rank, one.clue_id))

    def _closest(self, prepared: Prepared, stored: Sequence[StoredClue]) -> list[Row]:
        read = [(one, text) for one in stored if (text := text_bytes(one.grams)) is not None]
        if not read:
            return []
        packed, sizes = load_texts([text for _, text in read])
        texts = QueryVector.of_text(prepared.grams, self._frequencies).compare_texts(packed, sizes)
        rarest = math.log(self._frequencies.clues + 1.0) ** 2 or 1.0
        chosen = _choose(prepared, np.array([one.score for one, _ in read], np.float32) / np.float32(rarest), texts)
        rows = [
            self._row(read[number][0], closest) for number, closest in zip(chosen, texts[chosen].tolist(), strict=True)
        ]
        return [row for row in rows if row is not None]

    def _row(self, stored: StoredClue, closest: float) -> Row | None:
        features, grams = self._remembered.features(stored), load_grams(stored.grams)
        if features is None or grams is None or not features.parts:
            return None
        return Row(stored, grams[0], grams[1], features, closest)

    def _first(self, prepared: Prepared, rows: Sequence[Row]) -> list[_First]:
        """Every row compared with the clue by itself."""
        places = [(n, m) for n, row in enumerate(rows) for m in range(len(row.contents))]
        likeness: list[dict[tuple[int, int], TextLikeness]] = [{} for _ in rows]
        others = [rows[n].contents[m] for n, m in places]
        for k, part in enumerate(prepared.parts):
            cosines, rare = QueryVector(part.content, self._frequencies).compare(others)
            for (n, m), cosine, shared in zip(places, cosines.tolist(), rare.tolist(), strict=True):
                likeness[n][k, m] = TextLikeness(rows[n].closest, cosine, shared)
        return [self._compare(prepared, row, alike) for row, alike in zip(rows, likeness, strict=True)]

    def _compare(self, prepared: Prepared, row: Row, likeness: dict[tuple[int, int], TextLikeness]) -> _First:
        closest = max([pair.content for pair in likeness.values()], default=0.0)
        log_odds, combination, levels = self._model.best(compare(prepared, row.features, likeness))
        return _First(row, closest, log_odds, combination, levels, self._model.first_probability(log_odds))

    def _mates(self, first: Sequence[_First]) -> list[str]:
        """For each candidate the level of what the best others say of it."""
        asked = first[:ASKED_OF]
        levels = [ALONE] * len(first)
        doubtful = [place for place, one in enumerate(first) if is_doubtful(one.probability)][:ASKED_FOR]
        if len(asked) < 2 or not doubtful:
            return levels
        rows, others = [first[place].row for place in doubtful], [one.row for one in asked]
        probabilities = [one.probability for one in asked]
        together = ask_one_another(rows, others, self._model, self._frequencies, self._remembered)
        for place, own in zip(doubtful, together, strict=True):
            levels[place] = mates_level(own, probabilities)
        return levels

    def _finish(self, prepared: Prepared, first: _First, mates: str) -> ScoredCandidate:
        levels, combination, other = first.levels | {"mates": mates}, first.combination, first.row.features
        log_odds = first.log_odds + self._model.worth_of_mates(levels)
        probability = self._model.probability(log_odds, levels)
        band = self._model.band(probability, levels)
        return ScoredCandidate(
            clue_id=first.row.stored.clue_id,
            probability=probability,
            band=band,
            relation=propose_relation(prepared, other, combination, levels, probability),
            reasons=tuple(self._model.reasons(levels)) if band is not _NONE else (),
            rank=log_odds + _closeness_worth(prepared, other) * (first.row.closest + _CONTENT * first.content),
            levels=levels,
            parts=(_part(prepared, combination.part), _part(other, combination.other_part)),
        )


def _choose(prepared: Prepared, by_keys: Values, by_text: Values) -> list[int]:
    """The places of those to compare field by field: the first by keys and texts together, some by texts alone.

    ``by_keys`` is what the shared keys weigh, where a key that one clue has weighs 1; 0 for a clue that no search found
    but somebody asked for.
    """
    both = np.log(np.maximum(by_keys, 0.01)) + _TEXT_BESIDE_KEYS * by_text
    together = np.argsort(-both, kind="stable")
    least = np.where(by_keys > 0, _LEAST_NAMED if prepared.is_named else _LEAST, -np.inf)
    if prepared.is_named:
        return _at_least(together, both >= least, both)[:_COMPARED_NAMED]
    by_closeness = np.argsort(-by_text, kind="stable").tolist()
    if prepared.is_long:
        return list(dict.fromkeys([*by_closeness[:_BY_TEXT_ALONE_LONG], *together.tolist()]))[:_COMPARED_LONG]
    found = list(dict.fromkeys([*by_closeness[:_BY_TEXT_ALONE], *together.tolist()]))[:_COMPARED]
    return _at_least(np.array(found, np.intp), (both >= least) | (by_text >= _ENOUGH_ALIKE), both)


def _at_least(places: npt.NDArray[np.intp], is_enough: npt.NDArray[np.bool_], worth: Values) -> list[int]:
    is_other = np.diff(worth[places], prepend=np.inf) != 0
    kept: list[int] = places[is_enough[places] | (np.cumsum(is_other) <= _ALWAYS)].tolist()
    return kept


def _closeness_worth(one: Prepared, other: Prepared) -> float:
    """What the cosine of the whole texts is worth for the order, in log-odds: little beside names, and everything for
    letters whose forms name nobody, where names read from the text are by the way. Measured on letters of residents:
    there the texts alone order best, and what their accounts of the facts share still tells equal ones apart.
    """
    if one.is_named or other.is_named:
        return 4.0
    return 4.0 + 400.0 * min(max((min(one.length, other.length) - 20) / 40, 0.0), 1.0)


def _part(letter: Prepared, number: int) -> str | None:
    """A matter of a mixed letter, by its place. Another version may cut a letter elsewhere, so the version is named."""
    return f"{FEATURES_VERSION}:{number}" if len(letter.parts) > 1 else None
