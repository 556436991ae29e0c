"""Two clues field by field: for every field a level of agreement, which the score weighs and people read."""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from clue_service.matching import dates, firms, numerals, units
from clue_service.matching.names import FULL, LATIN, Name, NameAgreement, best_agreement, is_heard_among
from clue_service.matching.prepared import Facts, Prepared, Subject

Levels = dict[str, str]

_COSINE_EDGES = (0.02, 0.05, 0.09, 0.14, 0.2, 0.28, 0.38, 0.5, 0.65, 0.8)
_RARE_EDGES = (1, 2, 3, 5, 8, 13, 25)
_COSINE_LEVELS = tuple(f"c{number}" for number in range(len(_COSINE_EDGES) + 1))
_RARE_LEVELS = tuple(f"r{number}" for number in range(len(_RARE_EDGES) + 1))
_GAP_EDGES = (8, 31, 92, 183, 366, 731, 1096)  # days
_GAP_LEVELS = ("week", "month", "quarter", "half_year", "year", "two_years", "three_years", "longer")
_NAMINGS = ("none_named", "one_named", "both_named")
_BRIEF = 16  # characters: 他贪污 tells no fact, so having the same words tells nothing either
_NOTHING_TOLD = ("brief", "brief", "brief")
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dx]|\d{15}")  # of a resident's card; else a code of personnel
_WHOLE_NAMES = frozenset({FULL, LATIN})
_SAME_SOUND = NameAgreement.SAME_SOUND
_AS_TEXT: dict[str, str] = {level: str(level) for level in (*NameAgreement, *units.UnitAgreement)}
# One other character is no agreement: 赵建国 and 赵建军 may be brothers. Nothing is called likely on it.
_STRONG = frozenset(
    {NameAgreement.EQUAL, NameAgreement.EQUAL_SHORT, NameAgreement.SAME_SOUND, NameAgreement.LOOK_ALIKE,
     NameAgreement.SAME_GIVEN_NAME, NameAgreement.MASKED_BOTH_ENDS}
)  # fmt: skip
_NOBODY_SHARED = frozenset({NameAgreement.MAYBE_GIVEN_NAME, NameAgreement.GIVEN_NAME_DIFFERS, NameAgreement.DIFFERENT})
_WRITTEN_ALIKE = frozenset({NameAgreement.EQUAL, NameAgreement.EQUAL_SHORT})
_SIMILAR = frozenset(
    {NameAgreement.LOOK_ALIKE, NameAgreement.ONE_CHARACTER, NameAgreement.SAME_GIVEN_NAME,
     NameAgreement.MASKED_BOTH_ENDS}
)  # fmt: skip
_KINDRED = (("staff", "village_staff"), ("head", "village_head"), ("deputy", "section"))
_KINDRED_POSTS = frozenset([*_KINDRED, *((held, post) for post, held in _KINDRED)])
_NO_MEETING = frozenset({"missing", "different", "given_name_differs", "maybe_given_name"})
NAME_AGREES = frozenset({*map(str, _STRONG), "same_identity", "named_in_text"})
"""Levels of the field ``name`` without which nothing is ever called likely."""
HIDDEN_NAME_FITS = str(NameAgreement.SAME_SURNAME_MASKED)


class TextLikeness(NamedTuple):
    """What grams say: cosine of the two whole texts, cosine of two parts' content, shared rare grams of content."""

    text: float
    content: float
    rare: float


class Combination(NamedTuple):
    """One subject and one matter of each side."""

    subject: int
    other_subject: int
    part: int
    other_part: int


def compare(
    one: Prepared, other: Prepared, likeness: dict[tuple[int, int], TextLikeness]
) -> list[tuple[Combination, Levels]]:
    """Levels for every combination of subject and matter; ``likeness`` by (part of one, part of other)."""
    naming = _NAMINGS[one.is_named + other.is_named]
    gap = _GAP_LEVELS[bisect_right(_GAP_EDGES, abs((one.received_on - other.received_on).days))]
    brief = min(one.length, other.length) < _BRIEF
    found: list[tuple[Combination, Levels]] = []
    for i, subject in enumerate(one.subjects):
        for j, other_subject in enumerate(other.subjects):
            name, unit, post = _who(subject, other_subject)
            is_other = _contradicts(subject.codes, other_subject.codes)
            for k, part in enumerate(one.parts):
                for m, other_part in enumerate(other.parts):
                    content, rare, wording = _NOTHING_TOLD if brief else _texts(likeness[k, m])
                    # One literal, because a search makes hundreds of these.
                    levels = {
                        "name": name,
                        "unit": unit,
                        "post": post,
                        "topic": _topics(part, other_part),
                        "amount": numerals.overlap(part.amounts, other_part.amounts),
                        "date": dates.agreement(part.dates, other_part.dates),
                        "detail": _details(part, other_part),
                        "third_person": _third_person(part.others, other_part.others),
                        "firm_or_place": firms.agreement(part.firms, other_part.firms),
                        "content": content,
                        "rare_words": rare,
                        "wording": wording,
                        "gap": gap,
                        "naming": naming,
                    }
                    if is_other:
                        levels["identity"] = "contradict"
                    if name in _NO_MEETING and _is_named_in_text(subject, other_subject, part, other_part):
                        levels["name"] = "named_in_text"
                    found.append((Combination(i, j, k, m), levels))
    return found


