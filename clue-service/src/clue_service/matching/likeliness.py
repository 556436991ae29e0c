"""What speaks against calling two clues likely, however probable they are: what people have to weigh. Pure."""

from clue_service.matching.compare import HIDDEN_NAME_FITS, NAME_AGREES, Levels
from clue_service.matching.mates import ALONE, support

_ELSEWHERE = frozenset({"different", "same_kind_other_area"})
_SAME_OFFICE = frozenset({"same_unit", "same_village", "same_kind_same_area", "short_form"})
_SAME_LETTER = frozenset({"c9", "c10"})
_OTHER_WORDS = frozenset({"c0", "c1", "c2"})
_UNLIKE_WORDS = _OTHER_WORDS | {"c3", "c4"}
_WHOLE_NAME = frozenset({"same_identity", "equal", "same_sound"})
# Names that agree in part, or stand in a text: of 285 such pairs without a thing told alike 33 were of two matters. Of
# 124 that all other candidates confirm, in eleven invented cities of which seven were dense, two were.
_WEAK_NAME = frozenset({"masked_both_ends", "look_alike", "same_sound", "named_in_text"})
_SHARED_BY_MANY = frozenset({"equal_short", "missing"})
# Names of which neither tells another person: none there, 建国 and 老张, one other character.
_NO_OTHER_PERSON = frozenset({"missing", "maybe_given_name", "one_character"})
_SAME_THIRD = frozenset({"equal", "several_equal", "equal_short"})
_TOLD = {
    "amount": frozenset({"equal"}),
    "date": frozenset({"day", "month"}),
    "third_person": _SAME_THIRD | {"same_sound"},
    "detail": frozenset({"same_mark", "several_same", "one_same"}),
}
# A person may deal twice with one firm: it tells an event only where names leave the person open.
_OPEN_NAME = frozenset({"missing", "masked_both_ends", HIDDEN_NAME_FITS})
_SAME_FIRM = frozenset({"same", "several_same"})
_WORDS = {
    "wording": frozenset({"c8", "c9", "c10"}),
    "content": frozenset({"c7", "c8", "c9", "c10"}),
    "rare_words": frozenset({"r5", "r6", "r7"}),
}
_FOR_IT = frozenset({"mostly", "fully"})
_OFFICE_IN_PART = frozenset({"same_kind_area_unknown", "unknown"})
_OTHER_POST = frozenset({"near", "differ"})
_SEVERAL_AGREE = frozenset({"m7x2", "m7x3"})


def may_be_likely(levels: Levels) -> bool:
    """Whether nothing is left for people to weigh.

    Names agree as far as they are told, or one event of one office is told and no name is another person's. Units and
    identities do not differ, unless an identity is the same: there may be a namesake elsewhere. Where other
    candidates doubt it, the letters tell the same things of one event.
    """
    name = levels["name"]
    if name != "same_identity" and (_is_elsewhere(levels) or levels.get("identity") == "contradict"):
        return False
    if _is_another_event(levels):
        return False
    if not _is_borne_out(levels) or _is_hearsay(levels):
        return False
    if name == HIDDEN_NAME_FITS:
        return _is_hidden_person(levels)
    if name in _WEAK_NAME and not _told_alike(levels) and support(levels.get("mates", ALONE)) != "fully":
        return False
    if name == "named_in_text" and _are_others_named(levels):
        return False
    if name == "one_character" and not _is_confirmed(levels) and "differ" in (levels.get("date"), levels.get("amount")):
        return False
    return name in NAME_AGREES or _is_slip(levels) or (name in _NO_OTHER_PERSON and _is_one_event(levels))


def _is_another_event(levels: Levels) -> bool:
    """Whether the letters tell of other things in other words, of another time or kind: a person may do several.

    One equal sum or month is no event; two are, and so is one that other candidates confirm, unless the name is one
    that many share and the kind is another: of those they confirmed six of thirteen were of two matters.
    """
    if levels.get("topic") != "differ" and levels.get("date") != "differ":
        return False
    if levels.get("content") not in _OTHER_WORDS:
        return False
    is_confirmed = _is_confirmed(levels) and (levels["name"] != "equal_short" or levels.get("topic") != "differ")
    return things_told(levels) < (1 if is_confirmed else 2)


def _is_hearsay(levels: Levels) -> bool:
    """Whether only other candidates join two accounts in other words, of which the sums are near or the marks others.

    An official who did two things of one kind may have a dozen letters about each, which all confirm one another.
    """
    if _told_alike(levels) or not _is_confirmed(levels):
        return False
    if levels.get("detail") == "other_mark":
        return True
    is_told_otherwise = levels.get("content") in _UNLIKE_WORDS and levels.get("rare_words") == "r0"
    return levels.get("amount") == "near" and is_told_otherwise


