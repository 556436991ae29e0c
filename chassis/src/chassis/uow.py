"""One unit of work = one transaction: rows, audit, events, jobs, idempotency record commit together or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.envelope import Envelope, Event
from sqlalchemy import func, insert, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from chassis.clock import Clock
from chassis.db import Database
from chassis.errors import IdempotencyInProgress, IdempotencyKeyReused
from chassis.identity import Principal
from chassis.staging import Staged, write
from chassis.statements import write_pending
from chassis.tracing import current_traceparent, is_on

TRACEPARENT = "traceparent"
"""Where a job's payload keeps the trace context of what enqueued it, while traces are on; handlers never see it."""


@dataclass(frozen=True)
class Cause:
    """What set a unit of work going: a request or an event. Copied into every event and audit row."""

    request_id: str = field(default_factory=lambda: str(uuid4()))
    correlation_id: str = ""
    causation_id: str | None = None
    traceparent: str = field(default_factory=current_traceparent)


@dataclass(frozen=True)
class IdempotencyClaim:
    """A caller's promise that requests with this key are one request. ``digest`` is keyed; bodies are not stored."""

    caller: str
    path: str
    key: str
    digest: bytes


class Replayed(Exception):
    """The request was done before: its stored outcome is to be answered. Not an error; chassis.web handles it."""

    def __init__(self, status_code: int, location: str) -> None:
        super().__init__(location)
        self.status_code = status_code
        self.location = location


@dataclass(frozen=True)
class Emission:
    """One of many events to be staged together."""

    event: Event
    aggregate_id: UUID | str
    version: int
    commission: str | None = None


