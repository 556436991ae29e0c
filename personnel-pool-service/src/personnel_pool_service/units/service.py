"""Use cases of the organisation directory: write, read, look back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.directory import store_unit
from chassis.errors import FieldError, NotFound, StaleVersion, Text, UnknownUnit, invalid_field
from chassis.uow import Uow

from personnel_pool_service.units import repository
from personnel_pool_service.units.domain import (
    ACTIVE,
    MOVES,
    UnitDraft,
    UnitFilter,
    changes_between,
    commission_of,
    settle,
)
from personnel_pool_service.units.errors import ClosedUnitNamed, UnitClosed, UnitCycle
from personnel_pool_service.units.events import unit_upserted
from personnel_pool_service.units.models import UnitRow, UnitVersionRow, unit_document


@dataclass(frozen=True)
class Change:
    """What is written into a unit's history beside its new state."""

    words: Sequence[str]
    valid_from: date
    reason: str | None = None


async def upsert_unit(
    uow: Uow, draft: UnitDraft, *, seen_version: int | None, valid_from: date | None = None
) -> tuple[UnitRow, bool]:
    """Create or change a unit; what changes nothing bumps nothing and tells nobody.

    Args:
        uow: The present unit of work.
        draft: The whole unit.
        seen_version: The version the change was made for, or None.
        valid_from: The day the change took effect, today by default; not after today, not before the last change.

    Returns:
        The unit and whether it is new.

    Raises:
        UnknownUnit: a unit it refers to does not exist; names the fields.
        ClosedUnitNamed: it newly refers to a unit that was merged or dissolved.
        UnitClosed: it was merged or dissolved itself.
        UnitCycle: its parent lies at or below it.
        StaleVersion: it is not at ``seen_version``.
    """
    await repository.lock_directory(uow.session)
    row = await repository.find_unit(uow.session, draft.code)
    if row is None and seen_version is not None:
        raise StaleVersion
    present = None
    if row is not None:
        row.require_version(seen_version)
        present = draft_of(row)
    draft = settle(draft, present)
    if row is not None and draft == present:
        return row, False
    if row is not None:
        require_open(row)
    superiors = await _checked_superiors(uow, draft, present)
    day = await effective_day(uow, draft.code if row is not None else None, valid_from)
    if row is None:
        row = UnitRow(**draft.values(), status=ACTIVE, version=1, created_at=uow.now, updated_at=uow.now)
        uow.session.add(row)
    else:
        assign(row, draft, uow)
    await record(uow, row, Change(changes_between(present, draft), day), superiors)
    return row, present is None


def assign(row: UnitRow, draft: UnitDraft, uow: Uow) -> None:
    """Give a row the draft's state, one version on."""
    for name, value in draft.values().items():
        setattr(row, name, value)
    row.touch(uow.now)


async def record(uow: Uow, row: UnitRow, change: Change, superiors: list[tuple[str, str]] | None = None) -> None:
    """Write down and tell what a unit has become: its history, the own copy, the event, the audit log.

    Args:
        uow: The present unit of work; the directory is locked.
        row: The unit in its new state.
        change: What happened to it.
        superiors: (code, type) of the units above it, nearest first, if they are known already.
    """
    await uow.session.flush()
    if superiors is None:
        superiors = await repository.list_superiors(uow.session, row.parent_code)
    document = unit_document(row)
    version = {
        "code": row.code,
        "version": row.version,
        "valid_from": change.valid_from,
        "changes": list(change.words),
        "reason": change.reason,
        "recorded_at": uow.now,
        "recorded_by": uow.actor.acting_for or uow.actor.sub,
        "document": document,
    }
    await repository.add_versions(uow.session, [version])
    await store_unit(uow.session, document)
    commission = commission_of(row.code, [(row.code, row.unit_type), *superiors])
    await uow.emit(unit_upserted(row), aggregate_id=row.code, version=row.version, commission=commission)
    await uow.audit("create_unit" if "created" in change.words else "change_unit", "unit", row.code)


