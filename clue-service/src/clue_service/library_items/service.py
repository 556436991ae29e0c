"""Use cases of the library's entries: enter, read, change, withdraw, erase, and who read them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, RoleRequired, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import LEADERS, Viewer, uses_library
from clue_service.access.row_security import as_engine
from clue_service.clues import repository as clue_rows
from clue_service.clues.models import Clue
from clue_service.library_items import domain, policy, repository
from clue_service.library_items.domain import ItemState
from clue_service.library_items.errors import (
    LibraryItemInUse,
    LibraryItemNotYours,
    LibraryItemWithdrawn,
    UnitUnknownToLibrary,
)
from clue_service.library_items.events import emit_item
from clue_service.library_items.models import LibraryItem, LibraryReading, LibraryText
from clue_service.library_items.policy import Ground
from clue_service.library_items.schemas import ChangeLibraryItemIn, EnterLibraryItemIn, WithdrawLibraryItemIn
from clue_service.library_requests import repository as requests
from clue_service.library_searches.domain import vector_of
from clue_service.proceedings.domain import WORKERS
from clue_service.recusals import telling
from clue_service.recusals.reach import Item


async def enter_item(uow: Uow, viewer: Viewer, tree: UnitTree, body: EnterLibraryItemIn) -> LibraryItem:
    """Put an entry into the library for the caller's unit. Raises UnitUnknownToLibrary, RoleRequired, Invalid."""
    if viewer.unit is None or not uses_library(viewer):
        raise UnitUnknownToLibrary
    if not viewer.has_any(*WORKERS):
        raise RoleRequired(members={"roles": sorted(WORKERS)})
    clue_ids = list(dict.fromkeys(body.clue_ids))
    first = body.valid_from or uow.clock.today()
    item = LibraryItem(
        **body.model_dump(include={"kind", "title", "unit_code", "secrecy_level", "reach", "is_listed"}, mode="json"),
        categories=sorted(set(body.categories)),
        themes=sorted(set(body.themes)),
        period_from=body.period_from,
        period_to=body.period_to,
        state=ItemState.ENTERED.value,
        version=1,
        owner_unit=viewer.unit,
        commission=tree.commission(viewer.unit),
        starts_at=_start_of(uow, first),
        ends_at=_end_of(uow, body.valid_until),
        clue_ids=clue_ids,
        entered_by=viewer.sub,
        entered_at=uow.now,
    )
    visible = await clue_rows.visible_ids(uow.session, viewer, clue_ids) if clue_ids else set()
    if len(visible) < len(clue_ids):
        raise invalid_field(
            "/clue_ids", "not_found", "线索不存在或您不可见", "A clue is not there, or not visible to you"
        )
    _check_sound(viewer, item, await _clues_of(uow, item))
    uow.session.add(item)
    await uow.session.flush()
    uow.session.add(LibraryText(item_id=item.id, text=body.text, source_ref=body.source_ref))
    await uow.session.flush()
    await _index(uow, item, body.text)
    await telling.tell_of_new(uow, Item("library_item", item.id))
    await uow.audit("enter", "library_item", item.id, detail={"kind": item.kind, "reach": item.reach})
    await emit_item(uow, "entered", item)
    return item


def _start_of(uow: Uow, day: date) -> datetime:
    return datetime.combine(day, time(), uow.clock.zone)


def _end_of(uow: Uow, day: date | None) -> datetime | None:
    return _start_of(uow, day + timedelta(days=1)) if day is not None and day < date.max else None


async def _clues_of(uow: Uow, item: LibraryItem) -> Collection[Clue]:
    return (await clue_rows.find_clues(uow.session, item.clue_ids)).values() if item.clue_ids else ()


