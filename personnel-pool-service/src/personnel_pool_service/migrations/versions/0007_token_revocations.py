"""Access tokens that hold no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "token_revocation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("sub", sa.String(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_token_revocation"),
        sa.UniqueConstraint("jti", name="uq_token_revocation_jti"),
    )
    op.create_index("ix_token_revocation_expires_at", "token_revocation", ["expires_at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("token_revocation")
