"""Two clues field by field: for every field a level of agreement, which the score weighs and people read."""

from bisect import bisect_right
from dataclasses import dataclass

from clue_service.matching import dates, numerals, units
from clue_service.matching.names import BEST_FIRST, Name, NameAgreement, NameClass, agreement, best_agreement
from clue_service.matching.prepared import Facts, Prepared, Subject

Levels = dict[str, str]

_COSINE_EDGES = (0.02, 0.05, 0.09, 0.14, 0.2, 0.28, 0.38, 0.5, 0.65, 0.8)
_RARE_EDGES = (1, 2, 3, 5, 8, 13, 25)
_GAP_EDGES = (8, 31, 92, 183, 366, 731, 1096)  # days
_GAP_LEVELS = ("week", "month", "quarter", "half_year", "year", "two_years", "three_years", "longer")
_BRIEF = 16  # characters: 他贪污 tells no fact, so having the same words tells nothing either
_NOTHING_TOLD = {"content": "brief", "rare_words": "brief", "wording": "brief"}
# One other character is no agreement: 赵建国 and 赵建军 may be brothers. Nothing is called likely on it.
_STRONG = frozenset(
    {NameAgreement.EQUAL, NameAgreement.EQUAL_SHORT, NameAgreement.SAME_SOUND, NameAgreement.LOOK_ALIKE,
     NameAgreement.SAME_GIVEN_NAME, NameAgreement.MASKED_BOTH_ENDS}
)  # fmt: skip
_KINDRED_POSTS = ({"staff", "village_staff"}, {"head", "village_head"}, {"deputy", "section"})
_NO_MEETING = frozenset({"missing", "different", "given_name_differs", "maybe_given_name"})
NAME_AGREES = frozenset({*map(str, _STRONG), "same_identity", "named_in_text"})
"""Levels of the field ``name`` without which nothing is ever called likely."""
HIDDEN_NAME_FITS = str(NameAgreement.SAME_SURNAME_MASKED)


@dataclass(frozen=True)
class TextLikeness:
    """What grams say: cosine of the two whole texts, cosine of two parts' content, shared rare grams of content."""

    text: float
    content: float
    rare: float


@dataclass(frozen=True)
class Combination:
    """One subject and one matter of each side."""

    subject: int
    other_subject: int
    part: int
    other_part: int


def compare(
    one: Prepared, other: Prepared, likeness: dict[tuple[int, int], TextLikeness]
) -> list[tuple[Combination, Levels]]:
    """Levels for every combination of subject and matter; ``likeness`` by (part of one, part of other)."""
    naming = ("none_named", "one_named", "both_named")[one.is_named + other.is_named]
    gap = _GAP_LEVELS[bisect_right(_GAP_EDGES, abs((one.received_on - other.received_on).days))]
    brief = min(one.length, other.length) < _BRIEF
    found: list[tuple[Combination, Levels]] = []
    for i, subject in enumerate(one.subjects):
        for j, other_subject in enumerate(other.subjects):
            who = _who(subject, other_subject)
            for k, part in enumerate(one.parts):
                for m, other_part in enumerate(other.parts):
                    texts = _NOTHING_TOLD if brief else _texts(likeness[k, m])
                    levels = who | _what(part, other_part) | texts | {"gap": gap, "naming": naming}
                    if levels["name"] in _NO_MEETING:
                        levels["name"] = _named_in_text(subject, other_subject, part, other_part, levels["name"])
                    found.append((Combination(i, j, k, m), levels))
    return found


def _who(one: Subject, other: Subject) -> Levels:
    if one.codes & other.codes:
        name = "same_identity"
    else:
        best = best_agreement(one.names, other.names)
        name = str(best) if best else "missing"
    post = "missing"
    if one.posts and other.posts:
        kin = any({post, held} in _KINDRED_POSTS for post in one.posts for held in other.posts)
        post = "same" if one.posts & other.posts else "near" if kin else "differ"
    return {"name": name, "unit": str(units.agreement(one.unit, other.unit)), "post": post}


def _named_in_text(one: Subject, other: Subject, part: Facts, other_part: Facts, level: str) -> str:
    """Whether one letter accuses somebody whom the other names elsewhere, when their subjects do not meet."""
    for subject, facts in ((one, other_part), (other, part)):
        for name in subject.names if facts.others else ():
            full = name.kind in {NameClass.FULL, NameClass.LATIN} and len(name.written) > 2
            if full and any(
                agreement(name, third) in {NameAgreement.EQUAL, NameAgreement.SAME_SOUND} for third in facts.others
            ):
                return "named_in_text"
    return level


def _what(one: Facts, other: Facts) -> Levels:
    return {
        "topic": _topics(one, other),
        "amount": numerals.overlap(one.amounts, other.amounts),
        "date": dates.agreement(one.dates, other.dates),
        "detail": _details(one, other),
        "third_person": _third_person(one.others, other.others),
    }


def _topics(one: Facts, other: Facts) -> str:
    if not one.topics or not other.topics:
        return "unknown"
    shared = len(one.topics & other.topics)
    if not shared:
        return "differ"
    return "same" if 2 * shared >= len(one.topics | other.topics) else "partly"


def _details(one: Facts, other: Facts) -> str:
    if one.tokens & other.tokens:
        return "same_mark"
    shared = one.quantities & other.quantities
    if shared:
        return "several_same" if len(shared) > 1 else "one_same"
    if any(_unit_of(x) == _unit_of(y) for x in one.quantities for y in other.quantities):
        return "contradict"
    return "other_mark" if one.tokens and other.tokens else "missing"


def _unit_of(quantity: str) -> str:
    return quantity.lstrip("0123456789.e+")


def _third_person(ones: tuple[Name, ...], others: tuple[Name, ...]) -> str:
    best = best_agreement(ones, others)
    if best is None:
        return "missing" if not ones and not others else "one_side"
    if best in {NameAgreement.MAYBE_GIVEN_NAME, NameAgreement.GIVEN_NAME_DIFFERS, NameAgreement.DIFFERENT}:
        full = NameClass.FULL in {one.kind for one in ones} and NameClass.FULL in {one.kind for one in others}
        return "different" if full else "cannot_tell"
    if best in {NameAgreement.EQUAL, NameAgreement.EQUAL_SHORT} and len(_shared(ones, others)) > 1:
        return "several_equal"
    return str(best) if BEST_FIRST.index(best) <= BEST_FIRST.index(NameAgreement.SAME_SOUND) else _weaker(best)


def _shared(ones: tuple[Name, ...], others: tuple[Name, ...]) -> set[Name]:
    return set(ones) & set(others)


def _weaker(best: NameAgreement) -> str:
    similar = {
        NameAgreement.LOOK_ALIKE,
        NameAgreement.ONE_CHARACTER,
        NameAgreement.SAME_GIVEN_NAME,
        NameAgreement.MASKED_BOTH_ENDS,
    }
    return "similar" if best in similar else "masked"


def _texts(likeness: TextLikeness) -> Levels:
    return {
        "content": f"c{bisect_right(_COSINE_EDGES, likeness.content)}",
        "rare_words": f"r{bisect_right(_RARE_EDGES, likeness.rare)}",
        "wording": f"c{bisect_right(_COSINE_EDGES, likeness.text)}",
    }
