"""Preferences, messages beside the inbox, versions of their words."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("digest_at", sa.Time()),
        sa.Column("quiet_from", sa.Time()),
        sa.Column("quiet_to", sa.Time()),
        sa.Column("muted_kinds", postgresql.JSONB(), nullable=False),
        sa.Column("email", sa.LargeBinary()),
        sa.Column("email_state", sa.String(), nullable=False),
        sa.Column("code", sa.LargeBinary()),
        _instant("code_until", nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), nullable=False),
        sa.Column("chat", sa.LargeBinary()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name="pk_preference"),
    )
    op.create_table(
        "outgoing_message",
        _id(),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _instant("send_after"),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        _instant("locked_until", nullable=True),
        _instant("sent_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing_message"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name="fk_outgoing_message_delivery_id_delivery", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("delivery_id", "channel", name="uq_outgoing_message_delivery_id_channel"),
    )
    op.create_index(
        "ix_outgoing_message_due", "outgoing_message", ["send_after"], postgresql_where=sa.text("state = 'pending'")
    )
    op.create_table(
        "outgoing_position",
        sa.Column("only", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_outgoing_position"),
        sa.CheckConstraint('"only"', name="ck_outgoing_position_one_row"),
    )
    op.create_table(
        "message_template",
        _id(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("id", name="pk_message_template"),
        sa.UniqueConstraint("name", "language", "number", name="uq_message_template_name_language_number"),
    )
    op.create_index(
        "ix_message_template_active",
        "message_template",
        ["name", "language"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    for name in ("message_template", "outgoing_position", "outgoing_message", "preference"):
        op.drop_table(name)
