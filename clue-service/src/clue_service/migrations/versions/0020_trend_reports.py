"""Trend and hotspot reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
begin
    if app <> current_user and exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on trend_report from %I', app);
    end if;
end
$$
"""


def upgrade() -> None:
    op.create_table(
        "trend_report",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trend_report"),
        sa.UniqueConstraint(
            "commission", "period", "as_of", "levels", name="uq_trend_report_commission_period_as_of_levels"
        ),
    )
    op.execute(_FINAL)


def downgrade() -> None:
    op.drop_table("trend_report")
