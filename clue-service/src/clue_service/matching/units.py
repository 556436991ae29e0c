"""Units as letters name them: kind of department and area, through the directory where it knows them, else by form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from clue_service.matching.abbreviations import ShortForm, short_form
from clue_service.matching.lexicon import department_pattern, departments
from clue_service.matching.text import HAN, clean

_UPPER = "特别行政区|自治区|自治州|自治县|林区|新区|地区|省|市|州|盟|县|区|旗"
_UPPER_CHUNK = re.compile(
    rf"(?:([{HAN}a-z0-9]{{2,8}}?)(?:{_UPPER})|([{HAN}a-z]?)(?:市|县|区|旗))(?!镇|乡|街道|村|社区)"
)
_TOWN_CHUNK = re.compile(rf"([{HAN}]{{1,6}})(?:镇|乡|街道)")
_VILLAGE_CHUNK = re.compile(rf"([{HAN}]{{1,8}}?)(?:村|社区|屯|庄)")
_GENERIC = re.compile(r"^(?:本|该|我|全|某|各|农|新农|市|县|区|镇|乡|行政|自然|这个|我们)$")
_SUFFIXES = re.compile(r"(?:股份|集团|有限|责任|公司|总公司|分公司|局|委员会|委|办公室|办|中心|院|所|站|队|厂|校|处)+$")
_LONGEST_UNIT = 80
_LONGEST_WRITTEN = 30


class UnitAgreement(StrEnum):
    """How far two units agree."""

    SAME_UNIT = "same_unit"
    SAME_VILLAGE = "same_village"
    SAME_KIND_SAME_AREA = "same_kind_same_area"
    SHORT_FORM = "short_form"
    SAME_KIND_AREA_UNKNOWN = "same_kind_area_unknown"
    AREA_SAME_KIND_UNKNOWN = "area_same_kind_unknown"
    OTHER_KIND_SAME_AREA = "other_kind_same_area"
    SAME_KIND_OTHER_AREA = "same_kind_other_area"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Unit(NamedTuple):
    """What is known of a unit. Areas are stems without 市, 县, 镇…; several where the form leaves a choice."""

    code: str | None = None
    kind: str | None = None
    own_name: str = ""  # what is left of a name of unknown kind, such as a company's
    areas: frozenset[str] = frozenset()
    town: str = ""
    village: str = ""
    written: str = ""  # the name as it came in, cleaned

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.code or self.kind or self.own_name or self.areas or self.town or self.village)

    @property
    def all_areas(self) -> frozenset[str]:
        """Every stem, of whatever level."""
        return self.areas | {stem for stem in (self.town, self.village) if stem}


NO_UNIT = Unit()


def parse_unit(raw: str | None) -> Unit:
    """A unit from its name alone."""
    text = re.sub(r"[\s()·.,。、;:]", "", clean(raw))[:_LONGEST_UNIT]
    return _parse(text)._replace(written=text[:_LONGEST_WRITTEN]) if text else NO_UNIT


def _parse(text: str) -> Unit:
    department = _last_department(text)
    kind, head, rest = None, text, ""
    if department is not None:
        kind, head, rest = departments()[department.group()], text[: department.start()], text[department.end() :]
    if kind == "village" or (kind is None and re.search(r"(?:村|社区|屯)(?:党支部|两委)?$", head)):
        return _village(head if kind is None else f"{head.removesuffix('村').removesuffix('社区')}村")
    if kind == "town" or (kind is None and re.search(r"(?:镇|乡|街道)$", head)):
        return _town(head if kind is None else f"{head}镇")
    areas, remainder = _upper_areas(head)
    town, remainder = _town_before(remainder)
    if kind is None:
        return Unit(own_name=_SUFFIXES.sub("", remainder + rest) or remainder, areas=areas, town=town)
    return Unit(kind=kind, areas=areas | _stems(remainder) if len(remainder) <= 8 else areas, town=town)


def _town_before(text: str) -> tuple[str, str]:
    """The stem of a town that a unit's name begins with, and the rest: 桐岭 and 国土所 of 桐岭镇国土所."""
    match = _TOWN_CHUNK.match(text)
    if match is None or len(match.group(1)) > 4 or match.group(1)[-1] in "县市区乡" or _GENERIC.match(match.group(1)):
        return "", text
    return match.group(1), text[match.end() :]


