"""Alerts that were merged into one are found by an index: the worker asks for them at every overlap of three."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_overlap_alert_merged_into",
        "overlap_alert",
        ["merged_into"],
        postgresql_where=sa.text("merged_into is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_overlap_alert_merged_into", "overlap_alert")