def _check_sound(viewer: Viewer, item: LibraryItem, clues: Collection[Clue]) -> None:
    """Raise Invalid where dates cannot be, or secrecy or reach do not fit the caller and the clues."""
    if not domain.is_period(item.period_from, item.period_to):
        raise invalid_field("/period_to", "out_of_order", "期间的止日不得早于起日", "The period ends before it begins")
    if item.ends_at is not None and item.ends_at <= item.starts_at:
        raise invalid_field("/valid_until", "out_of_order", "有效期止日不得早于起日", "It ends before it begins")
    if item.secrecy_level not in viewer.cleared_for:
        raise invalid_field("/secrecy_level", "above_clearance", "密级高于您的权限", "It is above your own clearance")
    if not domain.is_secret_enough(item.secrecy_level, clues):
        raise invalid_field(
            "/secrecy_level", "too_low", "密级不得低于所依据的线索", "It must be as secret as the clues it draws on"
        )
    if not domain.may_leave_commission(item.reach, is_listed=item.is_listed, clues=clues):
        raise invalid_field(
            "/reach",
            "silent_clue",
            "依据静默线索的条目不得超出本级",
            "It draws on a silent clue and stays in the commission",
        )


async def _index(uow: Uow, item: LibraryItem, text: str) -> None:
    await repository.put_in_index(
        uow.session, item.id, words=vector_of(item.title, text), title_words=vector_of(item.title, "")
    )


async def met_item(uow: Uow, viewer: Viewer, item_id: UUID, *, lock: bool = False) -> tuple[LibraryItem, Ground | None]:
    """The entry, and why the viewer may read it; None where only its card is shown. Raises NotFound."""
    item = await repository.find_item(uow.session, viewer, item_id, lock=lock)
    if item is None:
        raise NotFound
    is_granted = await requests.find_grant(uow.session, viewer.sub, item.id, uow.now) is not None
    ground = policy.ground_to_read(viewer, item, uow.now, is_granted=is_granted)
    if ground is None and not policy.may_see_card(viewer, item, uow.now):
        raise NotFound
    return item, ground


async def met_items(uow: Uow, viewer: Viewer, item_ids: Collection[UUID]) -> dict[UUID, LibraryItem]:
    """Those of some entries that the viewer may read or sees the card of."""
    rows = await repository.find_items(uow.session, item_ids)
    granted = await requests.granted_ids(uow.session, viewer.sub, item_ids, uow.now)
    return {
        item.id: item
        for item in rows
        if policy.may_see_card(viewer, item, uow.now)
        or policy.ground_to_read(viewer, item, uow.now, is_granted=item.id in granted)
    }


async def find_met(uow: Uow, viewer: Viewer, item_id: UUID) -> LibraryItem | None:
    """The entry, if the viewer may read it or sees its card."""
    return (await met_items(uow, viewer, [item_id])).get(item_id)


async def kept_item(uow: Uow, item_id: UUID) -> LibraryItem:
    """An entry as it is kept, for the service's own work and never for an answer."""
    return await repository.kept_item(uow.session, item_id)


async def readable_item(uow: Uow, viewer: Viewer, item_id: UUID) -> tuple[LibraryItem, Ground]:
    """The entry, if the viewer may read it; raises NotFound."""
    item, ground = await met_item(uow, viewer, item_id)
    if ground is None:
        raise NotFound
    return item, ground


async def note_reading(
    uow: Uow, viewer: Viewer, item: LibraryItem, ground: Ground, attachment_id: UUID | None = None
) -> None:
    """Write down that somebody read an entry or a file with it."""
    grant = await requests.find_grant(uow.session, viewer.sub, item.id, uow.now) if ground is Ground.GRANT else None
    uow.session.add(
        LibraryReading(
            item_id=item.id,
            attachment_id=attachment_id,
            reader=viewer.sub,
            unit=viewer.unit,
            ground=ground.value,
            purpose=grant.purpose if grant else None,
            read_at=uow.now,
        )
    )
    await uow.audit("read", "library_item", item.id, purpose=f"request:{grant.id}" if grant else None)


async def list_items(
    uow: Uow, viewer: Viewer, *, kind: str | None, unit_code: str | None, before: UUID | None, limit: int
) -> Sequence[LibraryItem]:
    """Entries the viewer may read or sees the card of, newest first."""
    found = await repository.list_items(
        uow.session, viewer, uow.now, kind=kind, unit_code=unit_code, before=before, limit=limit
    )
    await uow.audit("list", "library_item", "-", detail={"count": len(found)})
    return found


