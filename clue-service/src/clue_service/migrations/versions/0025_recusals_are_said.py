"""Versions of what is said about who is recused from an item."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("create sequence recusal_version")


def downgrade() -> None:
    op.execute("drop sequence recusal_version")
