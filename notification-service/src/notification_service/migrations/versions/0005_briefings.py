"""Briefings with their sealed editions and recipients; notices on their way to many; copied working years."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _briefings()
    op.create_table(
        "fan_out",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("subs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("units", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        _instant("started_at"),
        sa.PrimaryKeyConstraint("notice_id", name="pk_fan_out"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_fan_out_notice_id_notice", ondelete="CASCADE"),
    )
    op.create_table(
        "working_year",
        sa.Column("year", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("off_days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("workdays", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_working_year"),
    )


def _briefings() -> None:
    op.create_table(
        "briefing",
        _id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("issuing_unit", sa.String(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("secrecy_level", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date()),
        sa.Column("period_to", sa.Date()),
        sa.Column("scope_units", postgresql.JSONB(), nullable=False),
        sa.Column("addressed", postgresql.JSONB(), nullable=False),
        sa.Column("ack_due_on", sa.Date()),
        _instant("ack_due", nullable=True),
        _instant("escalate_at", nullable=True),
        sa.Column("escalated_edition", sa.SmallInteger(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        _instant("drafted_at"),
        sa.Column("reviewed_by", sa.String()),
        _instant("issued_at", nullable=True),
        _instant("recalled_at", nullable=True),
        sa.Column("recall_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_briefing"),
    )
    op.create_index("ix_briefing_issuing_unit", "briefing", ["issuing_unit", "id"])
    op.create_index("ix_briefing_commission", "briefing", ["commission", "id"])
    op.create_index("ix_briefing_escalate_at", "briefing", ["escalate_at"], postgresql_where=sa.text("state = 'issued'"))
    op.create_table(
        "briefing_edition",
        sa.Column("briefing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        _instant("written_at"),
        sa.PrimaryKeyConstraint("briefing_id", "number", name="pk_briefing_edition"),
        _of_briefing("briefing_edition"),
    )
    op.create_table(
        "briefing_recipient",
        _id(),
        sa.Column("briefing_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sub", sa.String()),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("acknowledged_edition", sa.SmallInteger(), nullable=False),
        sa.Column("acknowledged_by", sa.String()),
        _instant("acknowledged_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_briefing_recipient"),
        _of_briefing("briefing_recipient"),
    )
    for name, columns, where in (
        ("uq_briefing_recipient_sub", ["briefing_id", "sub"], "sub is not null"),
        ("uq_briefing_recipient_unit", ["briefing_id", "unit"], "sub is null"),
    ):
        op.create_index(name, "briefing_recipient", columns, unique=True, postgresql_where=sa.text(where))
    op.create_index("ix_briefing_recipient_by_sub", "briefing_recipient", ["sub", "briefing_id"])
    op.create_index("ix_briefing_recipient_by_unit", "briefing_recipient", ["unit", "briefing_id"])


def _of_briefing(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["briefing_id"], ["briefing.id"], name=f"fk_{table}_briefing_id_briefing", ondelete="CASCADE"
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    for name in ("working_year", "fan_out", "briefing_recipient", "briefing_edition", "briefing"):
        op.drop_table(name)
