"""Units as files name them: by code, or by any name they bear or bore."""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.spreadsheets.domain import fold_header
from chassis.uow import Uow

from personnel_pool_service.units import service as units
from personnel_pool_service.units.domain import ACTIVE
from personnel_pool_service.units.models import unit_document


@dataclass(frozen=True)
class UnitEntry:
    """A unit as a file may name it."""

    code: str
    names: tuple[str, ...]
    is_active: bool


class UnitNames:
    """Units by code and by every name they bear or bore."""

    def __init__(self, units: Iterable[UnitEntry]) -> None:
        self._active: dict[str, bool] = {}
        self._by_name: dict[str, set[str]] = {}
        for unit in units:
            self._active[unit.code] = unit.is_active
            for name in unit.names:
                self._by_name.setdefault(fold_header(name), set()).add(unit.code)

    def code_of(self, text: str) -> str:
        """The unit's code.

        Raises:
            ValueError: unknown or ambiguous; the message is the error's code.
        """
        if text in self._active:
            return text
        found = self._by_name.get(fold_header(text), set())
        present = {code for code in found if self._active[code]} or found
        if not present:
            raise ValueError("unknown_unit")
        if len(present) > 1:
            raise ValueError("ambiguous_unit")
        return next(iter(present))

    def is_active(self, code: str) -> bool:
        """Whether something new may belong to the unit."""
        return self._active[code]


async def unit_names(uow: Uow) -> UnitNames:
    """The names of the whole directory."""
    return UnitNames(
        UnitEntry(row.code, (row.name, *unit_document(row)["aliases"]), row.status == ACTIVE)
        for row in await units.list_all(uow)
    )
