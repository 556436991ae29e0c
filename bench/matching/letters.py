"""How well earlier letters of one matter are put in front, on a folder of real letters that is no part of the project.

The folder holds ``petitions.jsonl`` (bodies of ``POST /v1/clues`` with ``id``) and ``labels.json`` (id → matter). It
may hold ``labels-BY.json``, more letters labelled in some other way, of other matters; and ``doubted.json``: ids of
letters that by somebody's reading do not report the matter they are labelled with in ``labels.json``. Figures are taken
for each set of labels. Only the figures leave the folder.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from chassis.embedded import EmbeddedPostgres
from clue_service.matching.cli import matching_database
from clue_service.matching.clue_files import Body, read_clues
from clue_service.matching.evaluation import RANKED, replay
from clue_service.matching.service import Matcher


@dataclass(frozen=True)
class Order:
    """Means over the labelled letters that have earlier mates."""

    asked: int
    recall: float
    """Of the earlier mates those among the first fifty."""
    precision: float
    """Average precision."""
    peer_recall: float
    peer_precision: float
    """The same of an exact scan of all earlier letters by TF-IDF, in this run."""


Labels = Mapping[str, str]
"""Id of a letter → the matter it reports."""


@dataclass(frozen=True)
class Ordered:
    """How a folder's letters were ordered."""

    letters: int
    by_labels: Mapping[str, Order]
    """By what a set of labels is called: the first has all of ``labels.json``."""
    doubted: str | None = None
    """What the set without doubted labels is called; None where the folder names none."""


async def order_letters(server: EmbeddedPostgres, folder: Path, advance: Callable[[], None]) -> Ordered:
    """Take in all letters in the order of the file, and see where the earlier mates of the labelled ones are put."""
    letters = read_clues(folder / "petitions.jsonl")
    sets, doubted = _sets(folder)
    ranked: dict[str, list[str]] = {}
    async with matching_database(server.create_service_database("letters").owner) as database:
        async for outcome in replay(letters, Matcher(), database.sessions):
            advance()
            ranked[outcome.clue] = [name for name, _ in outcome.candidates[:RANKED]]
    names, peer = [str(letter["id"]) for letter in letters], _by_tf_idf(letters, set().union(*sets.values()))
    orders = {title: _order(names, labels, ranked, peer) for title, labels in sets.items()}
    return Ordered(len(letters), orders, doubted)


def _sets(folder: Path) -> tuple[dict[str, Labels], str | None]:
    """The sets of labels by what they are called, and which of them is without the doubted ones."""
    first = _labels(folder / "labels.json")
    sets, without = {f"{len(set(first.values()))} matters": first}, None
    if (path := folder / "doubted.json").exists():
        doubted = frozenset(json.loads(path.read_text(encoding="utf-8")))
        without = f"without {len(doubted)} doubted labels"
        sets[without] = {name: matter for name, matter in first.items() if name not in doubted}
    for path in sorted(folder.glob("labels-*.json")):
        labels = _labels(path)
        by = path.stem.removeprefix("labels-").replace("-", " ")
        sets[f"{len(set(labels.values()))} other matters, labelled {by}"] = labels
    return sets, without


def _labels(path: Path) -> Labels:
    labels: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return labels


def _order(
    names: Sequence[str], labels: Labels, ranked: Mapping[str, list[str]], peer: Mapping[str, list[str]]
) -> Order:
    asked, recall, precision = _means(names, labels, ranked)
    _, peer_recall, peer_precision = _means(names, labels, peer)
    return Order(asked, recall, precision, peer_recall, peer_precision)


def _by_tf_idf(letters: Sequence[Body], labelled: AbstractSet[str]) -> dict[str, list[str]]:
    """Of each labelled letter the earlier ones that are closest, at most as many as the engine answers with."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    names = [str(letter["id"]) for letter in letters]
    texts = [" ".join(one.get("text") or "" for one in letter["allegations"]) for letter in letters]
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts).tocsr()
    found = {}
    for number, name in enumerate(names):
        if name in labelled:
            cosines = (matrix[:number] @ matrix[number].T).toarray().ravel()
            found[name] = [names[one] for one in np.argsort(-cosines, kind="stable")[:RANKED]]
    return found


def _means(names: Sequence[str], labels: Labels, ranked: Mapping[str, list[str]]) -> tuple[int, float, float]:
    """How many labelled letters have earlier mates, and their mean recall and average precision."""
    earlier: dict[str, set[str]] = defaultdict(set)
    recalls, precisions = [], []
    for name in names:
        matter = labels.get(name)
        if matter is None:
            continue
        if mates := earlier[matter]:
            recalls.append(len(mates.intersection(ranked[name])) / len(mates))
            precisions.append(average_precision(ranked[name], mates))
        earlier[matter].add(name)
    asked = max(len(recalls), 1)
    return len(recalls), sum(recalls) / asked, sum(precisions) / asked


def average_precision(ranked: list[str], mates: set[str]) -> float:
    """The mean, over the mates, of the precision down to the place of each; 0 for one that is not there."""
    found, total = 0, 0.0
    for place, name in enumerate(ranked, 1):
        if name in mates:
            found += 1
            total += found / place
    return total / len(mates)
