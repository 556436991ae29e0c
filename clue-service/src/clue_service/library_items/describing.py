"""Entries as their readers see them: the whole, or the card."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.contacts import contact_of
from clue_service.access.policy import Viewer
from clue_service.clues import repository as clue_rows
from clue_service.library_items import domain, policy, repository
from clue_service.library_items.models import LibraryItem
from clue_service.library_items.policy import Ground
from clue_service.library_items.schemas import LibraryCard, LibraryItemOut
from clue_service.library_requests import repository as requests

_ON_CARD = frozenset(LibraryCard.model_fields) - {"can_read", "contact"}


async def cards_of(uow: Uow, viewer: Viewer, tree: UnitTree, items: Sequence[LibraryItem]) -> list[LibraryCard]:
    """Entries as lists show them."""
    granted = await requests.granted_ids(uow.session, viewer.sub, [item.id for item in items], uow.now)
    return [
        _card(
            tree,
            item,
            can_read=policy.ground_to_read(viewer, item, uow.now, is_granted=item.id in granted) is not None,
        )
        for item in items
    ]


def _card(tree: UnitTree, item: LibraryItem, *, can_read: bool) -> LibraryCard:
    columns = {name: getattr(item, name) for name in _ON_CARD}
    return LibraryCard(**columns, can_read=can_read, contact=contact_of(tree, item.commission))


async def describe_item(
    uow: Uow, viewer: Viewer, tree: UnitTree, item: LibraryItem, ground: Ground | None
) -> LibraryItemOut:
    """One entry as the viewer sees it."""
    card = dict(_card(tree, item, can_read=ground is not None))
    said = await repository.find_text(uow.session, item.id) if ground is not None else None
    if said is None:
        return LibraryItemOut(
            **card, text=None, categories=[], themes=[], reach=None, is_listed=item.is_listed, valid_from=None,
            valid_until=None, is_valid=True, source_ref=None, clue_ids=[], entered_by=None, entered_at=None,
            withdrawn_at=None, withdrawal_reason=None, because=None, readings=None,
        )  # fmt: skip
    visible = await clue_rows.visible_ids(uow.session, viewer, item.clue_ids) if item.clue_ids else set()
    keeps = policy.looks_after(viewer, item)
    return LibraryItemOut.model_validate(
        {
            **card,
            **{name: getattr(item, name) for name in ("categories", "themes", "reach", "is_listed")},
            **{name: getattr(item, name) for name in ("entered_by", "entered_at", "withdrawn_at")},
            "text": said.text,
            **{name: getattr(said, name) for name in ("source_ref", "withdrawal_reason")},
            "valid_from": uow.clock.civil_date(item.starts_at),
            "valid_until": uow.clock.civil_date(item.ends_at - timedelta(seconds=1)) if item.ends_at else None,
            "is_valid": domain.is_current(item, uow.now),
            "clue_ids": sorted(visible),
            "because": ground,
            "readings": await repository.count_readings(uow.session, item.id) if keeps else None,
        }
    )
