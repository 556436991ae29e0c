"""Searches by what clues say ask an index of one commission: each pair of neighbouring characters is in it with that.

An index of trigrams would not do: names of two characters have none.
"""

from typing import Any

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0038"
down_revision = "0037"

# Intake waits for no list of pending entries that is worked off in its transaction.
_GIN: dict[str, Any] = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


def upgrade() -> None:
    op.execute("set maintenance_work_mem = '256MB'")
    create_index("ix_clue_allegation_pairs", "clue_allegation", [text("pairs_within(commission, text)")], **_GIN)
    create_index("ix_clue_subject_pairs", "clue_subject", [text("names_within(commission, name, unit_name)")], **_GIN)
    create_index(
        "ix_clue_pairs",
        "clue",
        [text("pairs_within(commission, summary)")],
        postgresql_where=text("summary is not null"),
        **_GIN,
    )
    op.execute("reset maintenance_work_mem")
    for table in ("clue_subject", "clue_allegation", "clue"):
        op.execute(f"analyze {table}")


def downgrade() -> None:
    for name in ("ix_clue_pairs", "ix_clue_subject_pairs", "ix_clue_allegation_pairs"):
        op.drop_index(name, if_exists=True)
