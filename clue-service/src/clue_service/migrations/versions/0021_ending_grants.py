"""Who may read an entry of the library for a time is told once before it ends."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("library_request", sa.Column("expiry_told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_library_request_ending",
        "library_request",
        ["expires_at"],
        postgresql_where="state = 'granted' and expiry_told_at is null",
    )


def downgrade() -> None:
    op.drop_index("ix_library_request_ending", "library_request")
    op.drop_column("library_request", "expiry_told_at")
