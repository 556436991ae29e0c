"""Which version of the engine wrote a clue's keys; generations of the counts; runs that rebuild the index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Of the rows there are, nobody knows whether this version wrote them: they count as the first one's.
    op.add_column("clue_key", sa.Column("format", sa.SmallInteger(), server_default="1", nullable=False))
    op.alter_column("clue_key", "format", server_default=None)
    op.add_column("matching_frequency", sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "index_rebuild",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_clue", sa.Uuid(), nullable=True),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_rebuild"),
    )


def downgrade() -> None:
    op.drop_table("index_rebuild")
    op.drop_column("matching_frequency", "generation")
    op.drop_column("clue_key", "format")
