"""Platform tables; notices, audiences, deliveries, tickets, deadlines."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.upgrade_v1(op)
    _notices()
    _streams()
    _deadlines()


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _notices() -> None:
    op.create_table(
        "notice",
        _id(),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item_type", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("item_no", sa.String()),
        _instant("due_at", nullable=True),
        sa.Column("excluded_sub", sa.String()),
        sa.Column("is_lasting", sa.Boolean(), nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("event_id", name="uq_notice_event_id"),
    )
    op.create_index("ix_notice_created_at", "notice", ["created_at"])
    op.create_table(
        "audience",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("within", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audience"),
        sa.UniqueConstraint("relation", "target", "roles", "within", name="uq_audience_relation_target_roles_within"),
    )
    op.create_table(
        "notice_audience",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("audience_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String()),
        sa.PrimaryKeyConstraint("notice_id", "audience_id", name="pk_notice_audience"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_audience_notice_id_notice", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name="fk_notice_audience_audience_id_audience"),
    )
    op.create_index("ix_notice_audience_audience_id", "notice_audience", ["audience_id"])
    op.create_table(
        "delivery",
        _id(),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String()),
        _instant("delivered_at"),
        _instant("read_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("sub", "notice_id", name="uq_delivery_sub_notice_id"),
        sa.UniqueConstraint("seq", name="uq_delivery_seq"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_delivery_notice_id_notice", ondelete="CASCADE"),
    )
    op.create_index("ix_delivery_sub_seq", "delivery", ["sub", "seq"])
    op.create_index("ix_delivery_unread", "delivery", ["sub", "seq"], postgresql_where=sa.text("read_at is null"))
    op.create_table(
        "origin_office",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_origin_office"),
    )


def _streams() -> None:
    op.create_table(
        "stream_ticket",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_stream_ticket"),
    )
    op.create_index("ix_stream_ticket_expires_at", "stream_ticket", ["expires_at"])
    op.create_table(
        "stream_epoch",
        sa.Column("only", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_stream_epoch"),
        sa.CheckConstraint('"only"', name="one_row"),
    )


def _deadlines() -> None:
    op.create_table(
        "deadline",
        _id(),
        sa.Column("item_type", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("item_no", sa.String()),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        _instant("due_at", nullable=True),
        sa.Column("within", sa.String()),
        sa.Column("escalates_to", sa.String()),
        sa.Column("commission", sa.String()),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.UniqueConstraint("item_type", "item_id", "unit", name="uq_deadline_item_type_item_id_unit"),
    )
    op.create_index("ix_deadline_running", "deadline", ["due_at"], postgresql_where=sa.text("due_at is not null"))
    op.create_table(
        "deadline_light",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("light", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("deadline_id", "light", "day", name="pk_deadline_light"),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name="fk_deadline_light_deadline_id_deadline", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for name in (
        "deadline_light", "deadline", "stream_epoch", "stream_ticket", "origin_office", "delivery", "notice_audience",
        "audience", "notice",
    ):
        op.drop_table(name)
    tables.downgrade_v1(op)
