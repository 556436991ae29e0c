"""What rests on an item is asked at every intake, its notices of outcomes too: found by an index, not by reading all."""

from alembic import op
from chassis.online import create_index

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    create_index("ix_outcome_notice_item_id", "outcome_notice", ["item_id"])


def downgrade() -> None:
    op.drop_index("ix_outcome_notice_item_id", if_exists=True)