def _who(one: Subject, other: Subject) -> tuple[str, str, str]:
    """The levels of name, unit and post."""
    if one.codes and not one.codes.isdisjoint(other.codes):
        name = "same_identity"
    else:
        best = best_agreement(one.names, other.names)
        name = "missing" if best is None else _AS_TEXT[best]
    return name, _AS_TEXT[units.agreement(one.unit, other.unit)], _posts(one.posts, other.posts)


def _contradicts(ones: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both sides tell an identity of one kind and none of them is the same."""
    if not ones or not others or not ones.isdisjoint(others):
        return False
    kinds = {_IDENTITY_NUMBER.fullmatch(code) is not None for code in ones}
    return not kinds.isdisjoint([_IDENTITY_NUMBER.fullmatch(code) is not None for code in others])


def _posts(ones: frozenset[str], others: frozenset[str]) -> str:
    if not ones or not others:
        return "missing"
    if not ones.isdisjoint(others):
        return "same"
    pairs = [(post, held) for post in ones for held in others]
    return "differ" if _KINDRED_POSTS.isdisjoint(pairs) else "near"


def _is_named_in_text(one: Subject, other: Subject, part: Facts, other_part: Facts) -> bool:
    """Whether one letter accuses somebody whom the other names elsewhere, when their subjects do not meet."""
    for subject, others in ((one, other_part.others), (other, part.others)):
        for name in subject.names if others else ():
            if name.kind in _WHOLE_NAMES and len(name.written) > 2 and is_heard_among(name, others):
                return True
    return False


def _topics(one: Facts, other: Facts) -> str:
    if not one.topics or not other.topics:
        return "unknown"
    shared = len(one.topics & other.topics)
    if not shared:
        return "differ"
    return "same" if 2 * shared >= len(one.topics | other.topics) else "partly"


def _details(one: Facts, other: Facts) -> str:
    if not one.tokens.isdisjoint(other.tokens):
        return "same_mark"
    shared = one.quantities & other.quantities
    if shared:
        return "several_same" if len(shared) > 1 else "one_same"
    if one.quantities and other.quantities and not _units(one.quantities).isdisjoint(_units(other.quantities)):
        return "contradict"
    return "other_mark" if one.tokens and other.tokens else "missing"


@lru_cache(maxsize=1 << 12)
def _units(quantities: frozenset[str]) -> frozenset[str]:
    """What is counted: 次 of 43次."""
    return frozenset(quantity.lstrip("0123456789.e+") for quantity in quantities)


def _third_person(ones: tuple[Name, ...], others: tuple[Name, ...]) -> str:
    best = best_agreement(ones, others)
    if best is None:
        return "missing" if not ones and not others else "one_side"
    if best in _NOBODY_SHARED:
        full = FULL in [one.kind for one in ones] and FULL in [one.kind for one in others]
        return "different" if full else "cannot_tell"
    if best in _WRITTEN_ALIKE and len(set(ones).intersection(others)) > 1:
        return "several_equal"
    return _AS_TEXT[best] if best in _WRITTEN_ALIKE or best is _SAME_SOUND else _weaker(best)


def _weaker(best: NameAgreement) -> str:
    return "similar" if best in _SIMILAR else "masked"


def _texts(likeness: TextLikeness) -> tuple[str, str, str]:
    """The levels of content, rare words and wording."""
    return (
        _COSINE_LEVELS[bisect_right(_COSINE_EDGES, likeness.content)],
        _RARE_LEVELS[bisect_right(_RARE_EDGES, likeness.rare)],
        _COSINE_LEVELS[bisect_right(_COSINE_EDGES, likeness.text)],
    )
