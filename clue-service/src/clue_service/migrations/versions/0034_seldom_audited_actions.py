"""An auditor who asks for one action finds it by an index, and does not read the whole log for what is seldom done.

What nearly every entry is about is left out: the newest entries hold a page of that, and the index costs those that
write the log next to nothing.
"""

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index(
        "ix_audit_entry_seldom",
        "audit_entry",
        ["action", "id"],
        postgresql_where=text("action not in ('read', 'list', 'register', 'match', 'read_candidates')"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry_seldom")
