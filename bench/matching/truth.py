"""The clues of the comparison with what lies behind them: which pairs are the same matter, which only look alike."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from clue_service.corpus.generate import Body, Corpus, Matter
from clue_service.matching.metrics import ScoredPair, Truth, measure
from clue_service.matching.scoring import Band

Pair = tuple[int, int]
"""Numbers of two clues, the earlier one first."""

SLICES = ("same person, other matter", "same unit and kind, other person", "same name, other unit")


@dataclass
class RecordedCorpus(Corpus):
    """A corpus that remembers its matters."""

    known: dict[str, Matter] = field(default_factory=dict)

    def _matter(self, number: int, earlier: list[Matter]) -> Matter:
        matter = super()._matter(number, earlier)
        self.known[matter.id] = matter
        return matter


@dataclass(frozen=True)
class Clues:
    """Clues in the order of their arrival; ``alike`` are pairs of different matters, by what they share."""

    bodies: list[Body]
    same: set[Pair]
    alike: Mapping[str, set[Pair]]

    @classmethod
    def generate(cls, seed: int, wording: Any, count: int) -> "Clues":
        """So many clues in one of the two wordings."""
        corpus = RecordedCorpus(seed, wording)
        bodies = corpus.clues(count)
        members: dict[str, list[int]] = defaultdict(list)
        for number, body in enumerate(bodies):
            for matter in body["matter_ids"]:
                members[matter].append(number)
        same = {pair for clues in members.values() for pair in combinations(clues, 2)}
        alike = {name: set(_pairs_of(grouped, members)) - same for name, grouped in _alike(corpus, members).items()}
        return cls(bodies, same, alike)


def _alike(corpus: RecordedCorpus, members: Mapping[str, list[int]]) -> dict[str, list[list[str]]]:
    """For each slice the groups of matters any two of which may be taken for one another."""
    people: dict[Any, list[str]] = defaultdict(list)
    offices: dict[Any, list[str]] = defaultdict(list)
    names: dict[Any, list[str]] = defaultdict(list)
    for matter in members:
        official = corpus.known[matter].official
        if official is not None:
            people[official.name, official.place.names].append(matter)
            offices[official.place.names, corpus.known[matter].kind].append(matter)
            names[official.name].append(matter)
    of = {matter: corpus.known[matter].official for matter in members}
    return {
        SLICES[0]: list(people.values()),
        SLICES[1]: [list(pair) for group in offices.values() for pair in combinations(group, 2) if _differ(of, pair)],
        SLICES[2]: [list(pair) for group in names.values() for pair in combinations(group, 2) if _elsewhere(of, pair)],
    }


def _differ(of: Mapping[str, Any], pair: Sequence[str]) -> bool:
    return bool(of[pair[0]].name != of[pair[1]].name)


def _elsewhere(of: Mapping[str, Any], pair: Sequence[str]) -> bool:
    return bool(of[pair[0]].place != of[pair[1]].place)


def _pairs_of(groups: Sequence[Sequence[str]], members: Mapping[str, list[int]]) -> Iterator[Pair]:
    for group in groups:
        for one, other in combinations(group, 2):
            for a, b in product(members[one], members[other]):
                if a != b:
                    yield min(a, b), max(a, b)


def best_threshold(scores: Mapping[Pair, float], same: set[Pair]) -> float:
    """The score above which pairs are called the same with the best F1."""
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    best, threshold, correct = -1.0, 1.0, 0
    for place, (pair, score) in enumerate(ordered, 1):
        correct += pair in same
        f1 = 2 * correct / (place + len(same))
        is_last_of_score = place == len(ordered) or ordered[place][1] < score
        if f1 > best and is_last_of_score:
            best, threshold = f1, score
    return threshold


def measure_method(clues: Clues, scores: Mapping[Pair, float], threshold: float) -> dict[str, Any]:
    """Measures of a method that calls pairs of at least this score the same; shares of look-alikes called the same."""
    truth = Truth()
    for number, body in enumerate(clues.bodies):
        truth.add(str(number), body["matter_ids"])
    called = {pair for pair, score in scores.items() if score >= threshold}
    found = measure(truth, [ScoredPair(str(b), str(a), 1.0, Band.LIKELY) for a, b in called])
    found["errors"] = len(called ^ clues.same)
    for name, pairs in clues.alike.items():
        found[name] = len(called & pairs) / len(pairs) if pairs else None
    return found
