"""Rows of a roster to words of the API: labels to codes, names of units to codes, texts to dates and lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chassis.keyring import KeyRing
from chassis.spreadsheets.domain import Row, read_date, read_yes, split_list
from pydantic import ValidationError

from personnel_pool_service.cadre_imports.domain import (
    COLUMNS,
    LABELS,
    NO,
    YES,
    Wish,
    read_history,
    read_relatives,
)
from personnel_pool_service.cadres.domain import CadreDraft, flags, refusals
from personnel_pool_service.cadres.identity import IdNumber, read_id_number
from personnel_pool_service.cadres.schemas import CadreChange
from personnel_pool_service.file_imports.unit_names import UnitNames
from personnel_pool_service.tags.domain import fold

_BLANK = CadreDraft(name="", home_unit="", rank="", gender="", party_member=False)


@dataclass(frozen=True)
class Reading:
    """What rows are read with."""

    keys: KeyRing
    units: UnitNames
    spellings: Mapping[str, str]
    """Folded spelling of a tag → its code."""
    today: date

    def wish_of(self, row: Row) -> Wish:
        """What a row says."""
        wish = Wish(row.number, errors=[(one.column, one.code) for one in row.errors])
        raw: dict[str, Any] = {}
        for column in COLUMNS:
            text = row.text(column.name)
            if text is None:
                if column.is_required:
                    wish.errors.append((column.name, "missing"))
                continue
            try:
                raw[column.name] = self._read(column.name, row, text)
            except ValueError as error:
                wish.errors.append((column.name, str(error)))
        if not wish.errors:
            self._validate(wish, raw)
        return wish

    def _read(self, column: str, row: Row, text: str) -> Any:
        reader = _READERS.get(column)
        return LABELS.get(column, {}).get(text, text) if reader is None else reader(self, row, text)

    def with_units(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**entry, "unit_code": self.units.code_of(entry["unit_code"])} for entry in entries]

    def _validate(self, wish: Wish, raw: dict[str, Any]) -> None:
        number: IdNumber | None = raw.pop("id_number", None)  # read already; the model would read it twice more
        try:
            wish.given = CadreChange.model_validate(raw).to_changes()
        except ValidationError as error:
            wish.errors.extend(
                (str(one["loc"][0]) if one["loc"] else None, str(one["type"]))
                for one in error.errors(include_input=False, include_context=False, include_url=False)
            )
            return
        if number is not None:
            wish.given["id_number"] = number
            wish.digest, wish.born_by_number = number.digest(self.keys), number.birth_date
            self._compare(wish, number)
        draft = replace(_BLANK, birth_date=wish.birth_date, work_history=wish.given.get("work_history", ()))
        wish.errors.extend((one.pointer.split("/")[1], one.code) for one in refusals(draft, self.today))
        wish.flags.extend(flags(draft.work_history))
        if any(fold(tag) not in self.spellings for tag in wish.given.get("tags", ())):
            wish.flags.append("unlisted_tag")

    def _compare(self, wish: Wish, number: IdNumber) -> None:
        if wish.given.get("birth_date") not in (None, number.birth_date):
            wish.errors.append(("birth_date", "birth_differs_from_id"))
        if wish.given.get("gender") not in (None, number.gender):
            wish.flags.append("gender_differs_from_id")


_READERS: Mapping[str, Callable[[Reading, Row, str], Any]] = {
    "id_number": lambda _reading, row, text: _id_number(row, text),
    "home_unit": lambda reading, _row, text: reading.units.code_of(text),
    "birth_date": lambda _reading, row, _text: read_date(row.cells.get("birth_date")),
    "party_member": lambda _reading, _row, text: read_yes(text, YES, NO),
    "tags": lambda _reading, _row, text: split_list(text),
    "pool_kinds": lambda _reading, _row, text: [LABELS["pool_kinds"].get(one, one) for one in split_list(text)],
    "work_history": lambda reading, _row, text: reading.with_units(read_history(text)),
    "relatives": lambda reading, _row, text: reading.with_units(read_relatives(text)),
}


def _id_number(row: Row, text: str) -> IdNumber:
    if isinstance(row.cells.get("id_number"), (int, float)):
        raise ValueError("number_not_text")  # noqa: TRY004 - the code of a row's error, not a fault of the program
    return read_id_number(text)
