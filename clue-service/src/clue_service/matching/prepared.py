"""A clue as the engine compares it: subjects and facts, one set of facts for each matter a letter tells. Pure data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from clue_service.matching.dates import When
from clue_service.matching.names import Name, NameClass
from clue_service.matching.numerals import Amount
from clue_service.matching.units import NO_UNIT, Unit

Hashes = npt.NDArray[np.int32]
_HEAD = Struct("<3i")  # version, how many arrays, length of the first
NO_HASHES: Hashes = np.empty(0, np.int32)
_LETTER = 120  # characters
FEATURES_VERSION = 5  # of stored features and grams: rows of another version are prepared anew, never read
_MARK = Struct("<i").pack(-FEATURES_VERSION)  # negative, because the first version's grams began with their count


@dataclass(frozen=True)
class SubjectText:
    """A subject as it came in."""

    name: str | None = None
    unit_name: str | None = None
    unit_code: str | None = None
    post: str | None = None
    id_number: str | None = None
    person_code: str | None = None


@dataclass(frozen=True)
class AllegationText:
    """An allegation as it came in. ``amount_cny`` is in yuan."""

    text: str
    category_code: str | None = None
    occurred_from: date | None = None
    occurred_to: date | None = None
    place: str | None = None
    amount_cny: float | None = None


@dataclass(frozen=True)
class ClueText:
    """What the engine reads of a clue. ``reporter_key`` is a keyed digest, never the reporter's name."""

    received_on: date
    subjects: tuple[SubjectText, ...] = ()
    allegations: tuple[AllegationText, ...] = ()
    commission: str | None = None
    source_code: str | None = None
    reporter_key: str | None = None

    @classmethod
    def of_body(cls, body: Mapping[str, Any]) -> "ClueText":
        """From a ``POST /v1/clues`` body; unknown fields are ignored."""
        return cls(
            received_on=_day(body["received_on"]) or date.min,
            subjects=tuple(
                SubjectText(**{name: subject.get(name) for name in SubjectText.__dataclass_fields__})
                for subject in body.get("subjects") or ()
            ),
            allegations=tuple(_allegation(one) for one in body.get("allegations") or ()),
            commission=body.get("receiving_unit"),
            source_code=body.get("source_code"),
        )


def _allegation(raw: Mapping[str, Any]) -> AllegationText:
    return AllegationText(
        text=raw.get("text") or "",
        category_code=raw.get("category_code"),
        occurred_from=_day(raw.get("occurred_from")),
        occurred_to=_day(raw.get("occurred_to")),
        place=raw.get("place"),
        amount_cny=raw.get("amount_cny"),
    )


def _day(raw: Any) -> date | None:
    return raw if isinstance(raw, date) or raw is None else date.fromisoformat(raw)


class Subject(NamedTuple):
    """Who is accused: names (best known first), unit, posts. ``codes`` are identities that settle the question.

    ``is_stated`` tells that the form names the person; else the name was read out of the text, or there is none.
    """

    names: tuple[Name, ...] = ()
    unit: Unit = NO_UNIT
    posts: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    is_stated: bool = False


@dataclass(frozen=True)
class Facts:
    """What one matter of a letter tells. ``content`` hashes the words of its account of the facts."""

    topics: frozenset[str] = frozenset()
    category: str | None = None
    amounts: tuple[Amount, ...] = ()
    dates: tuple[When, ...] = ()
    quantities: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()
    others: tuple[Name, ...] = ()
    places: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()  # and houses, works and villages (``firms.firms_and_places``)
    content: Hashes = field(default_factory=lambda: NO_HASHES, compare=False)


