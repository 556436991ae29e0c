"""Platform tables and notes."""

import sqlalchemy as sa
from alembic import op
from chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.upgrade_v1(op)
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sa.UniqueConstraint("title", name="uq_note_title"),
    )


def downgrade() -> None:
    op.drop_table("note")
    tables.downgrade_v1(op)
