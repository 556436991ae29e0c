"""The keys a clue is found by: hashed trigrams of its text and composite keys of person, place, unit and sum."""

import zlib
from collections.abc import Iterator

import numpy as np

from clue_service.matching.grams import runs
from clue_service.matching.names import Name, NameClass
from clue_service.matching.pinyin import reading
from clue_service.matching.prepared import NO_HASHES, Facts, Hashes, Prepared, Subject

# Trigrams of a letter beyond this are sampled by hash: two long letters keep the same ones.
MAX_TRIGRAMS = 400
MAX_COMPOSITES = 120


def _trigram_key(gram: str) -> int:
    return zlib.crc32(gram.encode()) & 0x7FFFFFFF


def _composite_key(key: str) -> int:
    # Negative numbers tell composite keys from trigrams: they are searched with a budget and a weight of their own.
    return (zlib.crc32(key.encode()) & 0x7FFFFFFF) - 0x80000000


def keys_of(prepared: Prepared, text: str) -> Hashes:
    """All keys of a clue, sorted and distinct; composite keys are negative."""
    trigrams = {run[place : place + 3] for run in runs(text) for place in range(len(run) - 2)}
    sampled = sorted(map(_trigram_key, trigrams))[:MAX_TRIGRAMS]
    composites = sorted(map(_composite_key, set(_composites(prepared))))[:MAX_COMPOSITES]
    return np.unique(np.array([*sampled, *composites], np.int32)) if sampled or composites else NO_HASHES


def _composites(prepared: Prepared) -> Iterator[str]:
    for subject in prepared.subjects:
        for code in subject.codes:
            yield f"id:{code}"
        for name in subject.names:
            yield from _name_keys(name, subject)
        yield from _unit_keys(subject)
        for part in prepared.parts:
            yield from _fact_keys(subject, part)
    for part in prepared.parts:
        for token in part.tokens:
            yield f"token:{token}"
        for other in part.others:
            if other.kind is not NameClass.SURNAME and "?" not in other.given and other.given:
                yield f"other:{other.written}"


def _name_keys(name: Name, subject: Subject) -> Iterator[str]:
    areas = sorted(subject.unit.all_areas)
    if name.kind is NameClass.LATIN:
        yield f"name:{name.written}"
        yield f"sound:{reading(name.written)[:24]}"
        return
    if name.kind is NameClass.FULL:
        yield f"name:{name.written}"
        yield f"sound:{reading(name.written)}"
        if len(name.given) == 2:
            yield f"given:{name.given}"
        for area in areas:
            yield f"sound-area:{reading(name.written)}:{area}"
            yield f"given-area:{name.given[-2:]}:{area}"
            if len(name.given) == 2:
                yield f"ends-area:{name.surname}?{name.given[-1]}:{area}"
    elif name.given.strip("?"):
        for area in areas:
            yield f"ends-area:{name.surname}?{name.given[-1]}:{area}"
    for area in areas:
        yield f"surname-area:{name.surname}:{area}:{subject.unit.kind or ''}"
    # However the unit's name was read, a short form keeps its beginning.
    if len(subject.unit.written) > 2:
        yield f"surname-head:{name.surname}:{subject.unit.written[:2]}"


def _unit_keys(subject: Subject) -> Iterator[str]:
    unit = subject.unit
    if unit.code:
        yield f"unit:{unit.code}"
    for area in sorted(unit.all_areas):
        if unit.kind:
            yield f"area-kind:{area}:{unit.kind}"
    if unit.own_name:
        yield f"own-name:{unit.own_name}"


def _fact_keys(subject: Subject, part: Facts) -> Iterator[str]:
    areas = sorted(subject.unit.all_areas | part.places)
    for area in areas:
        for amount in part.amounts[:4]:
            if amount.low == amount.high:
                yield f"area-sum:{area}:{amount.low:.0f}"
        for topic in sorted(part.topics)[:6]:
            yield f"area-topic:{area}:{subject.unit.kind or ''}:{topic}"
        for when in part.dates[:3]:
            if when.month:
                yield f"area-month:{area}:{when.year}-{when.month}"
    for name in subject.names:
        for topic in sorted(part.topics)[:4]:
            yield f"surname-topic:{name.surname or name.written}:{topic}"