@dataclass(frozen=True)
class Prepared:
    """A clue ready to be indexed and compared.

    ``digest`` tells identical texts, ``keys`` find candidates, ``grams`` (packed with counts) are of the whole text.
    """

    received_on: date
    subjects: tuple[Subject, ...]
    parts: tuple[Facts, ...]
    length: int
    digest: str
    keys: Hashes = field(default_factory=lambda: NO_HASHES, compare=False)
    grams: Hashes = field(default_factory=lambda: NO_HASHES, compare=False)
    commission: str | None = None
    reporter_key: str | None = None
    is_named: bool = field(init=False, compare=False)
    """Whether the form of this clue names a person."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_named", True in [subject.is_stated for subject in self.subjects])

    @property
    def is_long(self) -> bool:
        """Whether it is a letter rather than a form or a note of a call."""
        return self.length > _LETTER


def dump_features(prepared: Prepared) -> bytes:
    """Everything but keys and grams, as compact JSON."""
    document = {
        "v": FEATURES_VERSION,
        "on": prepared.received_on.isoformat(),
        "len": prepared.length,
        "digest": prepared.digest,
        "unit": prepared.commission,
        "by": prepared.reporter_key,
        "subjects": [
            [
                [[str(name.kind), name.surname, name.given] for name in subject.names],
                _unit_values(subject.unit),
                sorted(subject.posts),
                sorted(subject.codes),
                subject.is_stated,
            ]
            for subject in prepared.subjects
        ],
        "parts": [
            [
                sorted(part.topics),
                part.category,
                [[amount.low, amount.high] for amount in part.amounts],
                [[when.year, when.month, when.day] for when in part.dates],
                sorted(part.quantities),
                sorted(part.tokens),
                [[str(name.kind), name.surname, name.given] for name in part.others],
                sorted(part.places),
                sorted(part.firms),
            ]
            for part in prepared.parts
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def dump_grams(prepared: Prepared) -> bytes:
    """Grams and the contents of all parts as little-endian int32: version, count of arrays, lengths, the arrays."""
    arrays = [prepared.grams, *(part.content for part in prepared.parts)]
    head = np.array([-FEATURES_VERSION, len(arrays), *map(len, arrays)], np.int32)
    return np.concatenate([head, *arrays]).astype("<i4").tobytes()


def load_grams(raw: bytes) -> tuple[Hashes, list[Hashes]] | None:
    """Grams of the text and contents of its parts, as ``dump_grams`` wrote them; None when by another version."""
    if not _is_of_this_version(raw):
        return None
    _, count, length = _HEAD.unpack_from(raw)
    everything = np.frombuffer(raw, "<i4")
    start = 2 + count + length
    text = everything[2 + count : start]
    contents: list[Hashes] = []
    for length in everything[3 : 2 + count].tolist():
        contents.append(everything[start : start + length])
        start += length
    return text, contents


def text_bytes(raw: bytes) -> bytes | None:
    """The grams of the whole text alone, as they are stored; None when by another version."""
    if not _is_of_this_version(raw):
        return None
    _, count, length = _HEAD.unpack_from(raw)
    return raw[4 * (2 + count) : 4 * (2 + count + length)]


def _is_of_this_version(raw: bytes) -> bool:
    return raw.startswith(_MARK) and len(raw) >= _HEAD.size


def load_texts(texts: list[bytes]) -> tuple[Hashes, list[int]]:
    """The grams of many texts one after the other, and how many each has: what all the clues found are ordered by."""
    return np.frombuffer(b"".join(texts), "<i4"), [len(text) // 4 for text in texts]


def load_features(raw: bytes) -> Prepared | None:
    """A stored clue without keys and grams, which are compared before; None when another version wrote it."""
    document = from_json(raw)
    if document["v"] != FEATURES_VERSION:
        return None
    return Prepared(
        received_on=date.fromisoformat(document["on"]),
        subjects=tuple([
            _subject((_names(names), _unit(unit), frozenset(posts), frozenset(codes), is_stated))
            for names, unit, posts, codes, is_stated in document["subjects"]
        ]),
        parts=tuple([
            Facts(
                frozenset(topics),
                category,
                tuple(map(_amount, amounts)),
                tuple(map(_when, dates)),
                frozenset(quantities),
                frozenset(tokens),
                _names(others),
                frozenset(places),
                frozenset(firms),
            )
            for topics, category, amounts, dates, quantities, tokens, others, places, firms in document["parts"]
        ]),
        length=document["len"],
        digest=document["digest"],
        commission=document["unit"],
        reporter_key=document["by"],
    )  # fmt: skip


# A search reads dozens of clues: tuples are made without a call into Python for each.
_amount = partial(tuple.__new__, Amount)
_when = partial(tuple.__new__, When)
_subject = partial(tuple.__new__, Subject)
_unit_of = partial(tuple.__new__, Unit)


def _names(raw: list[list[str]]) -> tuple[Name, ...]:
    return tuple([_name(*one) for one in raw])


@lru_cache(maxsize=1 << 15)
def _name(kind: str, surname: str, given: str) -> Name:
    return Name(NameClass(kind), surname, given)


def _unit_values(unit: Unit) -> list[Any]:
    return [unit.code, unit.kind, unit.own_name, sorted(unit.areas), unit.town, unit.village, unit.written]


def _unit(raw: list[Any]) -> Unit:
    code, kind, own_name, areas, town, village, written = raw
    return _unit_of((code, kind, own_name, frozenset(areas), town, village, written))
