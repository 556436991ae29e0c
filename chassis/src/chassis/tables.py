"""The platform's tables, the same in every service's database: outbox, inbox, audit, idempotency, jobs, directory copy.

Declarations are for queries; the schema is made by ``upgrade_v1``, which a service's first migration calls. A change
is a new ``upgrade_v2`` called by a new migration of every service; ``upgrade_v1`` stays as it is.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db import new_metadata

WRITING_TRANSACTION = "(pg_current_xact_id()::text)::bigint"
"""The number of the transaction that writes, never used again by this server."""

metadata = new_metadata()
"""Of the tables below; a service's migrations compare against this and its own metadata."""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _written_at(name: str) -> sa.Column[Any]:
    # The system's time, not the business clock's: retention must not follow a clock that people shift.
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("aggregate_id", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    _written_at("created_at"),
    _instant("sent_at", nullable=True),
    sa.UniqueConstraint("event_id"),
)
sa.Index("ix_outbox_unsent", outbox.c.id, postgresql_where=outbox.c.sent_at.is_(None))

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    _written_at("processed_at"),
    sa.PrimaryKeyConstraint("consumer", "event_id"),
)
sa.Index("ix_inbox_processed_at", inbox.c.processed_at, postgresql_using="brin")

dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    # Code and class only: the message of an error may quote a row.
    sa.Column("error_code", sa.Text, nullable=False),
    sa.Column("error_class", sa.Text, nullable=False),
    _written_at("failed_at"),
    _instant("redriven_at", nullable=True),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("status_code", sa.SmallInteger, nullable=False),
    sa.Column("location", sa.Text),
    _written_at("created_at"),
    sa.PrimaryKeyConstraint("caller", "path", "key"),
)
sa.Index("ix_idempotency_created_at", idempotency.c.created_at, postgresql_using="brin")

audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    _instant("at"),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("acting_for", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object_type", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("unit", sa.Text),
    sa.Column("purpose", sa.Text),
    sa.Column("detail", JSONB, nullable=False),
    sa.Column("request_id", sa.Text),
    # Which transaction wrote the row: what chassis.seals tells apart final from unfinished batches by.
    sa.Column("transaction_id", sa.BigInteger, nullable=False, server_default=sa.text(WRITING_TRANSACTION)),
)
sa.Index("ix_audit_entry_transaction_id", audit_entry.c.transaction_id, audit_entry.c.id)
sa.Index("ix_audit_entry_object", audit_entry.c.object_type, audit_entry.c.object_id, audit_entry.c.id)

