"""What people are checked against: units, and clues by the units of their subjects."""

import re
from collections.abc import Iterator, Mapping, Sequence

from chassis.directory import Unit, UnitTree

# Bodies inside a unit whose people are the unit's own staff, unlike a dispatched group's.
_INNER_BODIES = frozenset({"unit_discipline_body", "university_cdi"})
_COUNTY = re.compile(r"([\u4e00-\u9fff]{1,8}?(?:自治县|县|区|旗|市))")


class Targets:
    """Targets by key, asked by the units of people's lives; answers are kept, for there are many people.

    A unit is a target under its own code. A clue is a target under its id and stands for the units of its subjects.
    """

    def __init__(self, tree: UnitTree, codes: Sequence[str], clues: Mapping[str, Sequence[str]] | None = None) -> None:
        by_key: dict[str, tuple[str, ...]] = {code: (code,) for code in codes}
        # A clue without a known unit stands for itself: the subjects of open clues must not handle it either.
        by_key.update({key: tuple(units) or (key,) for key, units in (clues or {}).items()})
        self.keys = list(by_key)
        self.units = list(dict.fromkeys(unit for units in by_key.values() for unit in units))
        self.are_units = not clues
        """Every target is a unit under its own code."""
        self._by_key = list(by_key.items())
        self._tree = tree
        self._within: dict[str, frozenset[str]] = {}
        self._native: dict[str, frozenset[str]] = {}
        self._areas: dict[str, list[Unit]] = {code: _county_units(tree, code) for code in self.units}

    def __iter__(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        return iter(self._by_key)

    def containing(self, unit_code: str) -> frozenset[str]:
        """The target units that a unit is, or lies within, or is an inner body of."""
        known = self._within.get(unit_code)
        if known is None:
            above = set(self._tree.superiors(unit_code))
            unit = self._tree.find(unit_code)
            if unit is not None and unit.unit_type in _INNER_BODIES:
                for host in unit.host_units:
                    above.update(self._tree.superiors(host))
            known = self._within[unit_code] = frozenset(code for code in self.units if code in above)
        return known

    def in_native_county(self, native_place: str | None) -> frozenset[str]:
        """The target units in the county, district or township a person comes from."""
        if not native_place:
            return frozenset()
        known = self._native.get(native_place)
        if known is None:
            known = self._native[native_place] = frozenset(
                code for code, areas in self._areas.items() if any(_is_of_area(unit, native_place) for unit in areas)
            )
        return known


def _county_units(tree: UnitTree, code: str) -> list[Unit]:
    units = [unit for above in tree.superiors(code) if (unit := tree.find(above)) is not None]
    return [unit for unit in units if unit.level in ("county", "township")]


def _is_of_area(unit: Unit, native_place: str) -> bool:
    if unit.code == native_place:
        return True
    # "夏宁市东湖区" names a city and a district; the last is the county-level one.
    counties = _COUNTY.findall(native_place)
    return bool(counties) and counties[-1] in unit.name
