"""Names of people: what is known of one (class, surname, given name) and how far two agree."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from operator import ne
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from clue_service.matching.lexicon import confusable, no_names, surnames, titles
from clue_service.matching.pinyin import reading, syllable
from clue_service.matching.text import HAN, clean, is_han


class NameClass(StrEnum):
    """How much of a name is there."""

    FULL = "full"
    MASKED = "masked"  # 张某国, 张*, 张x国
    SURNAME = "surname"  # 老张, 张局长
    LATIN = "latin"  # Latin letters, or a transliteration with dots


class NameAgreement(StrEnum):
    """How far two names agree, from best to worst."""

    EQUAL = "equal"
    EQUAL_SHORT = "equal_short"  # two characters: many people share them
    SAME_SOUND = "same_sound"
    LOOK_ALIKE = "look_alike"
    ONE_CHARACTER = "one_character"
    SAME_GIVEN_NAME = "same_given_name"
    MASKED_BOTH_ENDS = "masked_both_ends"
    SAME_SURNAME_MASKED = "same_surname_masked"
    SURNAME_SOUND_MASKED = "surname_sound_masked"
    MAYBE_GIVEN_NAME = "maybe_given_name"  # 建国 against 老张: a given name, or somebody else
    GIVEN_NAME_DIFFERS = "given_name_differs"
    DIFFERENT = "different"


# A search compares thousands of names, and asking an enumeration for a member takes six times as long as a constant.
FULL, LATIN = NameClass.FULL, NameClass.LATIN
_EQUAL, _DIFFERENT = NameAgreement.EQUAL, NameAgreement.DIFFERENT
_GIVEN_NAME_DIFFERS = NameAgreement.GIVEN_NAME_DIFFERS


class Name(NamedTuple):
    """A name as written. ``given`` has ``?`` for a hidden character; empty when only the surname is known."""

    kind: NameClass
    surname: str
    given: str

    @property
    def written(self) -> str:
        """Surname and given name together."""
        return self.surname + self.given


_MASK = re.compile(r"[某x*?＊×xX]+|[口□■]+")
_LATIN = re.compile(r"[a-z][a-z .'’·-]*[a-z]")
_TRANSLITERATION = re.compile(rf"[{HAN}]+(?:[·.][{HAN}]+)+")
_PARTS_OF_TRANSLITERATION = re.compile(rf"(?<=[{HAN}]{{2}})[-—–˙。.](?=[{HAN}]{{2}})")
_BESIDE_A_NAME = re.compile(r"[\s,，:：]*(?:[男女]|\d[\d-]*)$")
_LIST = re.compile(r"[、,，;；/和及]|\s{2,}")
_BRACKETS = re.compile(r"[(（\[].*?[)）\]]")
_LONGEST_HAN_NAME = 4
_ONE_SYLLABLE = 0.5  # 热 and 日 write one syllable of another language, 逊 and 洪 do not


def split_surname(word: str) -> tuple[str, str]:
    """Surname and rest; the surname is empty when the word does not begin with one."""
    if word[:2] in surnames() and len(word) > 2:
        return word[:2], word[2:]
    return (word[0], word[1:]) if word[:1] in surnames() else ("", word)


def parse_names(raw: str | None) -> list[Name]:
    """The names in a name field: usually one; several when they are listed; none when there is none."""
    text = _BRACKETS.sub("", clean(raw))[:120]
    if not text:
        return []
    whole = parse_name(text)
    if whole is not None and whole.kind is not NameClass.LATIN and len(whole.written) <= _LONGEST_HAN_NAME:
        return [whole]
    parts = [parse_name(part) for part in _LIST.split(text)[:8]]
    return [name for name in parts if name is not None]


def parse_name(raw: str) -> Name | None:
    """One name, or None when the text cannot be one."""
    text = raw.strip(" .,:;。、'\"“”")
    text = _BESIDE_A_NAME.sub("", _PARTS_OF_TRANSLITERATION.sub("·", text))
    if not text or text in no_names():
        return None
    if _TRANSLITERATION.fullmatch(text):
        return Name(NameClass.LATIN, "", re.sub(r"[·.]", "", text))
    if _LATIN.fullmatch(text) and len(text) > 2:
        return Name(NameClass.LATIN, "", re.sub(r"[^a-z]", "", text))
    text = re.sub(r"\s", "", text)
    for suffix in ("同志", "等人", "等", "本人"):
        text = text.removesuffix(suffix) if len(text) > len(suffix) else text
    return _parse_han(_without_post(text))


def _without_post(text: str) -> str:
    """局长张建国 and 住建局局长张建国 without what stands before the name."""
    if len(text) <= _LONGEST_HAN_NAME and not text.startswith(titles()):
        return text
    for title in titles():
        before, found, rest = text.rpartition(title)
        if found and 2 <= len(rest) <= _LONGEST_HAN_NAME and split_surname(rest)[0] and not split_surname(before)[0]:
            return rest
    return text


def _parse_han(text: str) -> Name | None:
    if text[:1] in {"老", "小", "大", "阿"} and len(text) == 2 and text[1] in surnames():
        return Name(NameClass.SURNAME, text[1], "")
    masked = _parse_masked(text)
    if masked is not None:
        return masked
    for title in titles():
        rest = text.removesuffix(title)
        if rest != text and rest:
            return Name(NameClass.SURNAME, rest, "") if rest in surnames() else _parse_plain(rest)
    return _parse_plain(text)


def _parse_masked(text: str) -> Name | None:
    match = _MASK.search(text)
    if match is None or match.start() == 0:
        return None
    head = text[: match.start()]
    surname, front = (head, "") if head in surnames() else split_surname(head)
    rear = "".join(character for character in text[match.end() :] if is_han(character))[:2]
    if not surname or len(front) > 2:
        return None
    for title in titles():
        rear = rear.removesuffix(title)
    if not front and not rear:
        return Name(NameClass.MASKED, surname, "")
    return Name(NameClass.MASKED, surname, f"{front}?{rear}")


def _parse_plain(text: str) -> Name | None:
    if len(text) < 2 or not all(is_han(character) for character in text):
        return None
    surname, given = split_surname(text)
    if len(text) > _LONGEST_HAN_NAME:
        return Name(NameClass.LATIN, "", text) if len(text) <= 16 else None
    return Name(NameClass.FULL, surname, given)


def agreement(one: Name, other: Name) -> NameAgreement:
    """How far two names agree; symmetric. Not remembered: two names seldom meet again, and what is kept costs more."""
    if one.kind is LATIN or other.kind is LATIN:
        return _transliterated(one.written, other.written)
    if one.kind is FULL and other.kind is FULL:
        return _full(one, other)
    return _partly_hidden(one, other)


@lru_cache(maxsize=1 << 14)
def _transliterated(one: str, other: str) -> NameAgreement:
    if one == other:
        return NameAgreement.EQUAL
    if len(one) == len(other) and (apart := _syllables_apart(one, other)):
        return NameAgreement.GIVEN_NAME_DIFFERS if apart == 1 else NameAgreement.DIFFERENT
    shorter, longer = sorted((reading(one), reading(other)), key=len)
    if Levenshtein.normalized_similarity(shorter, longer) >= 0.85:
        return NameAgreement.SAME_SOUND
    if len(shorter) >= 6 and longer.startswith(shorter):
        return NameAgreement.SAME_GIVEN_NAME
    return NameAgreement.DIFFERENT


def _syllables_apart(one: str, other: str) -> int:
    """How many Chinese characters of two names of one length sound altogether different: 吐尔逊 is not 吐尔洪."""
    pairs = [(x, y) for x, y in zip(one, other, strict=True) if is_han(x) and is_han(y)]
    return sum(Levenshtein.normalized_similarity(syllable(x), syllable(y)) < _ONE_SYLLABLE for x, y in pairs)


def _full(one: Name, other: Name) -> NameAgreement:
    a, b = one.surname + one.given, other.surname + other.given
    if a == b:
        return NameAgreement.EQUAL if len(a) > 2 else NameAgreement.EQUAL_SHORT
    if len(a) == len(b):
        differs = list(map(ne, _sounds(a), _sounds(b)))
        if not any(differs):
            return NameAgreement.SAME_SOUND
        if differs.count(True) == 1:
            place = differs.index(True)
            return _one_differs(a, (a[place], b[place]))
    else:
        shorter, longer = (a, b) if len(a) < len(b) else (b, a)
        if len(longer) == len(shorter) + 1 and len(shorter) >= 2 and longer.endswith(shorter):
            return NameAgreement.SAME_GIVEN_NAME
    if one.surname and one.surname == other.surname:
        return _GIVEN_NAME_DIFFERS
    return _DIFFERENT


def _one_differs(name: str, pair: tuple[str, str]) -> NameAgreement:
    x, y = pair
    groups = confusable()
    if x in groups and groups.get(x) == groups.get(y):
        return NameAgreement.LOOK_ALIKE
    # In a name of two characters one differing character leaves a bare surname, or less.
    return NameAgreement.ONE_CHARACTER if len(name) > 2 else NameAgreement.GIVEN_NAME_DIFFERS


def _same_sound(x: str, y: str) -> bool:
    return x == y or (is_han(x) and is_han(y) and syllable(x) == syllable(y))


@lru_cache(maxsize=1 << 15)
def _sounds(written: str) -> tuple[str, ...]:
    """What each character sounds like; what is no Chinese character sounds like nothing else."""
    return tuple(map(_sound, written))


@lru_cache(maxsize=1 << 13)
def _sound(character: str) -> str:
    return syllable(character) if is_han(character) else f"={character}"


def is_heard_among(name: Name, others: tuple[Name, ...]) -> bool:
    """Whether a whole name of more than two characters is written or heard like one of the others."""
    if name.kind is FULL:
        full, others = _heard(others)
        if _sounds(name.written) in full:
            return True
    return any(agreement(name, other) in _ALIKE for other in others)


@lru_cache(maxsize=1 << 14)
def _heard(names: tuple[Name, ...]) -> tuple[frozenset[tuple[str, ...]], tuple[Name, ...]]:
    """The sounds of the full names, and the names in Latin letters."""
    full = frozenset([_sounds(name.written) for name in names if name.kind is FULL])
    return full, tuple([name for name in names if name.kind is LATIN])


def _partly_hidden(one: Name, other: Name) -> NameAgreement:
    if not one.surname or not other.surname:
        return _maybe_given_name(one, other)
    if one.surname != other.surname:
        same = reading(one.surname) == reading(other.surname)
        return NameAgreement.SURNAME_SOUND_MASKED if same else _maybe_given_name(one, other)
    a, b = one.given, other.given
    if not a or not b:
        return NameAgreement.SAME_SURNAME_MASKED
    return _compatible_patterns(a, b)


def _maybe_given_name(one: Name, other: Name) -> NameAgreement:
    """A full name of two characters may have lost its surname: then a bare surname says nothing against it."""
    full, hidden = (one, other) if one.kind is NameClass.FULL else (other, one)
    if full.kind is not NameClass.FULL or len(full.written) != 2:
        return NameAgreement.DIFFERENT
    pattern = hidden.given
    fits = all(
        x == "?" or _same_sound(x, y) for x, y in ((pattern[:1], full.written[0]), (pattern[-1:], full.written[1]))
    )
    return NameAgreement.MAYBE_GIVEN_NAME if not pattern or fits else NameAgreement.DIFFERENT


def _compatible_patterns(a: str, b: str) -> NameAgreement:
    known_ends = 0
    for x, y in ((a[0], b[0]), (a[-1], b[-1])):
        if "?" in (x, y):
            continue
        if not _same_sound(x, y):
            return NameAgreement.GIVEN_NAME_DIFFERS
        known_ends += 1
    return NameAgreement.MASKED_BOTH_ENDS if known_ends else NameAgreement.SAME_SURNAME_MASKED


BEST_FIRST = list(NameAgreement)
_ALIKE = frozenset({NameAgreement.EQUAL, NameAgreement.SAME_SOUND})
_PLACES = {level: place for place, level in enumerate(BEST_FIRST)}


def best_agreement(ones: Sequence[Name], others: Sequence[Name]) -> NameAgreement | None:
    """The best agreement of any two, None when one side names nobody."""
    if not ones or not others:
        return None
    if len(ones) == 1 and len(others) == 1:
        return agreement(ones[0], others[0])
    best = _DIFFERENT
    for one in ones:
        for other in others:
            found = agreement(one, other)
            if found is _EQUAL:
                return found
            if _PLACES[found] < _PLACES[best]:
                best = found
    return best
