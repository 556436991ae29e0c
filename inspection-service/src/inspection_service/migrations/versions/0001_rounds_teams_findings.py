"""Rounds, assembly runs, adoptions, teams, findings."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from chassis.tables import downgrade_v1, upgrade_v1
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("uuidv7()"))


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    upgrade_v1(op)
    _rounds()
    _runs()
    _teams()
    _findings()
    # A proposal is what was proposed: the runtime role adds rows and can neither change nor remove one.
    op.execute(_PROPOSALS_ARE_FINAL)


def _rounds() -> None:
    op.create_table(
        "round",
        _id(),
        _required("title", sa.String()),
        _required("level", sa.String()),
        _required("type", sa.String()),
        _required("mode", sa.String()),
        _required("starts_on", sa.Date()),
        _required("ends_on", sa.Date()),
        _required("report_due_days", sa.Integer()),
        _required("feedback_due_days", sa.Integer()),
        _required("state", sa.String()),
        _required("office_unit", sa.String()),
        _required("commission", sa.String()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("is_past", sa.Boolean(), nullable=False, server_default=sa.false()),
        _required("created_by", sa.String()),
        _required("created_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_round_dates"),
    )
    op.create_table(
        "round_target",
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("position", sa.Integer()),
        sa.Column("profile", sa.String()),
        _required("demands", JSONB()),
        _required("commission", sa.String()),
        sa.Column("team_id", sa.Uuid()),
        sa.Column("is_finished", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("round_id", "unit_code", name="pk_round_target"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_target_round_id_round"),
    )
    op.create_index("ix_round_target_unit_code", "round_target", ["unit_code"])
    op.create_index("ix_round_target_commission", "round_target", ["commission"])
    op.create_table(
        "participation",
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("cadre_id", sa.Uuid()),
        _required("role", sa.String()),
        sa.PrimaryKeyConstraint("round_id", "unit_code", "cadre_id", name="pk_participation"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_participation_round_id_round"),
    )
    op.create_index("ix_participation_unit_code", "participation", ["unit_code"])
    op.create_table(
        "involvement",
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("cadre_id", sa.Uuid()),
        sa.Column("is_member", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_recused", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("round_id", "unit_code", "cadre_id", name="pk_involvement"),
    )
    op.create_index("ix_involvement_cadre_id", "involvement", ["cadre_id"])


def _runs() -> None:
    op.create_table(
        "assembly_run",
        _id(),
        _required("round_id", sa.Uuid()),
        _required("number", sa.Integer()),
        _required("status", sa.String()),
        _required("request", JSONB()),
        _required("time_limit_s", sa.Float()),
        _required("progress", JSONB()),
        sa.Column("failure", JSONB()),
        _required("started_by", sa.String()),
        _required("created_at", INSTANT),
        sa.Column("queued_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("heartbeat_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_assembly_run"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_assembly_run_round_id_round"),
        sa.UniqueConstraint("round_id", "number", name="uq_assembly_run_round_id_number"),
    )
    op.create_index(
        "ix_assembly_run_unfinished",
        "assembly_run",
        ["heartbeat_at"],
        postgresql_where=sa.text("status in ('queued', 'running')"),
    )
    op.create_table(
        "assembly_proposal",
        _required("run_id", sa.Uuid()),
        _required("optimality", sa.String()),
        sa.Column("objective", sa.Float()),
        sa.Column("bound", sa.Float()),
        sa.Column("gap", sa.Float()),
        _required("seconds", sa.Float()),
        _required("teams", JSONB()),
        _required("partial_teams", JSONB()),
        _required("unmet", JSONB()),
        _required("relaxations", JSONB()),
        sa.Column("sentence", JSONB()),
        _required("rule_version", sa.String()),
        _required("solver_version", sa.String()),
        _required("salt", sa.String()),
        _required("input_hash", sa.String()),
        _required("created_at", INSTANT),
        sa.PrimaryKeyConstraint("run_id", name="pk_assembly_proposal"),
        sa.ForeignKeyConstraint(["run_id"], ["assembly_run.id"], name="fk_assembly_proposal_run_id_assembly_run"),
    )
    op.create_table(
        "adoption",
        _id(),
        _required("run_id", sa.Uuid()),
        _required("round_id", sa.Uuid()),
        _required("state", sa.String()),
        _required("teams", JSONB()),
        sa.Column("override_reason", sa.String()),
        _required("started_by", sa.String()),
        sa.Column("refusal_code", sa.String()),
        _required("created_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_adoption"),
        sa.ForeignKeyConstraint(["run_id"], ["assembly_run.id"], name="fk_adoption_run_id_assembly_run"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_adoption_round_id_round"),
    )
    op.create_index("ix_adoption_run_id", "adoption", ["run_id"])
    op.create_index(
        "uq_adoption_live",
        "adoption",
        ["round_id"],
        unique=True,
        postgresql_where=sa.text("state in ('reserving', 'compensating')"),
    )
    op.create_index(
        "uq_adoption_adopted", "adoption", ["run_id"], unique=True, postgresql_where=sa.text("state = 'adopted'")
    )


def _teams() -> None:
    op.create_table(
        "team",
        _id(),
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("run_id", sa.Uuid()),
        _required("state", sa.String()),
        _required("office_unit", sa.String()),
        _required("commission", sa.String()),
        _required("starts_on", sa.Date()),
        _required("ends_on", sa.Date()),
        _required("secondment_id", sa.Uuid()),
        _required("secondment_state", sa.String()),
        _required("secondment_version", sa.Integer()),
        _required("proposed_by", sa.String()),
        sa.Column("proposal_reason", sa.String()),
        sa.Column("submitted_by", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("entry_reason", sa.String()),
        sa.Column("entered_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        _required("created_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("secondment_id", name="uq_team_secondment_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_team_round_id_round"),
    )
    op.create_index("ix_team_round_id", "team", ["round_id"])
    op.create_index(
        "uq_team_live",
        "team",
        ["round_id", "unit_code"],
        unique=True,
        postgresql_where=sa.text("state not in ('refused', 'replaced')"),
    )
    op.create_table(
        "team_member",
        _required("team_id", sa.Uuid()),
        _required("cadre_id", sa.Uuid()),
        _required("role", sa.String()),
        sa.Column("home_unit", sa.String()),
        _required("seat_state", sa.String()),
        _required("reasons", JSONB()),
        _required("position", sa.Integer()),
        sa.PrimaryKeyConstraint("team_id", "cadre_id", name="pk_team_member"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_member_team_id_team"),
    )
    op.create_index("ix_team_member_cadre_id", "team_member", ["cadre_id"])
    op.create_table(
        "round_authorization",
        _required("team_id", sa.Uuid()),
        _required("round_id", sa.Uuid()),
        sa.Column("leader_cadre_id", sa.Uuid()),
        _required("deputy_cadre_ids", JSONB()),
        _required("authorised_by", sa.String()),
        _required("authorised_at", INSTANT),
        _required("valid_from", sa.Date()),
        _required("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("team_id", name="pk_round_authorization"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_round_authorization_team_id_team"),
    )
    op.create_table(
        "team_briefing",
        _required("briefing_id", sa.Uuid()),
        _required("team_id", sa.Uuid()),
        _required("open_count", sa.Integer()),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("briefing_id", name="pk_team_briefing"),
    )
    op.create_index("ix_team_briefing_team_id", "team_briefing", ["team_id"])


def _findings() -> None:
    op.create_table(
        "finding",
        _id(),
        _required("team_id", sa.Uuid()),
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("office_unit", sa.String()),
        _required("receiving_unit", sa.String()),
        _required("category", sa.String()),
        _required("severity", sa.String()),
        _required("text", sa.String()),
        sa.Column("person", JSONB()),
        _required("state", sa.String()),
        _required("recorded_by", sa.String()),
        _required("recorded_at", INSTANT),
        sa.Column("handed_over_by", sa.String()),
        sa.Column("handed_over_at", INSTANT),
        sa.Column("refusal_code", sa.String()),
        sa.Column("clue_id", sa.Uuid()),
        sa.Column("clue_no", sa.String()),
        sa.Column("clue_status", sa.String()),
        sa.Column("clue_closure", sa.String()),
        sa.Column("clue_version", sa.Integer()),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_finding_team_id_team"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_finding_round_id_round"),
    )
    op.create_index("ix_finding_team_id", "finding", ["team_id"])
    op.create_index("ix_finding_round_id", "finding", ["round_id"])


_PROPOSALS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on assembly_proposal from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    for name in (
        "finding", "team_briefing", "round_authorization", "team_member", "team", "adoption", "assembly_proposal",
        "assembly_run", "involvement", "participation", "round_target", "round",
    ):  # fmt: skip
        op.drop_table(name)
    downgrade_v1(op)
