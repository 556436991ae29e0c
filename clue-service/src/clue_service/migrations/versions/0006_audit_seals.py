"""The audit log is chained by seals."""

from alembic import op

from chassis import seals

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    seals.add_seals(op)


def downgrade() -> None:
    seals.remove_seals(op)
