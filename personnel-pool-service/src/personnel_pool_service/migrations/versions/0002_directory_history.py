"""The directory's past: versions of units, former names, how units end, who manages whose cadres."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# What a unit was is never changed afterwards: the runtime role may only add.
_APPEND_ONLY = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke all on unit_version from %I', app);
        execute format('grant select, insert on unit_version to %I', app);
    end if;
end
$$
"""

_BACKFILL = """
insert into unit_version (code, version, valid_from, changes, reason, recorded_at, recorded_by, document)
select code, version, (created_at at time zone 'Asia/Shanghai')::date, '["created"]', null, updated_at, 'system',
    jsonb_build_object(
        'code', code, 'name', name, 'unit_type', unit_type, 'level', level, 'parent_code', parent_code,
        'aliases', aliases, 'linked_office', linked_office, 'host_units', host_units, 'contact', contact,
        'supervision_type', supervision_type, 'in_charge', in_charge, 'cadre_authority', null,
        'authority_source', null, 'former_names', '[]'::jsonb, 'status', 'active', 'merged_into', null,
        'version', version
    )
from unit
"""


def upgrade() -> None:
    op.add_column("unit", sa.Column("cadre_authority", sa.String()))
    op.add_column("unit", sa.Column("authority_source", sa.String()))
    op.add_column("unit", sa.Column("former_names", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("unit", sa.Column("status", sa.String(), nullable=False, server_default="active"))
    op.add_column("unit", sa.Column("merged_into", sa.String()))
    for column in ("former_names", "status"):
        op.alter_column("unit", column, server_default=None)
    op.create_foreign_key("fk_unit_cadre_authority_unit", "unit", "unit", ["cadre_authority"], ["code"])
    op.create_foreign_key("fk_unit_merged_into_unit", "unit", "unit", ["merged_into"], ["code"])
    op.create_table(
        "unit_version",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name="pk_unit_version"),
        sa.ForeignKeyConstraint(["code"], ["unit.code"], name="fk_unit_version_code_unit"),
    )
    op.create_index("ix_unit_version_code_valid_from", "unit_version", ["code", "valid_from"])
    op.execute(_APPEND_ONLY)
    op.execute(_BACKFILL)


def downgrade() -> None:
    op.drop_table("unit_version")
    for column in ("merged_into", "status", "former_names", "authority_source", "cadre_authority"):
        op.drop_column("unit", column)
