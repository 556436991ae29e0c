"""Use cases of the organisation directory."""

from collections.abc import Collection, Mapping

from chassis.directory import store_unit
from chassis.errors import FieldError, NotFound, StaleVersion, Text, UnknownUnit
from chassis.uow import Uow

from personnel_pool_service.units import repository
from personnel_pool_service.units.domain import UnitDraft, commission_of
from personnel_pool_service.units.errors import UnitCycle
from personnel_pool_service.units.events import unit_upserted
from personnel_pool_service.units.models import UnitRow


async def upsert_unit(uow: Uow, draft: UnitDraft, *, seen_version: int | None) -> tuple[UnitRow, bool]:
    """Create or change a unit; what changes nothing bumps nothing and tells nobody.

    Returns:
        The unit and whether it is new.

    Raises:
        UnknownUnit: a unit it refers to does not exist; names the fields.
        UnitCycle: its parent lies at or below it.
        StaleVersion: it is not at ``seen_version``.
    """
    await repository.lock_directory(uow.session)
    row = await repository.find_unit(uow.session, draft.code)
    if row is None and seen_version is not None:
        raise StaleVersion
    if row is not None:
        row.require_version(seen_version)
        if draft_of(row) == draft:
            return row, False
    superiors = await _checked_superiors(uow, draft)
    created = row is None
    if row is None:
        row = UnitRow(**draft.values(), version=1, created_at=uow.now, updated_at=uow.now)
        uow.session.add(row)
    else:
        for name, value in draft.values().items():
            setattr(row, name, value)
        row.touch(uow.now)
    await uow.session.flush()
    await store_unit(uow.session, {**draft.values(), "version": row.version})
    await uow.emit(
        unit_upserted(draft, row.version),
        aggregate_id=row.code,
        version=row.version,
        commission=commission_of(draft.code, [(draft.code, draft.unit_type), *superiors]),
    )
    await uow.audit("create_unit" if created else "change_unit", "unit", row.code)
    return row, created


async def _checked_superiors(uow: Uow, draft: UnitDraft) -> list[tuple[str, str]]:
    references = draft.references()
    if draft.parent_code == draft.code:
        raise UnitCycle
    await require_units(uow, references)
    superiors = await repository.list_superiors(uow.session, draft.parent_code)
    if draft.code in {code for code, _ in superiors}:
        raise UnitCycle
    return superiors


async def require_units(uow: Uow, codes: Mapping[str, str | None]) -> None:
    """Refuse units that are not in the directory.

    Args:
        uow: The present unit of work.
        codes: JSON pointer → unit code; None is skipped.

    Raises:
        UnknownUnit: names the fields.
    """
    known = await known_units(uow, {code for code in codes.values() if code is not None})
    unknown = [pointer for pointer, code in codes.items() if code is not None and code not in known]
    if unknown:
        message = Text("该单位代码不在单位目录中", "This unit code is not in the directory")
        raise UnknownUnit(errors=[FieldError(pointer, "unknown_unit", message) for pointer in unknown])


async def known_units(uow: Uow, codes: Collection[str]) -> set[str]:
    """Those of the codes that are in the directory."""
    return await repository.list_known(uow.session, codes) if codes else set()


async def commission(uow: Uow, code: str) -> str:
    """The commission a unit belongs to, for events."""
    return commission_of(code, await repository.list_superiors(uow.session, code))


async def get_unit(uow: Uow, code: str) -> UnitRow:
    """The unit; raises ``NotFound``."""
    row = await repository.find_unit(uow.session, code)
    if row is None:
        raise NotFound
    return row


async def list_units(
    uow: Uow, *, unit_type: str | None, parent_code: str | None, after: str | None, limit: int
) -> list[UnitRow]:
    """Units by code, one more than ``limit`` if there are more."""
    return await repository.list_units(
        uow.session, unit_type=unit_type, parent_code=parent_code, after=after, limit=limit
    )


def draft_of(row: UnitRow) -> UnitDraft:
    """A stored unit as a draft, to compare with another."""
    return UnitDraft(
        code=row.code,
        name=row.name,
        unit_type=row.unit_type,
        level=row.level,
        parent_code=row.parent_code,
        aliases=tuple(row.aliases),
        linked_office=row.linked_office,
        host_units=tuple(row.host_units),
        contact=row.contact,
        supervision_type=row.supervision_type,
        in_charge=tuple(row.in_charge),
    )
