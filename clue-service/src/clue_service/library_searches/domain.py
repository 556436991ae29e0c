"""Chinese text without words: pairs of neighbouring characters with their places, queries of them, and highlights.

A text is found by what stands in it, not by what a dictionary takes for words: 收受礼金 is the pairs 收受 受礼 礼金,
one after the other. Letters and digits stay whole. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clue_service.matching.text import HAN, folded

MAX_TERMS = 8
MAX_HIGHLIGHTS = 5
_AROUND = 28  # characters shown on each side of a hit
_RUN = re.compile(rf"[{HAN}]+|[a-z0-9]+")
_MAX_PLACE = 16_383  # PostgreSQL keeps no place beyond this
_TITLE_GAP = 10  # places between title and text, so that no phrase runs across


def _grams(text: str) -> Iterator[tuple[int, str]]:
    """Place and token of every pair, of the last character of each stretch, and of every word of letters."""
    for run in _RUN.finditer(text):
        word = run.group()
        if word[0].isascii():
            yield run.start(), word[:80]
            continue
        for at in range(len(word)):
            yield run.start() + at, word[at : at + 2]


def vector_of(title: str, text: str) -> str:
    """Title (weight A) and text (weight D) as PostgreSQL writes a text vector."""
    places: dict[str, list[str]] = defaultdict(list)
    for at, token in _grams(folded(title)):
        places[token].append(f"{at + 1}A")
    for at, token in _grams(folded(text)):
        place = at + len(title) + _TITLE_GAP
        if place <= _MAX_PLACE:
            places[token].append(str(place))
    # A token is Chinese or [a-z0-9] and needs no escape; PostgreSQL keeps at most 255 places of one.
    return " ".join(f"'{token}':{','.join(found[:255])}" for token, found in sorted(places.items()))


@dataclass(frozen=True)
class Query:
    """What is looked for: the terms as folded text, and the two questions made of them."""

    terms: tuple[str, ...]
    any_place: str
    """All pairs wherever they stand: answered by the index alone."""
    phrase: str
    """All pairs one after the other: asked of what the first question leaves."""


def query_of(text: str) -> Query | None:
    """The query of a search text, all terms of which must be there; None if nothing in it can be looked for."""
    terms = [run.group() for run in _RUN.finditer(folded(text))][:MAX_TERMS]
    if not terms:
        return None
    tokens = [_tokens(term) for term in terms]
    return Query(
        terms=tuple(dict.fromkeys(terms)),
        any_place=" & ".join(token for term in tokens for token in term),
        phrase=" & ".join(f"({' <-> '.join(term)})" for term in tokens),
    )


def _tokens(term: str) -> list[str]:
    if term[0].isascii():
        return [f"'{term[:80]}':*"]
    if len(term) == 1:
        return [f"'{term}':*"]  # begins a pair, or ends a stretch by itself
    return [f"'{term[at : at + 2]}'" for at in range(len(term) - 1)]


@dataclass(frozen=True)
class Highlight:
    """A passage with hits; ``ranges`` are first and past-the-last character within it."""

    passage: str
    ranges: tuple[tuple[int, int], ...]


def highlights_of(text: str, query: Query, *, most: int = MAX_HIGHLIGHTS) -> list[Highlight]:
    """The first passages of a text in which terms stand; hits that are near one another share a passage."""
    hits = _merged(folded(text), query.terms)
    passages: list[Highlight] = []
    while hits and len(passages) < most:
        first = max(0, hits[0][0] - _AROUND)
        last = min(len(text), hits[0][1] + _AROUND)
        inside = [hit for hit in hits if hit[1] <= last]
        passages.append(
            Highlight(text[first:last], tuple((start - first, end - first) for start, end in inside)),
        )
        hits = hits[len(inside) :]
    return passages


def _merged(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    spans = sorted(span for term in terms for span in _spans(text, term))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _boundary(term: str) -> re.Pattern[str]:
    # A word of letters is found where a word begins, as the index finds it.
    return re.compile(rf"(?<![a-z0-9]){re.escape(term)}" if term[0].isascii() else re.escape(term))


def _spans(text: str, term: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _boundary(term).finditer(text))