async def own_item(uow: Uow, viewer: Viewer, item_id: UUID, seen: int | None) -> LibraryItem:
    """An entry of the caller's unit, locked.

    Raises NotFound, LibraryItemNotYours, StaleVersion, LibraryItemWithdrawn.
    """
    item, ground = await met_item(uow, viewer, item_id, lock=True)
    if ground is not Ground.OWNER or not viewer.has_any(*WORKERS):
        raise LibraryItemNotYours
    check_version(seen, item.version)
    if item.state != ItemState.ENTERED:
        raise LibraryItemWithdrawn
    return item


async def change_item(
    uow: Uow, viewer: Viewer, item_id: UUID, body: ChangeLibraryItemIn, seen: int | None
) -> LibraryItem:
    """Change what an entry says or how far it reaches. Raises as ``own_item``, and Invalid."""
    item = await own_item(uow, viewer, item_id, seen)
    given = body.model_dump(exclude_unset=True)
    text = given.pop("text", None)
    if "valid_until" in given:
        item.ends_at = _end_of(uow, given.pop("valid_until"))
    can_be_null = {"period_from", "period_to"}
    for name, value in given.items():
        if value is None and name not in can_be_null:
            raise invalid_field(f"/{name}", "null", "不得为空", "This cannot be null")
        setattr(item, name, sorted(set(value)) if isinstance(value, list) else value)
    _check_sound(viewer, item, await _clues_of(uow, item))
    item.version += 1
    said = await repository.find_text(uow.session, item.id)
    if said is not None and text is not None:
        said.text = text
    await uow.session.flush()
    if said is not None:
        await _index(uow, item, said.text)
    await uow.audit("change", "library_item", item.id, detail={"fields": sorted(body.model_fields_set)})
    await emit_item(uow, "changed", item)
    return item


async def withdraw_item(
    uow: Uow, viewer: Viewer, item_id: UUID, body: WithdrawLibraryItemIn, seen: int | None
) -> LibraryItem:
    """Take an entry back: others find it no more, grants open it no more. Raises as ``own_item``."""
    item = await own_item(uow, viewer, item_id, seen)
    said = await repository.find_text(uow.session, item.id)
    assert said is not None  # whose entry it is may read it
    said.withdrawal_reason = body.reason
    item.state, item.withdrawn_by, item.withdrawn_at = ItemState.WITHDRAWN.value, viewer.sub, uow.now
    item.version += 1
    await uow.session.flush()
    await uow.audit("withdraw", "library_item", item.id)
    await emit_item(uow, "withdrawn", item)
    return item


async def erase_item(uow: Uow, viewer: Viewer, item_id: UUID, seen: int | None) -> LibraryItem:
    """Erase a withdrawn entry with its files; a leader does it who did not withdraw it.

    Raises NotFound, LibraryItemNotYours, StaleVersion, LibraryItemInUse.
    """
    item, ground = await met_item(uow, viewer, item_id, lock=True)
    if ground not in (Ground.OWNER, Ground.LEADER) or not viewer.has_any(*LEADERS):
        raise LibraryItemNotYours
    check_version(seen, item.version)
    if item.state != ItemState.WITHDRAWN or item.withdrawn_by == viewer.sub:
        raise LibraryItemInUse
    await repository.erase_content(uow.session, item.id)
    async with as_engine(uow.session):  # nobody sees an erased row, not even who erases it
        item.title, item.themes, item.categories = "", [], []
        item.state, item.erased_by, item.erased_at = ItemState.ERASED.value, viewer.sub, uow.now
        item.version += 1
        await uow.session.flush()
    await uow.audit("erase", "library_item", item.id)
    await emit_item(uow, "erased", item)
    return item


async def list_readings(
    uow: Uow, viewer: Viewer, item_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[LibraryReading]:
    """Who read an entry, newest first, for those who look after it. Raises NotFound, LibraryItemNotYours."""
    item, _ = await met_item(uow, viewer, item_id)
    if not policy.looks_after(viewer, item):
        raise LibraryItemNotYours
    await uow.audit("read_readings", "library_item", item.id)
    return await repository.list_readings(uow.session, item.id, before=before, limit=limit)
