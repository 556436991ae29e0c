"""Difficulties of supervision matters convene consultations, one each."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consultation", sa.Column("origin_ref", sa.String(), nullable=True))
    op.create_unique_constraint("uq_consultation_origin_ref", "consultation", ["origin_ref"])


def downgrade() -> None:
    op.drop_constraint("uq_consultation_origin_ref", "consultation")
    op.drop_column("consultation", "origin_ref")