def _last_department(text: str) -> re.Match[str] | None:
    # The part that says what a unit is stands last: 城市建设局, not 城市.
    found = None
    for match in department_pattern().finditer(text):
        found = match
    return found


def _stems(chunk: str) -> frozenset[str]:
    chunk = chunk.strip()
    if not chunk or _GENERIC.match(chunk):
        return frozenset()
    if len(chunk) <= 3:
        return frozenset({chunk})
    # Two areas written without 市 or 县 between them (武泉阳昌镇): names of places mostly have two characters.
    return frozenset({chunk[:2], chunk[-2:]})


def _upper_areas(text: str) -> tuple[frozenset[str], str]:
    areas: set[str] = set()
    place = 0
    while match := _UPPER_CHUNK.match(text, place):
        areas |= _stems(match.group(1) or match.group(2) or "")
        place = match.end()
    return frozenset(areas), text[place:]


def _town(text: str) -> Unit:
    areas, remainder = _upper_areas(text)
    match = _TOWN_CHUNK.match(remainder)
    if match is None or _GENERIC.match(match.group(1)):
        return Unit(kind="town", areas=areas)
    chunk = match.group(1)
    town = chunk[-2:] if len(chunk) > 3 else chunk
    return Unit(kind="town", areas=areas | _stems(chunk[: -len(town)]), town=town)


def _village(text: str) -> Unit:
    upper = _town(text[: match.end()]) if (match := re.match(r".*(?:镇|乡|街道)", text)) else None
    tail = text[match.end() :] if match else text
    areas = upper.areas if upper else frozenset()
    if upper is None:
        areas, tail = _upper_areas(tail)
    found = _VILLAGE_CHUNK.match(tail)
    stem = found.group(1) if found else ""
    if _GENERIC.match(stem):
        stem = ""
    if len(stem) > 3:
        areas, stem = areas | _stems(stem[:-2]), stem[-2:]
    return Unit(kind="village", areas=areas, town=upper.town if upper else "", village=stem)


def place_stems(raw: str | None) -> frozenset[str]:
    """Stems of a place field such as 长河县宁溪镇."""
    text = clean(raw)[:_LONGEST_UNIT]
    areas, remainder = _upper_areas(text)
    found = set(areas)
    for pattern in (_TOWN_CHUNK, _VILLAGE_CHUNK):
        if match := pattern.match(remainder):
            found |= _stems(match.group(1))
            remainder = remainder[match.end() :]
    return frozenset(found) or (_stems(remainder) if len(remainder) <= 4 else frozenset())