class Uow:
    """What a use case works with. Only ``Transactions`` commits."""

    def __init__(self, session: AsyncSession, actor: Principal, cause: Cause, clock: Clock, service: str) -> None:
        self.session = session
        self.actor = actor
        self.cause = cause
        self.clock = clock
        self._service = service
        self._after_commit: list[Callable[[], None]] = []
        self._claim: IdempotencyClaim | None = None
        self._outcome: tuple[int, str] | None = None
        self._events: list[Staged] = []
        self._entries: list[dict[str, Any]] = []
        self.has_staged_events = False
        self.has_staged_jobs = False

    @property
    def now(self) -> datetime:
        """The present business instant."""
        return self.clock.now()

    @contextmanager
    def because(self, cause: Cause) -> Iterator[None]:
        """Let what is said within the block have a cause of its own: one of several events handled together."""
        before, self.cause = self.cause, cause
        try:
            yield
        finally:
            self.cause = before

    async def emit(
        self, event: Event, *, aggregate_id: UUID | str, version: int, commission: str | None = None
    ) -> UUID:
        """Stage an event: it is written to the outbox when the transaction ends, and published after the commit.

        Lock or version-bump the aggregate's row first, so that outbox order equals commit order per aggregate.

        Returns:
            The event id.
        """
        envelope = self._envelope(event, aggregate_id, version, commission)
        self._events.append(Staged(envelope, event))
        self.has_staged_events = True
        return envelope.id

    async def emit_many(self, events: Sequence["Emission"]) -> None:
        """Stage many events, in their order; the rule about locking holds for every aggregate."""
        for one in events:
            await self.emit(one.event, aggregate_id=one.aggregate_id, version=one.version, commission=one.commission)

    def _envelope(self, event: Event, aggregate_id: UUID | str, version: int, commission: str | None) -> Envelope:
        return Envelope(
            id=uuid4(),
            type=event.type,
            time=self.clock.now(),
            source=self._service,
            aggregate_id=str(aggregate_id),
            version=version,
            actor=self.actor.acting_for or self.actor.sub,
            correlation_id=self.cause.correlation_id or self.cause.request_id,
            causation_id=self.cause.causation_id or self.cause.request_id,
            commission=commission,
            traceparent=self.cause.traceparent,
        )

    async def audit(
        self,
        action: str,
        object_type: str,
        object_id: UUID | str,
        *,
        purpose: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an audit row, written when the transaction ends. ``detail`` holds codes, ids and counts only."""
        self._audit_rows(action, object_type, [object_id], purpose, detail)

    async def audit_many(
        self,
        action: str,
        object_type: str,
        object_ids: Sequence[UUID | str],
        *,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Append one audit row for each of many objects; all get the same ``detail``."""
        self._audit_rows(action, object_type, object_ids, None, detail)

    def _audit_rows(
        self,
        action: str,
        object_type: str,
        object_ids: Sequence[UUID | str],
        purpose: str | None,
        detail: Mapping[str, Any] | None,
    ) -> None:
        shared = {
            "at": self.clock.now(),
            "actor": self.actor.sub,
            "acting_for": self.actor.acting_for,
            "unit": self.actor.unit,
            "action": action,
            "object_type": object_type,
            "purpose": purpose,
            "detail": dict(detail or {}),
            "request_id": self.cause.request_id,
        }
        self._entries += [{**shared, "object_id": str(object_id)} for object_id in object_ids]

    async def enqueue(self, kind: str, payload: Mapping[str, Any], *, delay: timedelta = timedelta()) -> None:
        """Stage a background job: what needs another service is done after commit, with retries."""
        traced = {TRACEPARENT: self.cause.traceparent} if is_on() else {}
        await self.session.execute(
            insert(tables.job).values(kind=kind, payload={**payload, **traced}, run_after=func.now() + delay)
        )
        self.has_staged_jobs = True

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` once the transaction has committed; it must not fail and must not block."""
        self._after_commit.append(action)

    def outcome(self, status_code: int, location: str) -> None:
        """Say which resource answers this request, so that a retry with the same key gets it again."""
        self._outcome = (status_code, location)

    async def claim(self, claim: IdempotencyClaim) -> None:
        """Take an idempotency key for this transaction.

        Raises:
            Replayed: the same request was done before.
            IdempotencyKeyReused: the key belongs to another body.
            IdempotencyInProgress: the same request is running right now.
        """
        lock = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        name = f"idempotency\x1f{claim.caller}\x1f{claim.path}\x1f{claim.key}"
        if not await self.session.scalar(lock, {"name": name}):
            raise IdempotencyInProgress(headers={"Retry-After": "1"})
        table = tables.idempotency
        known = (
            await self.session.execute(
                table.select().where(
                    table.c.caller == claim.caller, table.c.path == claim.path, table.c.key == claim.key
                )
            )
        ).one_or_none()
        if known is None:
            self._claim = claim
        elif known.digest != claim.digest:
            raise IdempotencyKeyReused
        else:
            raise Replayed(known.status_code, known.location)

    async def finish(self) -> None:
        """Write what must commit with the work, after all of it; called by ``Transactions`` only."""
        await write_pending(self.session)
        await write(self.session, self._events, self._entries)
        self._events, self._entries = [], []
        if self._claim is not None and self._outcome is not None:
            status_code, location = self._outcome
            await self.session.execute(
                pg_insert(tables.idempotency).values(
                    caller=self._claim.caller,
                    path=self._claim.path,
                    key=self._claim.key,
                    digest=self._claim.digest,
                    status_code=status_code,
                    location=location,
                )
            )

    def committed(self) -> None:
        """Run the after-commit actions; called by ``Transactions`` only."""
        for action in self._after_commit:
            action()


Opening = Callable[[Principal], Awaitable[Callable[[AsyncSession], Awaitable[None]]]]
"""Who acts → what a transaction does first."""


class Transactions:
    """Opens units of work and is the only place that commits."""

    def __init__(self, database: Database, clock: Clock, service: str) -> None:
        self._database = database
        self._clock = clock
        self._service = service
        self._event_listeners: list[Callable[[], None]] = []
        self._job_listeners: list[Callable[[], None]] = []
        self._opening: Opening | None = None

    def open_with(self, opening: "Opening") -> None:
        """Let every transaction begin with what ``opening`` answers for its actor, such as telling PostgreSQL who asks.

        ``opening`` is asked before a connection is taken, so it may read by one of its own.
        """
        self._opening = opening

    def on_events_committed(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit that staged events: it wakes the relay."""
        self._event_listeners.append(listener)

    def on_jobs_committed(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit that staged jobs: it wakes the runner."""
        self._job_listeners.append(listener)

    @asynccontextmanager
    async def __call__(self, actor: Principal, cause: Cause | None = None) -> AsyncIterator[Uow]:
        """Begin; commit when the block ends well, roll back when it raises or the actor is on trial."""
        first = await self._opening(actor) if self._opening is not None else None
        async with self._database.sessions() as session:
            uow = Uow(session, actor, cause or Cause(), self._clock, self._service)
            async with session.begin() as transaction:
                if first is not None:
                    await first(session)
                yield uow
                if actor.is_trial:
                    await transaction.rollback()
                    return
                await uow.finish()
        uow.committed()
        for listener in (
            *(self._event_listeners if uow.has_staged_events else ()),
            *(self._job_listeners if uow.has_staged_jobs else ()),
        ):
            listener()


async def purge_idempotency(database: Database, retention: timedelta) -> None:
    """Forget idempotency keys older than ``retention``."""
    table = tables.idempotency
    async with database.sessions.begin() as session:
        await session.execute(table.delete().where(table.c.created_at < func.now() - retention))
