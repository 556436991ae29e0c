"""Rules of the entry dossier: what it holds, how it is hashed, who sees which part, what two of them differ in."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chassis.identity import CLEARANCES, Principal
from chassis.moves import Move, MoveTable

FORMAT = "heli-dossier/1"
SECTIONS = ("rounds", "findings", "rectifications", "reports", "clues", "advice")
Item = Mapping[str, Any]


class DossierState(StrEnum):
    COMPILING = "compiling"
    FROZEN = "frozen"
    FAILED = "failed"


S = DossierState

MOVES = MoveTable(
    [
        Move("freeze", frozenset({S.COMPILING}), S.FROZEN, event="inspection.dossier.frozen.v1"),
        Move("fail", frozenset({S.COMPILING}), S.FAILED),
    ]
)
"""What the worker does with a dossier; nobody changes one that is frozen."""


def canonical(document: Mapping[str, Any]) -> str:
    """The one way of writing a document: keys sorted, no blanks, Chinese as it is."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """SHA-256 of the canonical text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def compile_document(facts: Mapping[str, Any], items: Iterable[Item], counts: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a dossier: items by section and reference, whatever order they came in."""
    ordered = sorted(items, key=_key)
    return {"format": FORMAT, **facts, "counts": dict(counts), "items": list(ordered)}


def _key(item: Item) -> tuple[int, str, str]:
    return SECTIONS.index(item["section"]), str(item["date"] or ""), str(item["ref"])


@dataclass(frozen=True)
class Shown:
    """The part of a dossier a reader is cleared for; ``withheld`` counts the rest."""

    items: list[Item]
    withheld: int


def shown_to(reader: Principal, items: Sequence[Item]) -> Shown:
    """What a reader's clearance reaches. A service reads for nobody in particular and sees what is internal."""
    cleared = frozenset(CLEARANCES[: CLEARANCES.index(reader.clearance) + 1])
    shown = [item for item in items if item["secrecy_level"] in cleared]
    return Shown(shown, len(items) - len(shown))


@dataclass(frozen=True)
class Difference:
    """What came, went and changed from an older freeze to a newer one."""

    added: list[Item]
    removed: list[Item]
    changed: list[tuple[Item, Item]]


def difference(older: Sequence[Item], newer: Sequence[Item]) -> Difference:
    """Items are the same if section and reference are."""
    before = {(item["section"], item["ref"]): item for item in older}
    after = {(item["section"], item["ref"]): item for item in newer}
    return Difference(
        added=[item for key, item in after.items() if key not in before],
        removed=[item for key, item in before.items() if key not in after],
        changed=[(before[key], item) for key, item in after.items() if key in before and before[key] != item],
    )


def tally(items: Iterable[Item], field: str, section: str | None = None) -> dict[str, int]:
    """How many items have which value of a field, the most frequent first."""
    found: Counter[str] = Counter()
    for item in items:
        if section in (None, item["section"]):
            values = item.get(field)
            found.update(values if isinstance(values, list) else [str(values)] if values is not None else [])
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
