"""Use cases of supervised persons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from itertools import islice

from chassis.errors import NotFound, StaleVersion
from chassis.uow import Uow

from personnel_pool_service.supervised_persons import repository
from personnel_pool_service.supervised_persons.domain import ImportCounts, LineError, PersonDraft
from personnel_pool_service.supervised_persons.models import SupervisedPersonRow
from personnel_pool_service.units.service import known_units, require_units

_BATCH = 2_000  # rows per statement


async def upsert_person(uow: Uow, draft: PersonDraft, *, seen_version: int | None) -> tuple[SupervisedPersonRow, bool]:
    """Create or change a supervised person; what changes nothing bumps nothing.

    Raises:
        UnknownUnit: its unit or managing committee does not exist.
        StaleVersion: it is not at ``seen_version``.
    """
    row = await repository.find_person(uow.session, draft.code, lock=True)
    if row is None and seen_version is not None:
        raise StaleVersion
    if row is not None:
        row.require_version(seen_version)
    await require_units(uow, draft.references())
    created, changed = await repository.upsert_persons(uow.session, [draft.values()], uow.now)
    if created or changed:
        await uow.audit("create_person" if created else "change_person", "supervised_person", draft.code)
    if row is not None:
        await uow.session.refresh(row)
    return row or await get_person(uow, draft.code), bool(created)


async def import_persons(uow: Uow, lines: Sequence[tuple[int, PersonDraft]]) -> tuple[ImportCounts, list[LineError]]:
    """Write many persons; a line that refers to an unknown unit is refused alone. The last line of a code counts.

    Args:
        uow: The present unit of work.
        lines: (line number, person).
    """
    units = await known_units(
        uow, {code for _, draft in lines for code in draft.references().values() if code is not None}
    )
    errors: list[LineError] = []
    accepted: dict[str, PersonDraft] = {}
    for number, draft in lines:
        unknown = [pointer for pointer, code in draft.references().items() if code is not None and code not in units]
        errors.extend(LineError(number, pointer, "unknown_unit") for pointer in unknown)
        if not unknown:
            accepted[draft.code] = draft
    created, updated = await store_persons(uow, accepted)
    counts = ImportCounts(created=created, updated=updated, unchanged=len(accepted) - created - updated)
    await uow.audit(
        "import_persons",
        "supervised_person",
        "import",
        detail={"created": created, "updated": updated, "refused": len(errors)},
    )
    return counts, errors


async def store_persons(uow: Uow, drafts: Mapping[str, PersonDraft]) -> tuple[int, int]:
    """Write many persons (by code) whose units are there; returns how many were created and how many changed."""
    created = updated = 0
    rest = iter(sorted(drafts.items()))  # one order for all imports, so that two of them never deadlock
    while batch := [draft.values() for _, draft in islice(rest, _BATCH)]:
        more_created, more_updated = await repository.upsert_persons(uow.session, batch, uow.now)
        created, updated = created + more_created, updated + more_updated
    return created, updated


async def present_persons(uow: Uow, codes: Collection[str]) -> dict[str, PersonDraft]:
    """Those of the persons that are there, as their writers described them."""
    rows = await repository.list_by_codes(uow.session, codes)
    return {row.code: PersonDraft(**{one.name: getattr(row, one.name) for one in fields(PersonDraft)}) for row in rows}


async def rehome(uow: Uow, unit_code: str, into: str) -> None:
    """Let the persons of a unit that was merged belong to the other, and be managed by it where the unit managed."""
    await repository.rehome(uow.session, unit_code, into, uow.now)


async def count_of_unit(uow: Uow, unit_code: str) -> int:
    """How many supervised persons belong to a unit."""
    return await repository.count_of_unit(uow.session, unit_code)


async def get_person(uow: Uow, code: str) -> SupervisedPersonRow:
    """The person; raises ``NotFound``."""
    row = await repository.find_person(uow.session, code)
    if row is None:
        raise NotFound
    return row


async def list_persons(
    uow: Uow, *, unit_code: str | None, rank: str | None, after: str | None, limit: int
) -> list[SupervisedPersonRow]:
    """Persons by code, one more than ``limit`` if there are more."""
    return await repository.list_persons(uow.session, unit_code=unit_code, rank=rank, after=after, limit=limit)
