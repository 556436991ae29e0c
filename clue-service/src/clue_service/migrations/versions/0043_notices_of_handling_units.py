"""Outcome notices are listed by the unit that handles them, too: without an index each page read the whole table."""

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    handled = text("handling_unit is not null")
    create_index("ix_outcome_notice_handling_unit", "outcome_notice", ["handling_unit", "id"], postgresql_where=handled)


def downgrade() -> None:
    op.drop_index("ix_outcome_notice_handling_unit", if_exists=True)
