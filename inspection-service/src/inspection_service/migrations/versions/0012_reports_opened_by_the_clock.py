"""Who contributes to a coordination report, and since when the clock opens reports for a commission."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "coordination_report", sa.Column("author_units", ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.create_table(
        "reporting_commission",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", name="pk_reporting_commission"),
    )


def downgrade() -> None:
    op.drop_table("reporting_commission")
    op.drop_column("coordination_report", "author_units")
