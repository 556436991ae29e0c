"""Bulletins, and the notices of an item."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
        sa.UniqueConstraint("rhythm", "period_from", name="uq_bulletin_rhythm_period_from"),
    )
    op.create_index("ix_notice_item_id", "notice", ["item_id"])


def downgrade() -> None:
    op.drop_index("ix_notice_item_id", table_name="notice")
    op.drop_table("bulletin")
