"""The audit log is chained by seals."""

from alembic import op

from chassis import seals

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    seals.add_seals(op)


def downgrade() -> None:
    seals.remove_seals(op)
