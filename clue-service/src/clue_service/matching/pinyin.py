"""Readings of characters as people mishear them: without tone, zh=z, ch=c, sh=s, ng=n."""

import os
from functools import cache, lru_cache
from typing import Any


@cache
def _dictionary() -> dict[int, str]:
    # The phrase dictionary costs 40 MB and only decides between readings, which names rarely need.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    readings: dict[int, str] = pinyin_dict
    return readings


@cache
def _toneless() -> Any:
    from pypinyin.contrib.tone_convert import to_normal

    return to_normal


@lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """The merged reading of one character, the character itself where it has none."""
    readings = _dictionary().get(ord(character))
    if not readings:
        return character
    plain: str = _toneless()(readings.split(",")[0])
    if plain[:2] in {"zh", "ch", "sh"}:
        plain = plain[0] + plain[2:]
    return plain[:-1] if plain.endswith("ng") else plain


def reading(word: str) -> str:
    """The merged reading of a word, syllables apart."""
    return " ".join(syllable(character) for character in word)
