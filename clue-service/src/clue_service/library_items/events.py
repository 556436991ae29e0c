"""Events of the library: ids, units, kinds and states, never a title or a text."""

from chassis.uow import Uow
from contracts.library import EVENTS, LibraryItemEvent

from clue_service.library_items.models import LibraryItem

_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, LibraryItemEvent)}


async def emit_item(uow: Uow, name: str, item: LibraryItem) -> None:
    """Say what became of an entry, at its present version."""
    event = _BY_TYPE[f"clue.library_item.{name}.v1"](
        item_id=item.id, kind=item.kind, state=item.state, owner_unit=item.owner_unit
    )
    await uow.emit(event, aggregate_id=item.id, version=item.version, commission=item.commission)
