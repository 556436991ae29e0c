"""Whom people found competent for a clue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("clue", sa.Column("competent_commission", sa.String(), nullable=True))
    op.add_column("clue", sa.Column("competence_decision", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("clue", "competence_decision")
    op.drop_column("clue", "competent_commission")
