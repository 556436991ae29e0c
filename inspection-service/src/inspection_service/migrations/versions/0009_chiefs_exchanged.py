"""Who agreed that a replacement plan exchanges chiefs of an authorised team."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("replacement_plan", sa.Column("authorised_option", sa.Integer(), nullable=True))
    op.add_column("replacement_plan", sa.Column("authorised_by", sa.String(), nullable=True))
    op.add_column("replacement_plan", sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("authorised_at", "authorised_by", "authorised_option"):
        op.drop_column("replacement_plan", name)