@dataclass(frozen=True)
class DirectoryEntry:
    """One unit of the directory, as the engine needs it."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    parent_code: str | None = None


@dataclass
class UnitDirectory:
    """Aliases of known units. One alias may belong to several units: then the area decides, or nothing."""

    entries: dict[str, DirectoryEntry] = field(default_factory=dict)
    _by_alias: dict[str, list[str]] = field(default_factory=dict)
    _by_prefix: dict[str, list[str]] = field(default_factory=dict)
    _units: dict[str, Unit] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[DirectoryEntry]) -> "UnitDirectory":
        """Build the lookup; about a second for 100,000 units."""
        directory = cls({entry.code: entry for entry in entries})
        for entry in directory.entries.values():
            for alias in {clean(entry.name), *map(clean, entry.aliases)}:
                if len(alias) >= 2:
                    directory._by_alias.setdefault(alias, []).append(entry.code)
        for alias in directory._by_alias:
            directory._by_prefix.setdefault(alias[:3], []).append(alias)
        for aliases in directory._by_prefix.values():
            aliases.sort(key=lambda alias: -len(alias))
        return directory

    def unit(self, code: str) -> Unit:
        """What is known of the unit with this code; areas come from its name and those above it."""
        if code not in self._units:
            self._units[code] = self._build(code)
        return self._units[code]

    def _build(self, code: str) -> Unit:
        entry = self.entries.get(code)
        if entry is None:
            return Unit(code=code)
        own = parse_unit(entry.name)
        areas = set(own.areas)
        seen = {code}
        above = self.entries.get(entry.parent_code or "")
        while above is not None and above.code not in seen:
            seen.add(above.code)
            areas |= parse_unit(above.name).all_areas
            above = self.entries.get(above.parent_code or "")
        return Unit(code, own.kind, own.own_name, frozenset(areas), own.town, own.village, own.written)

    def resolve(self, raw: str | None, code: str | None = None) -> Unit:
        """The unit with this code, or of this name; by form where the directory does not know it."""
        if code and code in self.entries:
            return self.unit(code)
        text = clean(raw)
        codes = self._by_alias.get(text, [])
        return self.unit(codes[0]) if len(codes) == 1 else parse_unit(text)

    def find_in(self, text: str) -> list[tuple[Unit, int, int]]:
        """Known units named in running text, longest alias first at each place, at most eight."""
        found: list[tuple[Unit, int, int]] = []
        place = 0
        while self._by_prefix and place < len(text) - 1 and len(found) < 8:
            step = 1
            for width in (3, 2):
                alias = next(
                    (a for a in self._by_prefix.get(text[place : place + width], ()) if text.startswith(a, place)), ""
                )
                codes = self._by_alias.get(alias, [])
                if len(codes) == 1:
                    found.append((self.unit(codes[0]), place, place + len(alias)))
                    step = len(alias)
                    break
            place += step
        return found


_READ_CLEARLY = frozenset(
    {UnitAgreement.SAME_UNIT, UnitAgreement.SAME_VILLAGE, UnitAgreement.SAME_KIND_SAME_AREA, UnitAgreement.SHORT_FORM}
)
_SAYS_LITTLE = frozenset({UnitAgreement.UNKNOWN, UnitAgreement.SAME_KIND_OTHER_AREA, UnitAgreement.DIFFERENT})


def agreement(one: Unit, other: Unit) -> UnitAgreement:
    """How far two units agree; symmetric. Names that shorten one another agree whatever else was read in them.

    Not remembered: seven of ten pairs are new, and to look a pair up takes as long as to compare it.
    """
    found = _agreement(one, other)
    if found in _READ_CLEARLY or (one.village and other.village) or not (one.written and other.written):
        return found
    match short_form(one.written, other.written):
        case ShortForm.WITH_PLACE:
            return UnitAgreement.SHORT_FORM
        case ShortForm.WITH_SLIP if not (one.kind and other.kind and one.kind != other.kind):
            return UnitAgreement.SHORT_FORM
        case ShortForm.WITHOUT_PLACE if found in _SAYS_LITTLE:
            return UnitAgreement.SAME_KIND_AREA_UNKNOWN
    return found


def _agreement(one: Unit, other: Unit) -> UnitAgreement:
    if one.is_empty or other.is_empty:
        return UnitAgreement.UNKNOWN
    if one.code and one.code == other.code:
        return UnitAgreement.SAME_UNIT
    if one.village and other.village:
        if _same_place(one.village, other.village):
            return UnitAgreement.SAME_VILLAGE if _compatible_above(one, other) else UnitAgreement.SAME_KIND_OTHER_AREA
        return UnitAgreement.SAME_KIND_OTHER_AREA
    area = _area(one, other)
    if one.own_name and other.own_name and not (one.kind or other.kind):
        kind = one.own_name in other.own_name or other.own_name in one.own_name
        return _combine(kind, True if kind and area is None else area)
    return _combine(one.kind == other.kind if one.kind and other.kind else None, area)


def _combine(kind: bool | None, area: bool | None) -> UnitAgreement:
    if kind:
        if area is None:
            return UnitAgreement.SAME_KIND_AREA_UNKNOWN
        return UnitAgreement.SAME_KIND_SAME_AREA if area else UnitAgreement.SAME_KIND_OTHER_AREA
    if area:
        return UnitAgreement.AREA_SAME_KIND_UNKNOWN if kind is None else UnitAgreement.OTHER_KIND_SAME_AREA
    if area is None and kind is None:
        return UnitAgreement.UNKNOWN
    return UnitAgreement.DIFFERENT


def _same_place(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= 1 and len(longer) == len(shorter) + 1 and shorter in longer


def _compatible_above(one: Unit, other: Unit) -> bool:
    if one.town and other.town and not (set(one.town) & set(other.town)):
        return False
    return not (one.areas and other.areas) or bool(one.areas & other.areas) or one.town == other.town != ""


def _area(one: Unit, other: Unit) -> bool | None:
    if one.town and other.town:
        return _same_place(one.town, other.town)
    if (one.town and one.town in other.areas) or (other.town and other.town in one.areas):
        return True
    if one.areas and other.areas:
        return bool(one.areas & other.areas)
    return None
