"""Seals chain the audit log: each one holds a keyed digest of a batch of entries and of the seal before it.

Whoever edits, deletes, adds or reorders audited rows would have to make every later seal anew, and the key for that
lies outside the database. Entries are chained in batches by one sealer, because a chain inside each transaction would
make all writers wait for one another. A batch is a range of transaction numbers below the oldest transaction still
running, so nothing can join it any more, however late it commits.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter, Gauge
from sqlalchemy import ColumnElement, func, insert, select, text, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import telemetry
from chassis.db import Database
from chassis.keyring import KeyRing
from chassis.logging import get_logger
from chassis.tables import WRITING_TRANSACTION, audit_entry, metadata

BATCH = 2_000
"""Entries of a seal, about; those of one transaction stay together."""
_CHUNK = 500
_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended('audit sealer', 0))")
_HORIZON = text("select (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")

SEALED = Counter("heli_audit_sealed_entries", "Audit entries chained by a seal", registry=telemetry.REGISTRY)
WAITING = Gauge("heli_audit_waiting_entries", "Audit entries without a seal yet", registry=telemetry.REGISTRY)

log = get_logger(__name__)

audit_seal = sa.Table(
    "audit_seal",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("after_entry", sa.BigInteger, nullable=False),
    sa.Column("up_to_entry", sa.BigInteger),
    sa.Column("from_transaction", sa.BigInteger, nullable=False),
    sa.Column("to_transaction", sa.BigInteger),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("chain", sa.LargeBinary, nullable=False),
    sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

_UPGRADE = (
    # What was audited before has no number and lies in the first batch.
    "alter table audit_entry add column transaction_id bigint not null default 0",
    f"alter table audit_entry alter column transaction_id set default {WRITING_TRANSACTION}",
    "create index ix_audit_entry_transaction_id on audit_entry (transaction_id, id)",
    """
    create table audit_seal (
        id bigint not null,
        after_entry bigint not null,
        up_to_entry bigint,
        from_transaction bigint not null,
        to_transaction bigint,
        entries bigint not null,
        last_entry bigint not null,
        digest bytea not null,
        chain bytea not null,
        sealed_at timestamptz not null default now(),
        constraint pk_audit_seal primary key (id)
    )
    """,
    """
    do $$
    declare
        app text := regexp_replace(current_user, '_owner$', '') || '_app';
    begin
        if exists (select from pg_roles where rolname = app) then
            execute format('revoke all on audit_seal from %I', app);
            execute format('grant select, insert on audit_seal to %I', app);
        end if;
    end
    $$
    """,
)


def add_seals(op: Any) -> None:
    """Create what sealing needs; ``op`` is ``alembic.op`` of the owner's migration, after ``tables.upgrade_v1``."""
    for statement in _UPGRADE:
        op.execute(statement)


def remove_seals(op: Any) -> None:
    """Drop what ``add_seals`` created."""
    op.execute("drop table audit_seal")
    op.execute("alter table audit_entry drop column transaction_id")


@dataclass(frozen=True)
class Seal:
    """One link: which entries it covers, their digest, and the chain up to here. Numbers begin at 1, without gaps."""

    id: int
    after_entry: int
    up_to_entry: int | None
    from_transaction: int
    to_transaction: int | None
    entries: int
    last_entry: int
    digest: bytes
    chain: bytes = b""

    def chained(self, keys: KeyRing, before: bytes) -> bytes:
        """The chain up to this seal, if ``before`` is the chain up to the one before it."""
        facts = (
            self.id, self.after_entry, self.up_to_entry, self.from_transaction, self.to_transaction, self.entries,
            self.last_entry,
        )  # fmt: skip
        return keys.digest("audit seal", before, json.dumps(facts).encode(), self.digest)

    @property
    def head(self) -> str:
        """What to note down elsewhere, so that nobody can cut the chain behind it unseen."""
        return f"{self.id}:{self.chain.hex()}"


ORIGIN = Seal(0, 0, None, 0, 0, 0, 0, b"")
"""Before the first seal."""


async def find_seal(session: AsyncSession, *conditions: ColumnElement[bool]) -> Seal | None:
    """The newest seal that fulfils the conditions."""
    query = select(audit_seal).where(*conditions).order_by(audit_seal.c.id.desc()).limit(1)
    row = (await session.execute(query)).mappings().one_or_none()
    return seal_of_row(row) if row else None


def seal_of_row(row: Any) -> Seal:
    """A row of ``audit_seal`` as a ``Seal``."""
    return Seal(**{name: row[name] for name in Seal.__dataclass_fields__})


