"""Hashed character grams of a text: what the re-ranking cosine and the measure of shared content work on."""

import re
import zlib
from collections import Counter
from functools import lru_cache

import numpy as np

from clue_service.matching.lexicon import department_pattern, post_pattern
from clue_service.matching.prepared import Hashes, Subject
from clue_service.matching.text import HAN

# The longest letter has some 20,000 distinct grams; 3,000 sampled by hash keep its cosine within 2 %.
MAX_GRAMS = 3_000
COUNT_BITS = 7  # a packed gram is its 24-bit hash, then how often it occurs (1–127)
_KEEP = re.compile(rf"[{HAN}a-z0-9]+")
_NUMBERS = re.compile(r"\d{1,18}+(?:\.\d{1,6}+)?|[零〇一二两三四五六七八九十百千万亿]{1,24}(?=[年月日元块万亿])")
_HOURS = re.compile(r"(?:[年月日号元]|今年|去年|前年|本月|上月|份)+")


@lru_cache(1 << 16)  # most grams are everyday ones; some 10 MB
def gram_hash(gram: str) -> int:
    """A stable 24-bit hash of a gram."""
    return zlib.crc32(gram.encode()) >> 8


def runs(text: str) -> list[str]:
    """Stretches of the text without punctuation."""
    return _KEEP.findall(text)


def text_grams(text: str) -> Hashes:
    """Pairs and triples of all the text, packed with their counts, sorted by hash."""
    counts: Counter[int] = Counter()
    for run in runs(text):
        counts.update(gram_hash(run[place : place + 2]) for place in range(len(run) - 1))
        counts.update(gram_hash(run[place : place + 3]) for place in range(len(run) - 2))
    packed = [(gram << COUNT_BITS) | min(count, 127) for gram, count in counts.items()]
    # Of more than the most the smallest hashes, so that two letters keep the same ones.
    return np.sort(np.array(packed, np.int32))[:MAX_GRAMS]


def content_grams(text: str, subjects: tuple[Subject, ...]) -> Hashes:
    """Pairs of what is left when names, units, posts, numbers and dates are taken out: the account of the facts."""
    words = {
        name.written
        for subject in subjects
        for name in subject.names
        if len(name.written) > 1 and "?" not in name.written
    }
    words |= {stem for subject in subjects for stem in subject.unit.all_areas if len(stem) > 1}
    rest = text
    for word in sorted(words, key=lambda word: (-len(word), word)):
        rest = rest.replace(word, " ")
    for pattern in (department_pattern(), post_pattern(), _NUMBERS, _HOURS):
        rest = pattern.sub(" ", rest)
    grams = {gram_hash(run[place : place + 2]) for run in runs(rest) for place in range(len(run) - 1)}
    return np.array(sorted(grams)[:MAX_GRAMS], np.int32)
