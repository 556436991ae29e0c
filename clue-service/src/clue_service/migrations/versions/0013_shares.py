"""Shares of clues, their readings, and the policy that lets row-level security know them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

_SHARED = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
begin
    if app = current_user or not exists (select from pg_roles where rolname = app) then
        return;
    end if;
    execute format($sql$
        create policy shared on clue for select to %I using (
            (select current_setting('heli.service', true)) = ''
            and not (select current_setting('heli.sub', true)) = any (recused)
            and id in (
                select share.clue_id from clue_share as share
                where share.grantee = (select current_setting('heli.sub', true)) and share.revoked_at is null
                and share.expires_at > (select nullif(current_setting('heli.now', true), '')::timestamptz)
            )
        )
    $sql$, app);
    execute format('revoke update, delete, truncate on clue_share_reading from %I', app);
end
$$
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "clue_share",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("grantee", sa.String(), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("approval", postgresql.JSONB(), nullable=False),
        _instant("expires_at"),
        sa.Column("granted_by", sa.String(), nullable=False),
        _instant("granted_at"),
        sa.Column("revoked_by", sa.String(), nullable=True),
        _instant("revoked_at", nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_share_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_share"),
    )
    op.create_index("ix_clue_share_clue_id", "clue_share", ["clue_id"])
    op.create_index("ix_clue_share_grantee", "clue_share", ["grantee", "id"])
    op.create_index("ix_clue_share_commission", "clue_share", ["commission", "id"])
    op.create_table(
        "clue_share_reading",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        _instant("read_at"),
        sa.ForeignKeyConstraint(["share_id"], ["clue_share.id"], name="fk_clue_share_reading_share_id_clue_share"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_share_reading"),
    )
    op.create_index("ix_clue_share_reading_share_id", "clue_share_reading", ["share_id", "id"])
    op.execute(_SHARED)


def downgrade() -> None:
    op.execute("drop policy if exists shared on clue")
    op.drop_table("clue_share_reading")
    op.drop_table("clue_share")
