"""Who took note of what is overdue, and of what leaders were told because nobody did."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "deadline_escalation",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadline.id"],
            name="fk_deadline_escalation_deadline_id_deadline",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("deadline_id", "since", name="pk_deadline_escalation"),
    )


def downgrade() -> None:
    op.drop_table("deadline_escalation")
    op.drop_column("delivery", "acknowledged_at")
