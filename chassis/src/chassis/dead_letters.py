"""Messages that cannot be applied: recorded with the inbox row, told to the broker, applied again when asked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import asyncpg
import sqlalchemy.exc
from contracts.envelope import Envelope, decode_data
from contracts.registry import BY_TYPE
from nats.aio.msg import Msg
from pydantic import ValidationError
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from chassis.broker import Message
from chassis.errors import Category, HeliError, NotFound
from chassis.identity import SYSTEM, Principal
from chassis.logging import get_logger
from chassis.outbox import stage_raw
from chassis.tables import dead_letter, inbox
from chassis.uow import Cause, Transactions, Uow

_PASSING = frozenset({Category.UNAVAILABLE, Category.TIMEOUT, Category.TOO_MANY, Category.BAD_GATEWAY})
_UNDECIDED = frozenset({Category.STALE, Category.INTERNAL})
# Connection, transaction rollback, resources, operator intervention, system: see PostgreSQL's appendix A.
_PASSING_SQLSTATES = ("08", "40", "53", "55P03", "57", "58")

log = get_logger(__name__)


class Undecodable(Exception):
    """The message is not an event of the type its subject says."""


def is_transient(error: Exception) -> bool:
    """Whether the same attempt may succeed later without anyone changing anything."""
    if isinstance(error, HeliError):
        return error.category in _PASSING
    if isinstance(error, (OSError, asyncpg.InterfaceError, sqlalchemy.exc.TimeoutError, sqlalchemy.exc.InterfaceError)):
        return True
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(state, str) and state.startswith(_PASSING_SQLSTATES)


def is_permanent(error: Exception) -> bool:
    """Whether every further attempt would fail the same way."""
    if isinstance(error, HeliError):
        return error.category not in _PASSING | _UNDECIDED
    return isinstance(error, (Undecodable, ValidationError))


async def bury(transactions: Transactions, consumer: str, message: Msg, error: Exception) -> None:
    """Record a message as dead in one transaction with its inbox row, and stage it for the dead-letter stream."""
    # Headers of the publish, such as its place in an atomic batch, must not govern the next one.
    headers = {name: value for name, value in (message.headers or {}).items() if not name.lower().startswith("nats-")}
    event_id = _event_id(headers, message)
    code = error.code if isinstance(error, HeliError) else _CODES.get(type(error), "unexpected")
    log.error(
        "event_buried", consumer=consumer, event_id=str(event_id), subject=message.subject, code=code, exc_info=error
    )
    async with transactions(SYSTEM, Cause(correlation_id=headers.get("heli-correlation", ""))) as uow:
        mark = insert(inbox).values(consumer=consumer, event_id=event_id).on_conflict_do_nothing()
        if await uow.session.scalar(mark.returning(inbox.c.event_id)) is None:
            return
        await uow.session.execute(
            insert(dead_letter).values(
                consumer=consumer,
                event_id=event_id,
                subject=message.subject,
                headers=headers,
                data=message.data,
                error_code=code,
                error_class=f"{type(error).__module__}.{type(error).__qualname__}",
            )
        )
        # An id of its own: the event's may be in this outbox already, when a service consumes what it emits.
        message_id = uuid4()
        marked = {**headers, "Nats-Msg-Id": str(message_id), "heli-dlq-consumer": consumer, "heli-dlq-code": code}
        await stage_raw(
            uow.session,
            event_id=message_id,
            message=Message(f"dlq.{consumer}.{message.subject}", marked, message.data),
            aggregate_id=headers.get("ce-subject", ""),
            version=0,
        )
        uow.has_staged_events = True


async def redrive(
    transactions: Transactions,
    handlers: Mapping[str, Callable[[Uow, Envelope, Any], Awaitable[None]]],
    dead_letter_id: int,
    actor: Principal = SYSTEM,
) -> None:
    """Apply a dead letter now, in one transaction; it stays dead if that fails.

    Raises:
        NotFound: there is no such dead letter, or it was applied already.
        Undecodable: it still is not an event this service handles.
    """
    async with transactions(actor) as uow:
        waiting = dead_letter.select().where(dead_letter.c.id == dead_letter_id, dead_letter.c.redriven_at.is_(None))
        row = (await uow.session.execute(waiting.with_for_update())).one_or_none()
        if row is None:
            raise NotFound
        try:
            envelope = Envelope.from_headers(row.headers)
            event = decode_data(BY_TYPE[envelope.type], row.data)
            handler = handlers[envelope.type]
        except (ValueError, KeyError) as error:
            raise Undecodable from error
        await handler(uow, envelope, event)
        done = update(dead_letter).where(dead_letter.c.id == dead_letter_id).values(redriven_at=func.now())
        await uow.session.execute(done)
        await uow.audit("redrive", "dead_letter", str(dead_letter_id), detail={"type": envelope.type})


def _event_id(headers: Mapping[str, str], message: Msg) -> UUID:
    """The event's id, or one that the same message always gets, if it has none that can be read."""
    try:
        return UUID(headers["ce-id"])
    except (KeyError, ValueError):
        return uuid5(NAMESPACE_OID, f"{message.metadata.stream}/{message.metadata.sequence.stream}")


_CODES: dict[type[Exception], str] = {Undecodable: "undecodable", ValidationError: "invalid_event"}
