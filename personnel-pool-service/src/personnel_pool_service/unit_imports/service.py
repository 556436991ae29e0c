"""Use case of unit imports: a whole directory in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from chassis.keyring import KeyRing
from chassis.spreadsheets.domain import Row, read_date, split_list
from chassis.uow import Uow
from pydantic import ValidationError

from personnel_pool_service.file_imports.domain import CREATE, Outcome
from personnel_pool_service.unit_imports.domain import COLUMNS, LABELS, LISTS, Plan, Present, Wish, plan
from personnel_pool_service.unit_imports.schemas import UnitCells
from personnel_pool_service.units import repository, service
from personnel_pool_service.units.domain import UnitDraft


class UnitImporter:
    """Rows to units."""

    kind = "unit"
    columns = COLUMNS

    async def run(self, uow: Uow, keys: KeyRing, rows: Sequence[Row], *, apply: bool) -> list[Outcome]:  # noqa: ARG002 - units hold nothing sealed
        """Decide every row's fate; with ``apply`` write what is taken, units above first."""
        await repository.lock_directory(uow.session)
        latest = await repository.list_last_changes(uow.session)
        present = {
            row.code: Present(service.draft_of(row), row.status, latest[row.code])
            for row in await repository.list_all(uow.session)
        }
        result = plan([wish_of(row) for row in rows], present, uow.clock.today())
        if apply:
            await _write(uow, result)
        return result.outcomes


async def _write(uow: Uow, result: Plan) -> None:
    """In two rounds: units may name each other as office, host or authority in a circle, parents never."""
    later: list[Wish] = []
    created = {outcome.key for outcome in result.outcomes if outcome.action == CREATE}
    for wish in result.writes:
        draft = wish.draft
        assert draft is not None  # planned writes have one
        if draft.code not in created:
            later.append(wish)
            continue
        created.discard(draft.code)
        bare = _without_links_to(draft, created)
        await service.upsert_unit(uow, bare, seen_version=None, valid_from=wish.effective_on)
        if bare != draft:
            later.append(wish)
    for wish in later:
        assert wish.draft is not None  # planned writes have one
        await service.upsert_unit(uow, wish.draft, seen_version=None, valid_from=wish.effective_on)


def _without_links_to(draft: UnitDraft, codes: Collection[str | None]) -> UnitDraft:
    """The unit without what points beside the tree to units that are not written yet."""
    return replace(
        draft,
        linked_office=None if draft.linked_office in codes else draft.linked_office,
        cadre_authority=None if draft.cadre_authority in codes else draft.cadre_authority,
        host_units=tuple(host for host in draft.host_units if host not in codes),
    )


def wish_of(row: Row) -> Wish:
    """What a row says, in the words of the API."""
    given: dict[str, Any] = {}
    for column in COLUMNS:
        text = row.text(column.name)
        if text is None or column.name == "effective_on":
            continue
        labels = LABELS.get(column.name, {})
        given[column.name] = split_list(text) if column.name in LISTS else labels.get(text, text)
    wish = Wish(row.number, str(given.get("code", "")), {}, errors=[(one.column, one.code) for one in row.errors])
    try:
        wish.effective_on = read_date(row.cells.get("effective_on"))
    except ValueError as error:
        wish.errors.append(("effective_on", str(error)))
    if not wish.code:
        wish.errors.append(("code", "missing"))
        return wish
    try:
        cells = UnitCells.model_validate(given)
    except ValidationError as error:
        wish.errors.extend((str(one["loc"][0]), str(one["type"])) for one in error.errors(include_input=False))
        return wish
    wish.given = {
        name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value
        for name, value in cells.model_dump(mode="json", exclude_unset=True).items()
        if name != "code"
    }
    return wish
