"""Whether somebody is recused from any clue at all is asked of all clues, and found by an index.

Before it was released this made the indexes of searches too, of all clues together; 0038 makes those that stay.
"""

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    # Whoever records a recusal waits for no list of pending entries that is worked off in their transaction.
    create_index(
        "ix_clue_recused",
        "clue",
        ["recused"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=text("recused <> '{}'"),
    )


def downgrade() -> None:
    op.drop_index("ix_clue_recused")
