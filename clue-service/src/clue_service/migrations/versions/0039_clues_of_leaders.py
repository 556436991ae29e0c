"""A leader's pages are read by an index of the clues that a leader sees: others newly taken in are not passed over.

After a large import they are most of a commission's newest. The index costs an intake nothing: a clue enters it when it
is accepted.
"""

from alembic import op

revision = "0039"
down_revision = "0036"


def upgrade() -> None:
    op.execute(
        "create index ix_clue_led on clue (commission, id)"
        " where status not in ('registered', 'retained_as_repeat')"
    )


def downgrade() -> None:
    op.execute("drop index ix_clue_led")
