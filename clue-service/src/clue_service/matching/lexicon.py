"""The engine's word lists, read once from ``data/``; each file's origin is in ``data/README.md``."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any


def read_data(name: str) -> str:
    """The text of one file of the package's ``data`` folder."""
    return (resources.files("clue_service.matching") / "data" / name).read_text(encoding="utf-8")


def _read_json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(read_data(name))
    return content


def alternation(words: Iterable[str]) -> str:
    """A regular expression matching any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def surnames() -> frozenset[str]:
    """One- and two-character surnames."""
    words: set[str] = set()
    for line in read_data("surnames.txt").splitlines():
        words.update(line.split() if " " in line else line)
    return frozenset(words)


@cache
def departments() -> dict[str, str]:
    """How a department may be written (after its area) → kind."""
    return {alias: kind for kind, aliases in _read_json("departments.json").items() for alias in aliases}


@cache
def department_pattern() -> re.Pattern[str]:
    """Finds a department's name in running text."""
    return re.compile(alternation(departments()))


@cache
def post_groups() -> dict[str, str]:
    """Post as written → group of posts."""
    return {word: group for group, words in _read_json("posts.json")["groups"].items() for word in words}


@cache
def post_pattern() -> re.Pattern[str]:
    """Finds a post in running text."""
    return re.compile(alternation(post_groups()))


@cache
def titles() -> tuple[str, ...]:
    """What follows a bare surname ("王局长"), the longest first."""
    words = {*_read_json("posts.json")["titles"], *(word for word in post_groups() if len(word) <= 4)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def role_words() -> frozenset[str]:
    """Kinship and role words that stand before somebody's name."""
    return frozenset(_read_json("posts.json")["before_other"]) | frozenset(post_groups())


@cache
def topic_words() -> dict[str, tuple[str, ...]]:
    """Word → the kinds of allegation it speaks for."""
    found: dict[str, tuple[str, ...]] = {}
    for topic, words in _read_json("topics.json").items():
        for word in words:
            found[word] = (*found.get(word, ()), topic)
    return found


@cache
def topic_pattern() -> re.Pattern[str]:
    """Finds words of allegations in running text."""
    return re.compile(alternation(topic_words()))


@cache
def filler_pattern() -> re.Pattern[str]:
    """Finds phrases that say nothing about the matter."""
    return re.compile(alternation(_read_json("phrases.json")["filler"]))


@cache
def splitter_pattern() -> re.Pattern[str]:
    """Finds, after a punctuation mark, the words that begin another matter in the same letter."""
    return re.compile(rf"(?<=[。;；.!?！？\n])\s*(?:{alternation(_read_json('phrases.json')['splitters'])})[,，:：]?")


@cache
def quantity_words(group: str) -> dict[str, str]:
    """Words beside numbers: ``foreign`` money, ``measures`` of what is no money, ``pieces_of`` what 块 counts.

    Each with the word that stands for it: 美金 is 美元.
    """
    words = _read_json("quantities.json")[group]
    return dict(words) if isinstance(words, dict) else {word: word for word in words}


@cache
def places_told(group: str) -> tuple[str, ...]:
    """Words that make a name a firm's or a place's: ``trades``, ``of_firms``, ``firms``, ``houses``, ``works``."""
    return tuple(_read_json("places.json")[group])


@cache
def not_names() -> frozenset[str]:
    """Two characters that begin like a name and are an ordinary word."""
    return frozenset(_read_json("phrases.json")["not_names"])


@cache
def no_names() -> frozenset[str]:
    """What stands in a field for a name that nobody knows or tells."""
    return frozenset(_read_json("phrases.json")["no_names"])


@cache
def given_characters() -> frozenset[str]:
    """Characters that given names are made of."""
    return frozenset(read_data("given.txt")) - {"\n"}


@cache
def after_names_pattern() -> re.Pattern[str]:
    """Finds what a sentence goes on with after the name of its subject."""
    return re.compile(alternation(_read_json("phrases.json")["after_names"]))


@cache
def confusable() -> dict[str, int]:
    """Character → number of its group of look-alikes (the first group that lists it)."""
    groups: dict[str, int] = {}
    for number, line in enumerate(read_data("confusions.txt").split()):
        for character in line:
            groups.setdefault(character, number)
    return groups
