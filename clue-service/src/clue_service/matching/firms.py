"""Firms, houses, works and villages that a letter names: where the money came from and what it was for."""

import re
from collections.abc import Sequence
from functools import lru_cache

from clue_service.matching.lexicon import alternation, places_told
from clue_service.matching.prepared import Subject
from clue_service.matching.text import HAN

_MOST = 8
_OWN_NAME = rf"(?P<own>(?![在与和给由向对被把从的是拿收帮替为让到去该本某各全])[{HAN}][{HAN}])"
# A kind of trade, what may stand between, and what makes it a firm: 信远|砂石|厂, 泰辉|园林工程|有限公司.
_FIRM = re.compile(
    rf"{_OWN_NAME}(?:{alternation(places_told('trades'))}){{1,3}}(?:{alternation(places_told('of_firms'))})*"
    rf"(?:{alternation(places_told('firms'))})"
)
_HOUSE = re.compile(rf"{_OWN_NAME}(?:{alternation(places_told('houses'))})")
_WORK = re.compile(rf"{_OWN_NAME}(?:{alternation(places_told('works'))})")
_VILLAGE = re.compile(rf"{_OWN_NAME}村(?![民委里级庄口干支书主会长部])")
_VILLAGE_ONLY = frozenset({"village"})
_KINDS = (("firm", _FIRM), ("house", _HOUSE), ("work", _WORK), ("village", _VILLAGE))


def firms_and_places(text: str, subjects: Sequence[Subject]) -> frozenset[str]:
    """``kind:own name`` of what the text names, at most eight; the village of an accused is who they are, not what."""
    found = [f"{kind}:{match['own']}" for kind, pattern in _KINDS for match in pattern.finditer(text)]
    own = {f"village:{stem[-2:]}" for subject in subjects for stem in subject.unit.all_areas}
    return frozenset([one for one in dict.fromkeys(found) if one not in own][:_MOST])


def agreement(ones: frozenset[str], others: frozenset[str]) -> str:
    """How far two letters name the same: a village says less than a firm, a house or a work."""
    if not ones or not others:
        return "missing" if not ones and not others else "one_side"
    shared = ones & others
    if shared:
        if _kinds(shared) == _VILLAGE_ONLY:
            return "same_village_named"
        return "several_same" if len(shared) > 1 else "same"
    kinds = _kinds(ones) & _kinds(others)
    return "one_side" if not kinds else "other_village" if kinds == _VILLAGE_ONLY else "other"


@lru_cache(maxsize=1 << 12)
def _kinds(named: frozenset[str]) -> frozenset[str]:
    return frozenset([one.partition(":")[0] for one in named])
