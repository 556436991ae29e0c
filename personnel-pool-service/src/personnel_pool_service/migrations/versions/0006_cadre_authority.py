"""Which committee manages the holders of which posts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "cadre_authority",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_cadre_authority_unit_code_unit"),
        sa.PrimaryKeyConstraint("unit_code", name="pk_cadre_authority"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("cadre_authority")
