"""The search in the index of matching keeps its plan, whoever asks: to plan it anew took a sixth of its time."""

from alembic import op

revision = "0035"
down_revision = "0034"

_FUNCTION = "ALTER FUNCTION matching_retrieve(int4[], float8[], uuid, int4, int4, int2)"


def upgrade() -> None:
    op.execute(f"{_FUNCTION} SET plan_cache_mode = 'force_generic_plan'")


def downgrade() -> None:
    op.execute(f"{_FUNCTION} RESET plan_cache_mode")
