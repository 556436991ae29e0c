"""Candidates compared with one another, all that are not known yet at once: what ``mates`` weighs."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from clue_service.matching.compare import TextLikeness, compare
from clue_service.matching.frequency import Frequencies
from clue_service.matching.prepared import Hashes
from clue_service.matching.ranking import compare_contents, compare_texts
from clue_service.matching.remembered import Pair, Remembered, Row, pair_of
from clue_service.matching.scoring import MatchModel

Likeness = dict[tuple[int, int], TextLikeness]


def ask_one_another(
    rows: Sequence[Row], others: Sequence[Row], model: MatchModel, frequencies: Frequencies, remembered: Remembered
) -> list[list[float]]:
    """For each row, with each of the others, the probability that the two report one matter; 0 with itself."""
    numbers = [other.stored.id for other in others]
    pairs = [[pair_of(one.stored.id, number) for number in numbers] for one in rows]
    unknown: dict[Pair, tuple[Row, Row]] = {}
    for one, own_pairs in zip(rows, pairs, strict=True):
        for other, pair in zip(others, own_pairs, strict=True):
            if pair not in remembered.together and pair not in unknown and pair[0] != pair[1]:
                unknown[pair] = one, other
    if unknown:
        for one, other, alike in _likeness(list(unknown.values()), frequencies):
            log_odds, _, _ = model.best(compare(one.features, other.features, alike))
            remembered.put_together(pair_of(one.stored.id, other.stored.id), model.first_probability(log_odds))
    return [[remembered.together.get(pair, 0.0) for pair in own_pairs] for own_pairs in pairs]


def _likeness(pairs: Sequence[tuple[Row, Row]], frequencies: Frequencies) -> Iterable[tuple[Row, Row, Likeness]]:
    """How close the texts of each pair are, and the accounts of the facts in their parts."""
    ones = {one.stored.id: one for one, _ in pairs}
    others = {other.stored.id: other for _, other in pairs}
    texts = compare_texts(_texts(ones), _texts(others), frequencies)
    contents, rare = compare_contents(_contents(ones), _contents(others), frequencies)
    cosines, shared, wholes = contents.tolist(), rare.tolist(), texts.tolist()
    of_one, of_other = _starts(ones), _starts(others)
    for one, other in pairs:
        row, first_row = of_one[one.stored.id]
        column, first_column = of_other[other.stored.id]
        yield one, other, {
            (k, m): TextLikeness(
                wholes[row][column], cosines[first_row + k][first_column + m], shared[first_row + k][first_column + m]
            )
            for k in range(len(one.contents))
            for m in range(len(other.contents))
        }  # fmt: skip


def _texts(rows: dict[int, Row]) -> list[Hashes]:
    return [row.text for row in rows.values()]


def _contents(rows: dict[int, Row]) -> list[Hashes]:
    return [content for row in rows.values() for content in row.contents]


def _starts(rows: dict[int, Row]) -> dict[int, tuple[int, int]]:
    """Of each row its place among the texts and the place of its first part among all parts."""
    firsts = accumulate((len(row.contents) for row in rows.values()), initial=0)
    return {key: (place, first) for place, (key, first) in enumerate(zip(rows, firsts, strict=False))}
