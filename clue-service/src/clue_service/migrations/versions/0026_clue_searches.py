"""Whether somebody is recused from any clue at all is asked of all clues, and found by an index.

Before it was released this made the indexes of searches too, of all clues together; 0036 makes those that stay.
"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    # Whoever records a recusal waits for no list of pending entries that is worked off in their transaction.
    op.execute("create index ix_clue_recused on clue using gin (recused) with (fastupdate = off) where recused <> '{}'")


def downgrade() -> None:
    op.execute("drop index ix_clue_recused")
