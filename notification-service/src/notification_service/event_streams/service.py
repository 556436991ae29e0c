"""Keeping an event stream fed with what its reader may know."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from chassis.http import PeerFailed
from chassis.identity import Principal
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.uow import Uow

from notification_service.outward_events import repository
from notification_service.outward_events.domain import matches
from notification_service.outward_events.models import OutwardEvent
from notification_service.resources import own_of
from notification_service.streams.domain import (
    HEARTBEAT,
    HEARTBEAT_S,
    LIFETIME_S,
    PREAMBLE,
    Position,
    event,
    resume_from,
)
from notification_service.streams.repository import get_epoch

_BATCH = 100
_PATIENCE_S = 1.0  # between attempts while a service that must be asked is away

log = get_logger(__name__)


async def open_position(uow: Uow) -> tuple[Position, int]:
    """The present end of all outward events, and the oldest position that is kept."""
    epoch = await get_epoch(uow.session)
    oldest, newest = await repository.kept_range(uow.session)
    return Position(epoch.hex[-8:], newest), oldest


async def stream_events(
    resources: Resources,
    reader: Principal,
    patterns: list[str],
    last_event_id: str | None,
    present: Position,
    oldest: int,
) -> AsyncIterator[bytes]:
    """The events of some types that the reader may know of, each once, from their position on."""
    position, is_lost = resume_from(last_event_id, present)
    if not is_lost and position.seq < oldest - 1:
        position, is_lost = present, True  # what came between is no longer kept
    yield PREAMBLE + event("reset" if is_lost else "ready", position, "{}")
    ends_at = time.monotonic() + LIFETIME_S
    with own_of(resources).events.listening() as news:
        while time.monotonic() < ends_at:
            news.clear()
            while True:
                async with resources.database.sessions() as session:
                    batch = await repository.list_after(session, position.seq, _BATCH)
                if not batch:
                    break
                for one in await _permitted(resources, reader, [one for one in batch if matches(patterns, one.type)]):
                    where = Position(position.epoch, one.seq)
                    yield event(one.type, where, json.dumps(one.body, ensure_ascii=False, separators=(",", ":")))
                position = Position(position.epoch, batch[-1].seq)
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_S)
            except TimeoutError:
                # A comment with the position: a reader that hears of nothing does not begin far back after a break.
                yield event("position", position, "{}") if position.seq else HEARTBEAT


async def _permitted(resources: Resources, reader: Principal, events: list[OutwardEvent]) -> list[OutwardEvent]:
    """Those the reader may know of. While their owner cannot be asked the stream waits: nothing is skipped unasked."""
    while events:
        try:
            seen = await own_of(resources).rights.visible(resources, reader, events)
        except PeerFailed as error:
            log.warning("event_stream_waits", exc_info=error)
            await asyncio.sleep(_PATIENCE_S)
        else:
            return [one for one, may_know in zip(events, seen, strict=True) if may_know]
    return []
