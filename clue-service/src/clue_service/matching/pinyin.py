"""Readings of characters as people mishear them: without tone, zh=z, ch=c, sh=s, ng=n."""

import os
from collections.abc import Callable
from functools import cache, lru_cache
from threading import Lock

_LOADING = Lock()


@cache
def _read() -> tuple[dict[int, str], Callable[[str], str]]:
    """Readings by code point, and what takes the tone off one.

    Of threads that prepare the first clues at the same moment one imports: pypinyin's modules import one another in a
    circle, and two threads that enter it at different places get in each other's way.
    """
    with _LOADING:
        # The phrase dictionary costs 40 MB and only decides between readings, which names rarely need.
        os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
        from pypinyin.contrib.tone_convert import to_normal
        from pypinyin.pinyin_dict import pinyin_dict

        return pinyin_dict, to_normal


@lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """The merged reading of one character, the character itself where it has none."""
    known, without_tone = _read()
    readings = known.get(ord(character))
    if not readings:
        return character
    plain = without_tone(readings.split(",")[0])
    if plain[:2] in {"zh", "ch", "sh"}:
        plain = plain[0] + plain[2:]
    return plain[:-1] if plain.endswith("ng") else plain


def reading(word: str) -> str:
    """The merged reading of a word, syllables apart."""
    return " ".join(syllable(character) for character in word)
