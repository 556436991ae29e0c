"""Events that leave the platform; webhooks, deliveries, attempts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "outward_event",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("open_to", sa.String()),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        _instant("stored_at"),
        sa.PrimaryKeyConstraint("seq", name="pk_outward_event"),
        sa.UniqueConstraint("event_id", name="uq_outward_event_event_id"),
    )
    op.create_index("ix_outward_event_stored_at", "outward_event", ["stored_at"])
    op.create_table(
        "webhook",
        _id(),
        sa.Column("owner_sub", sa.String(), nullable=False),
        sa.Column("claimed", postgresql.JSONB(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("event_types", postgresql.JSONB(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disabled_because", sa.String()),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary()),
        _instant("old_secret_until", nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        _instant("failing_since", nullable=True),
        _instant("resting_until", nullable=True),
        _instant("created_at"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_owner_sub", "webhook", ["owner_sub"])
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        _id(),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_seq", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        _instant("next_attempt_at"),
        _instant("locked_until", nullable=True),
        sa.Column("last_code", sa.String()),
        sa.Column("last_status", sa.SmallInteger()),
        _instant("created_at"),
        _instant("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name="fk_webhook_delivery_webhook_id_webhook", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_seq"],
            ["outward_event.seq"],
            name="fk_webhook_delivery_event_seq_outward_event",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("webhook_id", "message_id", name="uq_webhook_delivery_webhook_id_message_id"),
    )
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["webhook_id", "next_attempt_at", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_webhook_delivery_event_seq", "webhook_delivery", ["event_seq"])
    op.create_table(
        "webhook_attempt",
        _id(),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        _instant("at"),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempt"),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_delivery.id"],
            name="fk_webhook_attempt_delivery_id_webhook_delivery",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_webhook_attempt_delivery_id_id", "webhook_attempt", ["delivery_id", "id"])


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    for name in ("webhook_attempt", "webhook_delivery", "webhook", "outward_event"):
        op.drop_table(name)
