"""How well earlier letters of one matter are put in front, on a folder of real letters that is no part of the project.

The folder holds ``petitions.jsonl`` (bodies of ``POST /v1/clues`` with ``id``) and ``labels.json`` (id → matter). Only
the figures leave it.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded import EmbeddedPostgres
from clue_service.matching.cli import matching_database
from clue_service.matching.clue_files import read_clues
from clue_service.matching.evaluation import RANKED, replay
from clue_service.matching.service import Matcher


@dataclass(frozen=True)
class Ordered:
    """Means over the labelled letters that have earlier mates."""

    letters: int
    asked: int
    recall: float
    """Of the earlier mates those among the first fifty."""
    precision: float
    """Average precision."""


async def order_letters(server: EmbeddedPostgres, folder: Path, advance: Callable[[], None]) -> Ordered:
    """Take in all letters in the order of the file, and see where the earlier mates of the labelled ones are put."""
    letters = read_clues(folder / "petitions.jsonl")
    labels: dict[str, str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    earlier: dict[str, set[str]] = defaultdict(set)
    recalls, precisions = [], []
    async with matching_database(server.create_service_database("letters").owner) as database:
        async for outcome in replay(letters, Matcher(), database.sessions):
            advance()
            matter = labels.get(outcome.clue)
            if matter is None:
                continue
            if mates := earlier[matter]:
                ranked = [name for name, _ in outcome.candidates[:RANKED]]
                recalls.append(len(mates.intersection(ranked)) / len(mates))
                precisions.append(average_precision(ranked, mates))
            earlier[matter].add(outcome.clue)
    asked = max(len(recalls), 1)
    return Ordered(len(letters), len(recalls), sum(recalls) / asked, sum(precisions) / asked)


def average_precision(ranked: list[str], mates: set[str]) -> float:
    """The mean, over the mates, of the precision down to the place of each; 0 for one that is not there."""
    found, total = 0, 0.0
    for place, name in enumerate(ranked, 1):
        if name in mates:
            found += 1
            total += found / place
    return total / len(mates)
