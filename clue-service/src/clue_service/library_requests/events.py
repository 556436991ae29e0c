"""Events of requests for entries: ids, units, states and days, never a purpose."""

from chassis.uow import Uow
from contracts.library import EVENTS, LibraryRequestEvent

from clue_service.library_items.models import LibraryItem
from clue_service.library_requests.models import LibraryRequest

_BY_TYPE = {event.type: event for event in EVENTS if issubclass(event, LibraryRequestEvent)}


async def emit_request(uow: Uow, name: str, request: LibraryRequest, item: LibraryItem) -> None:
    """Say what became of a request, at its present version; who is recused from the entry is not told of it."""
    event = _BY_TYPE[f"clue.library_request.{name}.v1"](
        request_id=request.id,
        item_id=request.item_id,
        state=request.state,
        owner_unit=request.owner_unit,
        requester_unit=request.requester_unit,
        requester=None if request.requester in item.recused else request.requester,
        expires_at=request.expires_at,
    )
    await uow.emit(event, aggregate_id=request.id, version=request.version, commission=request.commission)
