"""Use case of files of supervised persons: tens of thousands in one transaction, each row's fate told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis.keyring import KeyRing
from chassis.spreadsheets.domain import Row, read_yes
from chassis.uow import Uow
from pydantic import ValidationError

from personnel_pool_service.cadre_imports.domain import LABELS, NO, YES
from personnel_pool_service.file_imports.domain import Outcome
from personnel_pool_service.file_imports.unit_names import UnitNames, unit_names
from personnel_pool_service.supervised_person_imports.domain import COLUMNS, OBJECT_GROUPS, UNITS, Wish, plan
from personnel_pool_service.supervised_person_imports.schemas import PersonCells
from personnel_pool_service.supervised_persons import service as persons


class PersonImporter:
    """Rows to supervised persons."""

    kind = "supervised_person"
    columns = COLUMNS

    async def run(self, uow: Uow, keys: KeyRing, rows: Sequence[Row], *, apply: bool) -> list[Outcome]:  # noqa: ARG002 - nothing of them is sealed
        """Decide every row's fate; with ``apply`` write all that is taken."""
        names = await unit_names(uow)
        wishes = [wish_of(row, names) for row in rows]
        present = await persons.present_persons(uow, {wish.code for wish in wishes})
        for wish in wishes:
            before = present.get(wish.code)
            kept = {} if before is None else before.values()
            wish.errors.extend(
                (column, "closed_unit_named")
                for column in sorted(UNITS & wish.given.keys())
                if not names.is_active(wish.given[column]) and wish.given[column] != kept.get(column)
            )
        result = plan(wishes, present)
        if apply:
            await persons.store_persons(uow, result.writes)
        return result.outcomes


def wish_of(row: Row, names: UnitNames) -> Wish:
    """What a row says, in the words of the API."""
    wish = Wish(row.number, "", {}, errors=[(one.column, one.code) for one in row.errors])
    raw: dict[str, Any] = {}
    for column in COLUMNS:
        text = row.text(column.name)
        if text is None:
            continue
        try:
            raw[column.name] = _READERS[column.name](text, names) if column.name in _READERS else text
        except ValueError as error:
            wish.errors.append((column.name, str(error)))
    if "code" not in raw:
        wish.errors.append(("code", "missing"))
        return wish
    try:
        cells = PersonCells.model_validate(raw)
    except ValidationError as error:
        wish.errors.extend((str(one["loc"][0]), str(one["type"])) for one in error.errors(include_input=False))
        return wish
    wish.code = cells.code
    wish.given = cells.model_dump(mode="json", exclude_unset=True, exclude={"code"})
    return wish


def _yes(text: str, _names: UnitNames) -> bool | None:
    return read_yes(text, YES, NO)


def _unit(text: str, names: UnitNames) -> str:
    return names.code_of(text)


_READERS: Mapping[str, Callable[[str, UnitNames], Any]] = {
    "rank": lambda text, _names: LABELS["rank"].get(text, text),
    "object_group": lambda text, _names: OBJECT_GROUPS.get(text, text),
    **dict.fromkeys(UNITS, _unit),
    **dict.fromkeys(("is_party_member", "is_supervision_object", "is_top_leader"), _yes),
}
