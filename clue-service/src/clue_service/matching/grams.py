"""Hashed character grams of a text: what the re-ranking cosine and the measure of shared content work on."""

import re

import numpy as np
import numpy.typing as npt

from clue_service.matching.lexicon import department_pattern, post_pattern
from clue_service.matching.prepared import Hashes, Subject
from clue_service.matching.text import HAN

# The longest letter has some 20,000 distinct grams; 3,000 sampled by hash keep its cosine within 2 %.
MAX_GRAMS = 3_000
COUNT_BITS = 7  # a packed gram is its 24-bit hash, then how often it occurs (1–127)
_FACTORS = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))
_KEEP = re.compile(rf"[{HAN}a-z0-9]+")
_NUMBERS = re.compile(r"\d{1,18}+(?:\.\d{1,6}+)?|[零〇一二两三四五六七八九十百千万亿]{1,24}(?=[年月日元块万亿])")
_HOURS = re.compile(r"(?:[年月日号元]|今年|去年|前年|本月|上月|份)+")


def _characters(text: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """The text's characters as numbers, and which of them are no punctuation."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    # Numbers without a sign: what is less than the first of a range wraps around and is far beyond its last.
    kept = (codes - np.uint32(0x4E00)) <= 0x9FFF - 0x4E00
    for first, last in ((0x3400, 0x4DBF), (0x30, 0x39), (0x61, 0x7A)):
        kept |= (codes - np.uint32(first)) <= last - first
    return codes, kept


def _hashes(codes: npt.NDArray[np.uint32], kept: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.uint32]:
    """A stable 24-bit hash of every run of ``length`` characters (2 or 3) without punctuation, in order."""
    size = max(len(codes) - length + 1, 0)
    mixed, whole = np.full(size, length, np.uint32), np.ones(size, bool)
    for place, factor in zip(range(length), _FACTORS, strict=False):
        mixed += codes[place : place + size] * factor
        whole &= kept[place : place + size]
    mixed = mixed[whole]
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.asarray((mixed ^ (mixed >> np.uint32(12))) >> np.uint32(8), np.uint32)


def runs(text: str) -> list[str]:
    """Stretches of the text without punctuation."""
    return _KEEP.findall(text)


def text_grams(text: str) -> Hashes:
    """Pairs and triples of all the text, packed with their counts, sorted by hash."""
    characters = _characters(text)
    grams, counts = np.unique(np.concatenate([_hashes(*characters, 2), _hashes(*characters, 3)]), return_counts=True)
    packed = (grams.astype(np.int64) << COUNT_BITS) | np.minimum(counts, (1 << COUNT_BITS) - 1)
    # Of more than the most the smallest hashes, so that two letters keep the same ones.
    return packed[:MAX_GRAMS].astype(np.int32)


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
    return np.unique(_hashes(*_characters(rest), 2))[:MAX_GRAMS].astype(np.int32)
