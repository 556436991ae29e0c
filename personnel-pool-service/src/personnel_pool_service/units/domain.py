"""What a unit is, apart from where it is kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class UnitDraft:
    """A unit as its writer describes it."""

    code: str
    name: str
    unit_type: str
    level: str
    parent_code: str | None = None
    aliases: tuple[str, ...] = ()
    linked_office: str | None = None
    host_units: tuple[str, ...] = ()
    contact: str | None = None
    supervision_type: str | None = None
    in_charge: tuple[str, ...] = ()

    def references(self) -> dict[str, str]:
        """The units this one refers to, by JSON pointer. A unit may name itself nowhere but as a mistake."""
        named = {"/parent_code": self.parent_code, "/linked_office": self.linked_office}
        named.update({f"/host_units/{index}": code for index, code in enumerate(self.host_units)})
        return {pointer: code for pointer, code in named.items() if code is not None}

    def values(self) -> dict[str, Any]:
        """The columns of a row; lists where JSON has lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def commission_of(code: str, chain: Sequence[tuple[str, str]]) -> str:
    """The nearest ``cdi`` at or above a unit, or the unit itself; ``chain`` is (code, type), nearest first."""
    return next((above for above, kind in chain if kind == "cdi"), code)