async def effective_day(uow: Uow, code: str | None, wanted: date | None) -> date:
    """The day a change took effect.

    Args:
        uow: The present unit of work.
        code: The unit, None if it is new.
        wanted: What the writer says; None is today.

    Raises:
        Invalid: after today, or before the unit's last change: histories are written forwards.
    """
    today = uow.clock.today()
    if wanted is None:
        return today
    if wanted > today:
        raise invalid_field("/effective_on", "date_in_future", "生效日期晚于今天", "The change lies in the future")
    last = await repository.last_valid_from(uow.session, code) if code is not None else None
    if last is not None and wanted < last:
        raise invalid_field(
            "/effective_on", "before_last_change", "生效日期早于上次变更", "The change lies before the last one"
        )
    return wanted


def require_open(row: UnitRow) -> None:
    """Raise ``UnitClosed`` for a unit that was merged or dissolved."""
    if row.status != ACTIVE:
        raise UnitClosed(members={"state": row.status, "allowed_moves": MOVES.allowed(row.status)})


async def _checked_superiors(uow: Uow, draft: UnitDraft, present: UnitDraft | None) -> list[tuple[str, str]]:
    references = draft.references()
    if draft.parent_code == draft.code:
        raise UnitCycle
    kept = set(present.references().values()) if present is not None else set()
    await require_units(uow, references, may_be_closed=kept)
    superiors = await repository.list_superiors(uow.session, draft.parent_code)
    if draft.code in {code for code, _ in superiors}:
        raise UnitCycle
    return superiors


async def require_units(
    uow: Uow, codes: Mapping[str, str | None], *, may_be_closed: Collection[str] | None = None
) -> None:
    """Refuse units that are not in the directory.

    Args:
        uow: The present unit of work.
        codes: JSON pointer → unit code; None is skipped.
        may_be_closed: Of merged and dissolved units only these may be named; None allows all.

    Raises:
        UnknownUnit, ClosedUnitNamed: name the fields.
    """
    wanted = {code for code in codes.values() if code is not None}
    statuses = await repository.list_statuses(uow.session, wanted) if wanted else {}
    unknown = [pointer for pointer, code in codes.items() if code is not None and code not in statuses]
    if unknown:
        message = Text("该单位代码不在单位目录中", "This unit code is not in the directory")
        raise UnknownUnit(errors=[FieldError(pointer, "unknown_unit", message) for pointer in unknown])
    if may_be_closed is None:
        return
    closed = [
        pointer
        for pointer, code in codes.items()
        if code is not None and statuses[code] != ACTIVE and code not in may_be_closed
    ]
    if closed:
        message = ClosedUnitNamed.title
        raise ClosedUnitNamed(errors=[FieldError(pointer, "closed_unit_named", message) for pointer in closed])


async def known_units(uow: Uow, codes: Collection[str]) -> set[str]:
    """Those of the codes that are in the directory."""
    return await repository.list_known(uow.session, codes) if codes else set()


async def committees_named(uow: Uow) -> dict[str, str]:
    """Unit → the committee it names for its cadres; units that name none are absent."""
    return await repository.list_committees_named(uow.session)


async def commission(uow: Uow, code: str) -> str:
    """The commission a unit belongs to, for events."""
    return commission_of(code, await repository.list_superiors(uow.session, code))


async def get_unit(uow: Uow, code: str) -> UnitRow:
    """The unit; raises ``NotFound``."""
    row = await repository.find_unit(uow.session, code)
    if row is None:
        raise NotFound
    return row


async def get_unit_on(uow: Uow, code: str, day: date) -> dict[str, Any]:
    """What a unit was at the end of a day; raises ``NotFound`` if the directory did not know it then."""
    found = await repository.find_version_on(uow.session, code, day)
    if found is None:
        raise NotFound
    return found.document


async def list_history(uow: Uow, code: str, *, below: int | None, limit: int) -> list[UnitVersionRow]:
    """A unit's versions, latest first, one more than ``limit`` if there are more; raises ``NotFound``."""
    await get_unit(uow, code)
    return await repository.list_versions(uow.session, code, below=below, limit=limit)


async def list_units(uow: Uow, wanted: UnitFilter, *, after: str | None, limit: int) -> list[UnitRow]:
    """Units by code, one more than ``limit`` if there are more."""
    return await repository.list_units(uow.session, wanted, after=after, limit=limit)


async def list_all(uow: Uow) -> list[UnitRow]:
    """The whole directory, by code."""
    return await repository.list_all(uow.session)


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
        cadre_authority=row.cadre_authority,
        authority_source=row.authority_source,
        former_names=tuple(row.former_names),
    )
