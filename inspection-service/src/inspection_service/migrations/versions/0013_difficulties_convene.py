"""The consultation that a difficulty convened, and how far it has come."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matter_referral", sa.Column("consultation_id", sa.Uuid(), nullable=True))
    op.add_column("matter_referral", sa.Column("consultation_state", sa.String(), nullable=True))
    op.add_column("matter_referral", sa.Column("consultation_version", sa.Integer(), nullable=True))
    op.create_index("ix_matter_referral_consultation_id", "matter_referral", ["consultation_id"])


def downgrade() -> None:
    op.drop_index("ix_matter_referral_consultation_id", "matter_referral")
    for name in ("consultation_version", "consultation_state", "consultation_id"):
        op.drop_column("matter_referral", name)
