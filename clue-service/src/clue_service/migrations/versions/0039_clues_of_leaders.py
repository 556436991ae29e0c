"""A leader's pages are read by an index of the clues that a leader sees: others newly taken in are not passed over.

After a large import they are most of a commission's newest. The index costs an intake nothing: a clue enters it when it
is accepted.
"""

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    led = text("status not in ('registered', 'retained_as_repeat')")
    create_index("ix_clue_led", "clue", ["commission", "id"], postgresql_where=led)


def downgrade() -> None:
    op.drop_index("ix_clue_led", if_exists=True)
