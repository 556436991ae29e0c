"""Since when an item is in its state, and the lights of local profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANTS = ("started_at", "blue_at", "yellow_at", "red_at")


def upgrade() -> None:
    # The release before writes none of these: its rows follow the general rule.
    op.add_column("deadline", sa.Column("profile", sa.String(), nullable=False, server_default="generic"))
    for name in _INSTANTS:
        op.add_column("deadline", sa.Column(name, sa.DateTime(timezone=True)))


def downgrade() -> None:
    for name in ("profile", *_INSTANTS):
        op.drop_column("deadline", name)
