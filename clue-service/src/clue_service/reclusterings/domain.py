"""What re-clustering exports of a clue, and which of its links people are asked about. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from clue_service.matching.names import Name, NameClass
from clue_service.matching.pinyin import reading
from clue_service.matching.prepared import Facts, Prepared, Subject

_SUBJECTS, _PARTS = 2, 3  # of one clue; a letter with more is found by its first ones
_MOST_WORDS = 64
_SAMPLE = 4  # one in so many hashes of words is exported: of two texts the same ones, so shares are kept
_FULL = frozenset({NameClass.FULL, NameClass.LATIN})

COLUMNS = {
    "unique_id": "long", "clue": "long", "matter": "long", "name": "long", "sound": "long", "given": "long",
    "surname": "long", "unit": "long", "kind": "long", "areas": "list", "topics": "list", "amounts": "list",
    "months": "list", "others": "list", "marks": "list", "words": "list", "received": "long",
}  # fmt: skip
"""Columns of the export with their types: numbers and lists of numbers, no text."""


class Digests:
    """Numbers for words, under a key that lives as long as one run: a stolen export names nobody."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def one(self, *words: str | None) -> int | None:
        """The number of some words together; None if any is missing."""
        if not all(words):
            return None
        raw = "\x1f".join(word or "" for word in words).encode()
        return int.from_bytes(blake2b(raw, digest_size=8, key=self._key).digest(), "big", signed=True)

    def many(self, words: Iterable[str]) -> list[int] | None:
        """The numbers of several words; None where there are none."""
        return sorted(number for word in set(words) if (number := self.one(word)) is not None) or None


def rows_of(prepared: Prepared, clue: int, matter: int | None, digests: Digests) -> list[dict[str, Any]]:
    """One row for each subject and matter of a clue, without ``unique_id``."""
    return [
        _who(subject, digests)
        | _what(part, digests)
        | {"clue": clue, "matter": matter, "received": prepared.received_on.toordinal()}
        for subject in prepared.subjects[:_SUBJECTS]
        for part in prepared.parts[:_PARTS]
    ]


def _who(subject: Subject, digests: Digests) -> dict[str, Any]:
    name = next((one for one in subject.names if one.kind in _FULL), subject.names[0] if subject.names else None)
    full = name if name and name.kind in _FULL and len(name.written) > 1 else None
    unit = subject.unit
    areas = sorted(unit.all_areas)
    return {
        "name": digests.one(full.written) if full else None,
        "sound": digests.one(reading(full.written)) if full else None,
        "given": digests.one("given", full.given) if full and len(full.given) > 1 else None,
        "surname": digests.one("surname", reading(name.surname)) if name and name.surname else None,
        "unit": digests.one("unit", unit.code) or digests.one("unit", unit.kind or unit.own_name, *areas),
        "kind": digests.one("kind", unit.kind),
        "areas": digests.many(f"area {area}" for area in areas),
    }


def _what(part: Facts, digests: Digests) -> dict[str, Any]:
    months = (12 * when.year + when.month for when in part.dates if when.year and when.month)
    words = [word for word in part.content.tolist() if (word * 2_654_435_761) % (1 << 32) % _SAMPLE == 0]
    return {
        "topics": digests.many(part.topics),
        "amounts": sorted({round(amount.low) for amount in part.amounts if amount.low > 0}) or None,
        "months": sorted(set(months)) or None,
        "others": digests.many(_sounds(part.others)),
        "marks": digests.many(part.tokens),
        "words": sorted(words)[:_MOST_WORDS] or None,
    }


def _sounds(names: Iterable[Name]) -> list[str]:
    return [reading(name.written) for name in names if name.kind in _FULL and len(name.written) > 1]


@dataclass(frozen=True, order=True)
class Link:
    """Two clues that the batch holds to be one matter."""

    probability: float
    one: UUID
    other: UUID


@dataclass(frozen=True)
class KnownPair:
    """A pair that was found before; ``decision`` is None while it is open."""

    one: UUID
    other: UUID
    decision: str | None


def links_to_ask(
    links: Iterable[Link], known: Sequence[KnownPair], matters: Iterable[Sequence[UUID]], most: int
) -> list[Link]:
    """The fewest links, surest first, that join what is not joined or asked yet.

    Clues of one confirmed matter hang together, and so do those of any pair that was found before: it is open for
    somebody to decide, or decided. Two groups between which somebody said *different* are never joined again.
    """
    groups = _Groups()
    for members in matters:
        for member in members[1:]:
            groups.join(members[0], member)
    for pair in known:
        if pair.decision != "different":
            groups.join(pair.one, pair.other)
    for pair in known:
        if pair.decision == "different":
            groups.keep_apart(pair.one, pair.other)
    asked: list[Link] = []
    for link in sorted(links, key=lambda link: (-link.probability, link.one, link.other)):
        if len(asked) == most:
            break
        if groups.may_join(link.one, link.other):
            groups.join(link.one, link.other)
            asked.append(link)
    return asked


class _Groups:
    """Sets of clues that grow together, and which of them must not."""

    def __init__(self) -> None:
        self._parent: dict[UUID, UUID] = {}
        self._apart: dict[UUID, set[UUID]] = defaultdict(set)

    def root(self, clue: UUID) -> UUID:
        path = []
        while (above := self._parent.get(clue, clue)) != clue:
            path.append(clue)
            clue = above
        for passed in path:
            self._parent[passed] = clue
        return clue

    def join(self, one: UUID, other: UUID) -> None:
        kept, gone = self.root(one), self.root(other)
        if kept == gone:
            return
        self._parent[gone] = kept
        for enemy in self._apart.pop(gone, set()):
            self._apart[enemy].discard(gone)
            self._apart[enemy].add(kept)
            self._apart[kept].add(enemy)

    def keep_apart(self, one: UUID, other: UUID) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._apart[first].add(second)
            self._apart[second].add(first)

    def may_join(self, one: UUID, other: UUID) -> bool:
        first, second = self.root(one), self.root(other)
        return first != second and second not in self._apart[first]
