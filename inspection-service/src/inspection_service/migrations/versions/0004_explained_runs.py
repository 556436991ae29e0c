"""Rule sets as versioned data, inputs of runs, variants, cancelling, replacement plans."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("uuidv7()"))


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _runs()
    _rule_sets()
    _plans()
    # What a run was asked is part of its record: the runtime role adds it and can neither change nor remove it.
    op.execute(_INPUTS_ARE_FINAL)


def _runs() -> None:
    op.add_column("assembly_run", sa.Column("base_run_id", sa.Uuid()))
    op.add_column("assembly_run", sa.Column("rules", JSONB(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("assembly_run", sa.Column("cancel_requested_at", INSTANT))
    op.add_column("assembly_run", sa.Column("keeps_best", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_foreign_key(
        "fk_assembly_run_base_run_id_assembly_run", "assembly_run", "assembly_run", ["base_run_id"], ["id"]
    )
    op.create_table(
        "assembly_input",
        _required("run_id", sa.Uuid()),
        _required("document", sa.LargeBinary()),
        _required("created_at", INSTANT),
        sa.PrimaryKeyConstraint("run_id", name="pk_assembly_input"),
        sa.ForeignKeyConstraint(["run_id"], ["assembly_run.id"], name="fk_assembly_input_run_id_assembly_run"),
    )


def _rule_sets() -> None:
    op.create_table(
        "rule_set",
        _id(),
        _required("office_unit", sa.String()),
        _required("kind", sa.String()),
        _required("name", sa.String()),
        _required("number", sa.Integer()),
        _required("status", sa.String()),
        _required("document", JSONB()),
        sa.Column("note", sa.String()),
        _required("drafted_by", sa.String()),
        _required("created_at", INSTANT),
        sa.Column("decided_by", sa.String()),
        sa.Column("in_force_at", INSTANT),
        sa.Column("retired_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_rule_set"),
        sa.UniqueConstraint("office_unit", "name", "number", name="uq_rule_set_office_unit_name_number"),
    )
    op.create_index(
        "uq_rule_set_in_force",
        "rule_set",
        ["office_unit", "name"],
        unique=True,
        postgresql_where=sa.text("status = 'in_force'"),
    )


def _plans() -> None:
    op.create_table(
        "replacement_plan",
        _id(),
        _required("team_id", sa.Uuid()),
        _required("out", JSONB()),
        _required("cause", sa.String()),
        _required("state", sa.String()),
        _required("options", JSONB()),
        sa.Column("sentence", JSONB()),
        _required("unmet", JSONB()),
        sa.Column("chosen", sa.Integer()),
        sa.Column("reason", sa.String()),
        sa.Column("refusal_code", sa.String()),
        _required("created_by", sa.String()),
        sa.Column("carried_out_by", sa.String()),
        _required("created_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_replacement_plan"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_replacement_plan_team_id_team"),
    )
    op.create_index("ix_replacement_plan_team_id", "replacement_plan", ["team_id"])
    op.create_index(
        "uq_replacement_plan_under_way",
        "replacement_plan",
        ["team_id"],
        unique=True,
        postgresql_where=sa.text("state = 'carrying_out'"),
    )


_INPUTS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on assembly_input from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    op.drop_table("replacement_plan")
    op.drop_table("rule_set")
    op.drop_table("assembly_input")
    op.drop_constraint("fk_assembly_run_base_run_id_assembly_run", "assembly_run", type_="foreignkey")
    for column in ("keeps_best", "cancel_requested_at", "rules", "base_run_id"):
        op.drop_column("assembly_run", column)
