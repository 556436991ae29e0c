"""The matters of a mixed letter: cut where its list counts on, or where words say that another matter begins. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from clue_service.matching.lexicon import splitter_pattern, topic_pattern, topic_words

_SHORTEST_PART = 14
_HAN = "一二三四五六七八九十"
# A mark stands at the beginning, after a punctuation mark or in a new line.
_BEFORE = r"(?:^|(?<=[。;:,!?\s)”\"、])|(?<=[^\d]\.))\s*"
# One style of counting each, the outer ones first; ``alone``: the first matter may stand before 其二 without 其一.
_STYLES: tuple[tuple[str, bool], ...] = (
    (r"(?:问题|线索|事项|反映)之?(?P<n>[一二三四五六七八九]|\d{1,2})(?=[\s:、,.是)])", False),
    (r"第(?P<n>[一二三四五六七八九])(?:个问题|件事|方面|点|条)?(?=[,、:是])", True),
    (r"其(?P<n>[一二三四五六七八九])(?=[,、:是\u4e00-\u9fff])", True),
    (r"(?P<n>[一二三四五六七八九])(?:则|来)?是(?!否)", True),
    (r"\(?(?P<n>[一二三四五六七八九十])\)", False),
    (r"(?P<n>[一二三四五六七八九十])[、.·]", False),
    (r"\(?(?P<n>\d{1,2})\)", False),
    (r"(?P<n>\d{1,2})(?:、(?!\d{1,2}[、月日号])|[.·](?!\d|·)|[.·](?=(?:19|20)\d\d\D))", False),
)
_OWN_FACT = re.compile(r"\d|[万千百]元?|[一二三四五六七八九十]月|今年|去年|前年")
_MARK_AND_DEMAND = re.compile(
    r"^[^\u4e00-\u9fff]*(?:[一二三四五六七八九十][、.)是])?(?:请|望|恳请|要求|建议|希望|诉求)"
)


class _Mark(NamedTuple):
    number: int
    place: int


def split_matters(text: str) -> list[str]:
    """The matters of a mixed letter; a piece that tells no fact of its own stays with the one before it."""
    listed = _list_marks(text)
    cuts = sorted({*listed, *(match.start() for match in splitter_pattern().finditer(text))} - {0})
    pieces: list[str] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        piece = text[start:end].strip()
        if not piece:
            continue
        if pieces and (
            _is_opening(pieces[-1], is_followed_by_list=start in listed) or _adds_nothing(piece, pieces[-1])
        ):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces or ([text] if text else [])


def _is_opening(piece: str, *, is_followed_by_list: bool) -> bool:
    """Whether what came before is no matter but leads to one."""
    if not topic_pattern().search(piece):
        return True
    return is_followed_by_list and (piece.endswith(":") or not _OWN_FACT.search(piece))


def _adds_nothing(piece: str, before: str) -> bool:
    """Whether a piece goes on with the matter before it: short, a demand, or of the same kind without a fact."""
    if len(piece) < _SHORTEST_PART or _MARK_AND_DEMAND.match(piece):
        return True
    kinds = _kinds(piece)
    return not kinds or (kinds <= _kinds(before) and not _OWN_FACT.search(piece.lstrip("()0123456789.、 ")))


def _kinds(piece: str) -> set[str]:
    return {kind for match in topic_pattern().finditer(piece) for kind in topic_words()[match.group()]}


def _list_marks(text: str) -> list[int]:
    """Where the outermost list of the letter counts on: marks of one style in order, at least two of them."""
    runs = [run for pattern, may_lack_first in _patterns() if (run := _run(pattern, text, may_lack_first))]
    return min(runs, key=lambda run: run[0], default=[])


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    return tuple((re.compile(_BEFORE + style), may_lack_first) for style, may_lack_first in _STYLES)


def _run(pattern: re.Pattern[str], text: str, may_lack_first: bool) -> list[int]:
    found: list[_Mark] = []
    for mark in _marks(pattern, text):
        if mark.number == (found[-1].number + 1 if found else 1) or (not found and may_lack_first and mark.number == 2):
            found.append(mark)
    is_list = len(found) > 1 or bool(found and found[0].number > 1)
    return [mark.place for mark in found] if is_list else []


def _marks(pattern: re.Pattern[str], text: str) -> Iterator[_Mark]:
    for match in pattern.finditer(text):
        word = match["n"]
        yield _Mark(int(word) if word.isdecimal() else _HAN.index(word) + 1, match.start())
