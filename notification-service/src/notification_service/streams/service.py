"""Opening a stream, with a token or a ticket, and keeping it fed."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from datetime import datetime

from chassis.identity import Principal
from chassis.service import Resources
from chassis.uow import Uow

from notification_service.notices import service as notices
from notification_service.notices.repository import Held
from notification_service.notices.schemas import notice_out
from notification_service.resources import own_of
from notification_service.streams import repository
from notification_service.streams.domain import (
    HEARTBEAT,
    HEARTBEAT_S,
    LIFETIME_S,
    PREAMBLE,
    TICKET_LIFETIME,
    Position,
    event,
    resume_from,
)
from notification_service.streams.errors import TicketInvalid

_BATCH = 100


async def issue_ticket(uow: Uow) -> tuple[str, datetime]:
    """A ticket that opens the caller's stream once, within a minute."""
    ticket = secrets.token_urlsafe(32)
    expires_at = uow.now + TICKET_LIFETIME
    await repository.add_ticket(uow.session, _digest(ticket), uow.actor.sub, now=uow.now, expires_at=expires_at)
    return ticket, expires_at


async def redeem_ticket(uow: Uow, ticket: str) -> str:
    """Whose stream a ticket opens; raises ``TicketInvalid``. It is used up."""
    sub = await repository.take_ticket(uow.session, _digest(ticket), uow.now)
    if sub is None:
        raise TicketInvalid
    return sub


def _document(held: Held, language: str) -> str:
    return notice_out(held, language).model_dump_json()


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()


async def open_position(uow: Uow) -> Position:
    """The present end of all deliveries."""
    epoch = await repository.get_epoch(uow.session)
    return Position(epoch.hex[-8:], await notices.present_seq(uow))


async def stream_notices(
    resources: Resources, sub: str, language: str, last_event_id: str | None, present: Position
) -> AsyncIterator[bytes]:
    """A person's notices as they are delivered, each once, from the reader's position on."""
    position, is_lost = resume_from(last_event_id, present)
    yield PREAMBLE + event("reset" if is_lost else "ready", position, "{}")
    ends_at = time.monotonic() + LIFETIME_S
    with own_of(resources).hub.listening(sub) as news:
        while time.monotonic() < ends_at:
            news.clear()
            while True:
                # Read before sending: no connection is held while a slow reader takes its time.
                async with resources.transactions(Principal(sub)) as uow:
                    batch = await notices.list_after(uow, position.seq, _BATCH)
                if batch:
                    position = Position(position.epoch, batch[-1].delivery.seq)
                    yield b"".join(
                        event("notice", Position(position.epoch, held.delivery.seq), _document(held, language))
                        for held in batch
                    )
                if len(batch) < _BATCH:
                    break
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield HEARTBEAT
