"""Units that running text names by their form: a department, a town or a village with the area before it."""

import re

from clue_service.matching.lexicon import department_pattern
from clue_service.matching.text import HAN
from clue_service.matching.units import Unit, parse_unit

_AREA_IN_TEXT = re.compile(rf"([{HAN}]{{2,3}})(?:市|县|区|镇|乡|街道|村|社区)(?!民|级|里|庄)")
_VILLAGE_POST = re.compile(r"村(?=(?:村|党支部|支部)?(?:支书|书记|主任|会计|文书|干部|村长|委员|两委))")
_STARTS_A_PLACE = frozenset("在由系任是对向被查与和及原")
_BEFORE_DEPARTMENT = re.compile(rf"[{HAN}]{{1,14}}$")


def units_in_text(text: str) -> list[tuple[Unit, int, int]]:
    """Units named by form in running text with the area before them: (unit, start, end), at most eight."""
    found: list[tuple[Unit, int, int]] = []
    for pattern in (department_pattern(), _VILLAGE_POST):
        for match in pattern.finditer(text):
            before = _BEFORE_DEPARTMENT.search(text, max(0, match.start() - 14), match.start())
            head = _trim(before.group(), match.group()) if before else ""
            unit = _certain(parse_unit(head + match.group()))
            if not unit.is_empty:
                found.append((unit, match.start() - len(head), match.end()))
            if len(found) == 8:
                return found
    return found


def _certain(unit: Unit) -> Unit:
    # In running text the character before a place may be a verb's: keep the two next to 市 or 县 as well.
    areas = unit.areas | {stem[-2:] for stem in unit.areas if len(stem) == 3}
    return unit._replace(areas=areas, town=unit.town[-2:], village=unit.village[-2:])


def _trim(before: str, department: str) -> str:
    """The part of ``before`` that can be an area: the chain of 市, 县, 镇 … that ends where the department begins."""
    chunks = list(_AREA_IN_TEXT.finditer(before))
    if chunks and chunks[-1].end() == len(before):
        start = chunks[-1].start()
        for chunk in reversed(chunks[:-1]):
            if chunk.end() == start:
                start = chunk.start()
        return before[start:]
    bare = before[-2:]
    if department[0] in "镇乡街村社":
        return bare
    starts_here = len(before) == 2 or before[-3:-2] in _STARTS_A_PLACE
    return bare if starts_here and len(bare) == 2 else before[-1:] if before[-1:] in "市县区" else ""
