"""Measures of matching against known truth; definitions in the docstring of ``measure``."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from clue_service.matching.scoring import Band

SAME = 0.5


@dataclass(frozen=True)
class ScoredPair:
    """A clue and an earlier one with the engine's verdict."""

    clue: str
    earlier: str
    probability: float
    band: Band


@dataclass
class Truth:
    """Which clues report which matters, in order of arrival."""

    order: list[str] = field(default_factory=list)
    matters: dict[str, frozenset[str]] = field(default_factory=dict)
    mates: dict[str, frozenset[str]] = field(default_factory=dict)  # earlier clues of the same matter
    _members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, clue: str, matters: Iterable[str]) -> None:
        """The next clue."""
        known = frozenset(matters)
        self.order.append(clue)
        self.matters[clue] = known
        self.mates[clue] = frozenset(member for matter in known for member in self._members[matter])
        for matter in known:
            self._members[matter].append(clue)

    def same(self, one: str, other: str) -> bool:
        """Whether the two report one matter."""
        return not self.matters[one].isdisjoint(self.matters[other])


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, None where there is nothing to divide by."""
    return round(part / whole, 4) if whole else None


def measure(truth: Truth, pairs: Sequence[ScoredPair]) -> dict[str, Any]:
    """All measures.

    A pair is true if its clues share a matter. ``pair_*`` count pairs of probability ≥ .5; ``bcubed_f1`` is of the
    clusters these pairs make; ``intake_recall``: of clues with an earlier mate, those with a true pair ≥ .5;
    ``false_alarm``: of clues without one, those with any pair ≥ .5; ``likely_*`` count the band;
    ``review_pairs_per_clue`` counts the band review; ``retrieval_recall``: of true pairs, those scored at all.
    """
    true_pairs = sum(len(mates) for mates in truth.mates.values())
    positive = [pair for pair in pairs if pair.probability >= SAME]
    correct = [pair for pair in positive if truth.same(pair.clue, pair.earlier)]
    likely = [pair for pair in pairs if pair.band is Band.LIKELY]
    likely_correct = sum(truth.same(pair.clue, pair.earlier) for pair in likely)
    with_mate = {clue for clue, mates in truth.mates.items() if mates}
    without = set(truth.order) - with_mate
    precision, recall = ratio(len(correct), len(positive)), ratio(len(correct), true_pairs)
    return {
        "true_pairs": true_pairs,
        "pair_precision": precision,
        "pair_recall": recall,
        "pair_f1": _f1(precision, recall),
        "bcubed_f1": bcubed_f1(truth, positive),
        "intake_recall": ratio(len({pair.clue for pair in correct} & with_mate), len(with_mate)),
        "false_alarm": ratio(len({pair.clue for pair in positive} & without), len(without)),
        "likely_precision": ratio(likely_correct, len(likely)),
        "likely_recall": ratio(likely_correct, true_pairs),
        "review_pairs_per_clue": ratio(sum(pair.band is Band.REVIEW for pair in pairs), len(truth.order)),
        "retrieval_recall": ratio(sum(truth.same(pair.clue, pair.earlier) for pair in pairs), true_pairs),
    }


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0


def bcubed_f1(truth: Truth, positive: Sequence[ScoredPair]) -> float | None:
    """B³ of clusters grown in order of arrival: a clue joins the cluster its pairs speak for most strongly on average.

    A mixed letter belongs to several matters; sharing any counts as being together.
    """
    cluster_of = grow_clusters(truth.order, positive)
    members: dict[int, list[str]] = defaultdict(list)
    for clue, cluster in cluster_of.items():
        members[cluster].append(clue)
    by_matter: dict[str, set[str]] = defaultdict(set)
    for clue, matters in truth.matters.items():
        for matter in matters:
            by_matter[matter].add(clue)
    precision = recall = 0.0
    for clue in truth.order:
        together = members[cluster_of[clue]]
        mates = set().union(*(by_matter[matter] for matter in truth.matters[clue])) or {clue}
        shared = len(mates.intersection(together))
        precision += shared / len(together)
        recall += shared / len(mates)
    size = len(truth.order)
    return _f1(precision / size, recall / size) if size else None


def grow_clusters(order: Sequence[str], positive: Sequence[ScoredPair]) -> dict[str, int]:
    """Clue → cluster. The mean over a cluster's members decides, so that one wrong pair does not chain two matters."""
    edges: dict[str, list[ScoredPair]] = defaultdict(list)
    for pair in positive:
        edges[pair.clue].append(pair)
    cluster_of: dict[str, int] = {}
    sizes: Counter[int] = Counter()
    for number, clue in enumerate(order):
        support: dict[int, float] = defaultdict(float)
        for pair in edges[clue]:
            support[cluster_of[pair.earlier]] += pair.probability
        chosen = max(support, key=lambda one: (support[one] / sizes[one], support[one]), default=number)
        if support and support[chosen] / sizes[chosen] < SAME / 2:
            chosen = number
        cluster_of[clue] = chosen
        sizes[chosen] += 1
    return cluster_of


def latency(seconds: Sequence[float], share: float) -> float | None:
    """The quantile of durations in milliseconds."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)
