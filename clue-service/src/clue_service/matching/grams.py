"""Hashed character grams of a text: what the re-ranking cosine and the measure of shared content work on."""

import re
import zlib

import numpy as np

from clue_service.matching.lexicon import department_pattern, post_pattern
from clue_service.matching.prepared import Hashes, Subject
from clue_service.matching.text import HAN

# A letter of 16,000 characters has some 8,000 distinct grams; 2,000 sampled by hash keep its cosine within 2 %.
MAX_GRAMS = 2_000
_KEEP = re.compile(rf"[{HAN}a-z0-9]+")
_NUMBERS = re.compile(r"\d{1,18}+(?:\.\d{1,6}+)?|[零〇一二两三四五六七八九十百千万亿]{1,24}(?=[年月日元块万亿])")
_HOURS = re.compile(r"(?:[年月日号元]|今年|去年|前年|本月|上月|份)+")


def gram_hash(gram: str) -> int:
    """A stable 31-bit hash of a gram."""
    return zlib.crc32(gram.encode()) & 0x7FFFFFFF


def hashed(grams: set[str], most: int = MAX_GRAMS) -> Hashes:
    """Sorted distinct hashes; of more than ``most`` the smallest, so that two letters keep the same ones."""
    values = np.unique(np.fromiter(map(gram_hash, grams), np.int32, len(grams)))
    return values[:most]


def runs(text: str) -> list[str]:
    """Stretches of the text without punctuation."""
    return _KEEP.findall(text)


def text_grams(text: str) -> Hashes:
    """Single characters and pairs of all the text."""
    grams: set[str] = set()
    for run in runs(text):
        grams.update(run)
        grams.update(run[place : place + 2] for place in range(len(run) - 1))
    return hashed(grams)


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
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    for pattern in (department_pattern(), post_pattern(), _NUMBERS, _HOURS):
        rest = pattern.sub(" ", rest)
    grams: set[str] = set()
    for run in runs(rest):
        grams.update(run[place : place + 2] for place in range(len(run) - 1))
    return hashed(grams)
