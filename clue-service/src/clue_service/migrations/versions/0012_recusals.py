"""Who is recused from a clue."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "clue_recusal",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_recusal_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_recusal"),
    )
    op.create_index("ix_clue_recusal_clue_id", "clue_recusal", ["clue_id"])
    op.create_index("ix_clue_recusal_sub", "clue_recusal", ["sub"])


def downgrade() -> None:
    op.drop_table("clue_recusal")