unit_copy = sa.Table(
    "unit_copy",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit_type", sa.Text, nullable=False),
    sa.Column("parent_code", sa.Text),
    sa.Column("level", sa.Text),
    sa.Column("aliases", JSONB, nullable=False),
    sa.Column("linked_office", sa.Text),
    sa.Column("host_units", JSONB, nullable=False),
    sa.Column("contact", sa.Text),
    sa.Column("supervision_type", sa.Text),
    sa.Column("in_charge", JSONB, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

principal_copy = sa.Table(
    "principal_copy",
    metadata,
    sa.Column("sub", sa.Text, primary_key=True),
    sa.Column("unit", sa.Text),
    sa.Column("roles", JSONB, nullable=False),
    sa.Column("clearance", sa.Text, nullable=False),
    sa.Column("cadre_id", sa.Uuid),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index("ix_principal_copy_unit", principal_copy.c.unit)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("uuidv7()")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    _instant("run_after"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    _instant("locked_until", nullable=True),
    _instant("done_at", nullable=True),
    sa.Column("failed_code", sa.Text),
    _written_at("created_at"),
)
sa.Index("ix_job_waiting", job.c.run_after, postgresql_where=job.c.done_at.is_(None) & job.c.failed_code.is_(None))

_TABLES_V1 = (
    """
    create table outbox (
        id bigint generated always as identity,
        event_id uuid not null,
        subject text not null,
        aggregate_id text not null,
        version bigint not null,
        headers jsonb not null,
        data bytea not null,
        created_at timestamptz not null default now(),
        sent_at timestamptz,
        constraint pk_outbox primary key (id),
        constraint uq_outbox_event_id unique (event_id)
    )
    """,
    "create index ix_outbox_unsent on outbox (id) where sent_at is null",
    """
    create table inbox (
        consumer text not null,
        event_id uuid not null,
        processed_at timestamptz not null default now(),
        constraint pk_inbox primary key (consumer, event_id)
    )
    """,
    "create index ix_inbox_processed_at on inbox using brin (processed_at)",
    """
    create table dead_letter (
        id bigint generated always as identity,
        consumer text not null,
        event_id uuid not null,
        subject text not null,
        headers jsonb not null,
        data bytea not null,
        error_code text not null,
        error_class text not null,
        failed_at timestamptz not null default now(),
        redriven_at timestamptz,
        constraint pk_dead_letter primary key (id)
    )
    """,
    """
    create table idempotency (
        caller text not null,
        path text not null,
        key text not null,
        digest bytea not null,
        status_code smallint not null,
        location text,
        created_at timestamptz not null default now(),
        constraint pk_idempotency primary key (caller, path, key)
    )
    """,
    "create index ix_idempotency_created_at on idempotency using brin (created_at)",
    """
    create table audit_entry (
        id bigint generated always as identity,
        at timestamptz not null,
        actor text not null,
        acting_for text,
        action text not null,
        object_type text not null,
        object_id text not null,
        unit text,
        purpose text,
        detail jsonb not null,
        request_id text,
        constraint pk_audit_entry primary key (id)
    )
    """,
    "create index ix_audit_entry_object on audit_entry (object_type, object_id, id)",
    """
    create table unit_copy (
        code text not null,
        name text not null,
        unit_type text not null,
        parent_code text,
        level text,
        aliases jsonb not null,
        linked_office text,
        host_units jsonb not null,
        contact text,
        supervision_type text,
        in_charge jsonb not null,
        version bigint not null,
        constraint pk_unit_copy primary key (code)
    )
    """,
    """
    create table principal_copy (
        sub text not null,
        unit text,
        roles jsonb not null,
        clearance text not null,
        cadre_id uuid,
        version bigint not null,
        constraint pk_principal_copy primary key (sub)
    )
    """,
    "create index ix_principal_copy_unit on principal_copy (unit)",
    """
    create table job (
        id uuid not null default uuidv7(),
        kind text not null,
        payload jsonb not null,
        run_after timestamptz not null,
        attempts integer not null default 0,
        locked_until timestamptz,
        done_at timestamptz,
        failed_code text,
        created_at timestamptz not null default now(),
        constraint pk_job primary key (id)
    )
    """,
    "create index ix_job_waiting on job (run_after) where done_at is null and failed_code is null",
)
_NAMES_V1 = (
    "outbox", "inbox", "dead_letter", "idempotency", "audit_entry", "unit_copy", "principal_copy", "job",
)  # fmt: skip
# The runtime role is <service>_app beside the owner <service>_owner. It may never change or remove what it has audited.
_RIGHTS_V1 = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('grant select, insert, update, delete on {ordinary} to %I', app);
        execute format('revoke all on audit_entry from %I', app);
        execute format('grant select, insert on audit_entry to %I', app);
    end if;
end
$$
"""


def upgrade_v1(op: Any) -> None:
    """Create the platform's tables; ``op`` is ``alembic.op`` of the owner's migration."""
    for statement in _TABLES_V1:
        op.execute(statement)
    op.execute(_RIGHTS_V1.format(ordinary=", ".join(name for name in _NAMES_V1 if name != "audit_entry")))


def downgrade_v1(op: Any) -> None:
    """Drop what ``upgrade_v1`` created."""
    for name in reversed(_NAMES_V1):
        op.execute(f"drop table {name}")