def covered_by(seal: Seal) -> list[ColumnElement[bool]]:
    """Which entries a seal covers."""
    entry = audit_entry.c
    conditions = [entry.id > seal.after_entry, entry.transaction_id >= seal.from_transaction]
    if seal.up_to_entry is not None:
        conditions.append(entry.id <= seal.up_to_entry)
    if seal.to_transaction is not None:
        conditions.append(entry.transaction_id < seal.to_transaction)
    return conditions


async def measure(session: AsyncSession, keys: KeyRing, seal: Seal) -> Seal:
    """The seal with number and digest of the entries that its range holds now."""
    digest, entries, last = b"", 0, 0
    async for chunk in _chunks(session, seal):
        digest = keys.digest("audit entries", digest, *(_told(row) for row in chunk))
        entries += len(chunk)
        last = max(last, *(row["id"] for row in chunk))
    return replace(seal, digest=digest, entries=entries, last_entry=last)


async def _chunks(session: AsyncSession, seal: Seal) -> AsyncIterator[list[Any]]:
    position = tuple_(audit_entry.c.transaction_id, audit_entry.c.id)
    query = select(audit_entry).where(*covered_by(seal)).order_by(*position).limit(_CHUNK)
    seen: ColumnElement[bool] = true()
    while rows := (await session.execute(query.where(seen))).mappings().all():
        yield list(rows)
        seen = position > tuple_(rows[-1]["transaction_id"], rows[-1]["id"])


def _told(row: Any) -> bytes:
    told = {**row, "at": row["at"].timestamp()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


async def seal_entries(database: Database, keys: KeyRing) -> int:
    """Chain every entry that is final; returns how many. One sealer works at a time, another one returns at once."""
    total = 0
    while True:
        async with database.sessions.begin() as session:
            if not await session.scalar(_LOCK):
                return total
            seal = await _next_seal(session, keys)
            if seal is None:
                WAITING.set(await count_waiting(session))
                return total
            await session.execute(insert(audit_seal).values({**seal.__dict__}))
        total += seal.entries
        SEALED.inc(seal.entries)
        # The log is kept elsewhere than the database: a head in it proves how far the chain had come.
        log.info("audit_sealed", head=seal.head, entries=seal.entries)


async def _next_seal(session: AsyncSession, keys: KeyRing) -> Seal | None:
    horizon = int(await session.scalar(_HORIZON) or 0)
    last = await find_seal(session) or ORIGIN
    draft = begins_after(last)
    if horizon < draft.from_transaction:
        # A restored database on a server that counts transactions anew: what came along is closed off by entry.
        moved = select(func.max(audit_entry.c.id)).where(audit_entry.c.transaction_id >= draft.from_transaction)
        known = await session.scalar(select(func.max(audit_seal.c.last_entry))) or 0
        end = max(known, await session.scalar(moved) or 0)
        draft = replace(draft, up_to_entry=end)
    else:
        end_of_batch = await _end_of_batch(session, draft, horizon)
        if end_of_batch is None:
            return None
        draft = replace(draft, to_transaction=end_of_batch)
    seal = await measure(session, keys, draft)
    return replace(seal, chain=seal.chained(keys, last.chain))


def begins_after(last: Seal) -> Seal:
    """Where the seal after ``last`` has to begin; what it holds is not known yet."""
    blank = Seal(last.id + 1, last.after_entry, None, last.to_transaction or 0, None, 0, 0, b"")
    return blank if last.up_to_entry is None else replace(blank, after_entry=last.up_to_entry, from_transaction=0)


async def _end_of_batch(session: AsyncSession, draft: Seal, horizon: int) -> int | None:
    """The transaction a batch ends before; None where there is nothing to seal."""
    numbers = select(audit_entry.c.transaction_id).where(
        *covered_by(draft), audit_entry.c.transaction_id < horizon
    ).order_by(audit_entry.c.transaction_id)  # fmt: skip
    first = await session.scalar(numbers.limit(1))
    if first is None:
        return None
    beyond = await session.scalar(numbers.offset(BATCH).limit(1))
    if beyond is None:
        return horizon
    return int(beyond) if beyond > first else int(beyond) + 1


async def count_waiting(session: AsyncSession) -> int:
    """How many entries have no seal yet."""
    tail = begins_after(await find_seal(session) or ORIGIN)
    return int(await session.scalar(select(func.count()).select_from(audit_entry).where(*covered_by(tail))) or 0)
