"""Whether lots decided exactly among equally good teams; unknown of what was proposed before."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assembly_proposal", sa.Column("is_drawn", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("assembly_proposal", "is_drawn")
