"""Checked reading of untrusted JSON values: every fault is noted with its pointer, none repeats the value."""

import math
from typing import Any

from chassis.errors import FieldError

from inspection_service.assembly.errors import refuse_instance, wrong

LIMIT = 1_000_000
"""Largest count, score or price accepted. Beyond it double arithmetic in the solver stops telling optima apart."""

_MOST_FAULTS = 20


class Faults:
    """Collects faults of one document; ``stop`` ends the reading when there are any."""

    def __init__(self) -> None:
        self.noted: list[FieldError] = []

    def note(self, pointer: str, code: str, zh: str, en: str) -> None:
        """Remember one fault (the first twenty are kept)."""
        if len(self.noted) < _MOST_FAULTS:
            self.noted.append(wrong(pointer, code, zh, en))

    def stop(self) -> None:
        """Raise InvalidInstance if a fault was noted."""
        if self.noted:
            raise refuse_instance(self.noted)

    def listed(self, value: Any, at: str, length: int | None = None) -> list[Any]:
        """A list, of this length if given."""
        if not isinstance(value, list):
            self.note(at, "not_a_list", "应为数组", "must be a list")
            self.stop()
        if length is not None and len(value) != length:
            self.note(at, "wrong_length", f"应有 {length} 项", f"must have {length} entries")
            self.stop()
        assert isinstance(value, list)
        return value

    def field(self, holder: Any, key: str, at: str) -> Any:
        """A field that must be there."""
        if not isinstance(holder, dict):
            self.note(at, "not_an_object", "应为对象", "must be an object")
            self.stop()
        if key not in holder:
            self.note(f"{at}/{key}", "missing", "缺少该字段", "is missing")
            self.stop()
        return holder[key]

    def whole(self, value: Any, at: str, low: int, high: int = LIMIT) -> int:
        """A whole number between two limits."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(at, "not_a_whole_number", "应为整数", "must be a whole number")
            return low
        if not low <= value <= high:
            code = "negative" if value < 0 else "out_of_range"
            self.note(at, code, f"应在 {low} 至 {high} 之间", f"must lie between {low} and {high}")
            return low
        return value

    def number(self, value: Any, at: str, low: float = -LIMIT, high: float = LIMIT) -> float:
        """A finite number between two limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.note(at, "not_a_number", "应为有限数值", "must be a finite number")
            return 0.0
        if not low <= value <= high:
            self.note(at, "out_of_range", f"应在 {low:g} 至 {high:g} 之间", f"must lie between {low:g} and {high:g}")
            return 0.0
        return float(value)

    def names(self, values: Any, at: str, key: str = "") -> list[str]:
        """Distinct, non-empty names."""
        seen: set[str] = set()
        for i, value in enumerate(self.listed(values, at)):
            if not isinstance(value, str) or not value:
                self.note(f"{at}/{i}{key}", "not_a_name", "应为非空字符串", "must be a non-empty string")
            elif value in seen:
                self.note(f"{at}/{i}{key}", "repeated", "重复", "occurs twice")
            else:
                seen.add(value)
        self.stop()
        return list(values)