def _are_others_named(levels: Levels) -> bool:
    """Whether the letters name other people besides and only other candidates' word joins them.

    Of 131 such pairs in six invented cities eight were of two matters, of 453 others one.
    """
    if levels.get("third_person") != "different" or levels.get("mates", ALONE) == ALONE:
        return False
    return not (things_told(levels) and support(levels["mates"]) == "fully")


def _is_elsewhere(levels: Levels) -> bool:
    """Whether the units are others; a whole letter that is the same outweighs it but where the areas are known."""
    if levels["unit"] == "same_kind_other_area":
        return True
    return levels["unit"] in _ELSEWHERE and levels["wording"] not in _SAME_LETTER


def _is_confirmed(levels: Levels) -> bool:
    """Whether other candidates say so."""
    return support(levels.get("mates", ALONE)) in _FOR_IT


def _is_borne_out(levels: Levels) -> bool:
    """Whether the letters tell enough for what the other candidates say, the more the less the names tell."""
    mates = levels.get("mates", ALONE)
    match support(mates):
        case "against":
            return _told_alike(levels) >= (1 if levels["name"] in _WHOLE_NAME else 2)
        case "divided":
            return _told_alike(levels) > 0
    if mates.startswith("m5") and levels["name"] in _SHARED_BY_MANY:
        return things_told(levels) > 0 or levels["rare_words"] in _WORDS["rare_words"]
    return True


def _is_hidden_person(levels: Levels) -> bool:
    """Whether 张某, who may be any 张 of an office, is told of enough: the office or things, and the kind of matter.

    Where the kinds differ, others' word or a second thing stands in for them: one letter may tell but a part.
    """
    if levels["unit"] not in _SAME_OFFICE and not things_told(levels):
        return False
    if levels.get("date") == "differ":
        return False
    is_told_otherwise = levels.get("third_person") == "different" or levels.get("post") in _OTHER_POST
    if is_told_otherwise and things_told(levels) < 2 and not _is_confirmed(levels):
        return False
    if levels.get("topic") != "differ":
        return True
    return _told_alike(levels) >= (1 if _is_confirmed(levels) else 2)


def _is_slip(levels: Levels) -> bool:
    """Whether one other character in a name is a slip of the pen: not of itself (赵建国 and 赵建军 may be brothers).

    It is where the letters name the same third person or the same mark, or other candidates of the office say so.
    """
    if levels["name"] != "one_character":
        return False
    if levels.get("third_person") in _SAME_THIRD or levels.get("detail") == "same_mark":
        return True
    return _is_confirmed(levels) and levels["unit"] in _SAME_OFFICE and levels.get("detail") != "contradict"


def _is_one_event(levels: Levels) -> bool:
    """Whether letters about one office tell things of one event and other candidates do not speak against it.

    Where nobody is named it takes two things, or one and another candidate's word, or the word of several; the word of
    others also for an office that is only told in part.
    """
    mates, alike = levels.get("mates", ALONE), _told_alike(levels)
    if support(mates) == "against" or (levels.get("detail") == "contradict" and not _is_one_complaint(levels)):
        return False
    if levels["unit"] in _OFFICE_IN_PART:
        return levels["name"] == "missing" and alike > 0 and support(mates) in _FOR_IT
    if levels["unit"] not in _SAME_OFFICE:
        return False
    if levels["name"] != "missing" or mates != ALONE:
        return alike > 0 or (levels["name"] == "missing" and mates in _SEVERAL_AGREE)
    return alike > 1


def _is_one_complaint(levels: Levels) -> bool:
    """Whether letters that name nobody tell of one place or firm in like words: each counts days and visits anew."""
    is_placed = levels["name"] == "missing" and levels.get("firm_or_place") in _SAME_FIRM
    return is_placed and _is_worded_alike(levels)


def things_told(levels: Levels) -> int:
    """How many of sum, time, third person, detail, and firm or place both letters tell alike."""
    is_firm_told = levels["name"] in _OPEN_NAME and levels.get("firm_or_place") in _SAME_FIRM
    return sum(levels.get(name) in same for name, same in _TOLD.items()) + is_firm_told


def _told_alike(levels: Levels) -> int:
    """The same, with the words that tell it as one more."""
    return things_told(levels) + _is_worded_alike(levels)


def _is_worded_alike(levels: Levels) -> bool:
    return any(levels.get(name) in same for name, same in _WORDS.items())
