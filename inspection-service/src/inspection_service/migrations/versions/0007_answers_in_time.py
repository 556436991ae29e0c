"""How long a home unit may take to answer for its seats."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing is known of seats asked for before: they wait without end, as they did.
    op.add_column("team_member", sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_team_member_unanswered",
        "team_member",
        ["answer_due_at"],
        postgresql_where=sa.text("seat_state = 'requested' and answer_due_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_team_member_unanswered", "team_member")
    op.drop_column("team_member", "answer_due_at")
