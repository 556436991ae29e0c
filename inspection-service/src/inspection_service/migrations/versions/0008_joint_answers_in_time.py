"""How long a home unit may take to answer for its seats in a joint case team."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing is known of seats asked for before: they wait without end, as they did.
    op.add_column("joint_case_member", sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("joint_case_member", sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_joint_case_member_unanswered",
        "joint_case_member",
        ["answer_due_at"],
        postgresql_where=sa.text("seat_state = 'requested' and answer_due_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_joint_case_member_unanswered", "joint_case_member")
    op.drop_column("joint_case_member", "given_back_at")
    op.drop_column("joint_case_member", "answer_due_at")
