"""What clues said before 0036 gets its clue's commission; what came since has it by the triggers of 0036."""

from chassis.online import fill_column

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    for table in ("clue_subject", "clue_allegation"):
        fill_column(table, "commission", f"(select commission from clue where clue.id = {table}.clue_id)")


def downgrade() -> None:
    """The column goes with 0036."""
