"""The clearance that every member of a target's team needs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "round_target", sa.Column("secrecy_level", sa.String(), nullable=False, server_default=sa.text("'internal'"))
    )


def downgrade() -> None:
    op.drop_column("round_target", "secrecy_level")
