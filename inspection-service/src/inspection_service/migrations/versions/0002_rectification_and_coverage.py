"""Steps, evidence, coverage, feedback, rectification, look-back; modes of rounds, ways of a finding."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CODES = ARRAY(sa.Text())


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("uuidv7()"))


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _step()
    _evidence_reference()
    _coverage_plan()
    _feedback()
    _rectification()
    _look_back_item()
    _columns()
    # What happened, happened: the runtime role adds rows and can neither change nor remove one.
    op.execute(_ROWS_ARE_FINAL)


def _step() -> None:
    op.create_table(
        "step",
        _required("object_type", sa.String()),
        _required("object_id", sa.Uuid()),
        _required("version", sa.Integer()),
        _required("verb", sa.String()),
        sa.Column("from_state", sa.String()),
        _required("to_state", sa.String()),
        _required("at", INSTANT),
        _required("taken_by", sa.String()),
        sa.Column("unit", sa.String()),
        sa.PrimaryKeyConstraint("object_type", "object_id", "version", name="pk_step"),
    )
    op.create_index("ix_step_object_type_at", "step", ["object_type", "at"])


def _evidence_reference() -> None:
    op.create_table(
        "evidence_reference",
        _id(),
        _required("owner_type", sa.String()),
        _required("owner_id", sa.Uuid()),
        _required("kind", sa.String()),
        _required("reference", sa.String()),
        sa.Column("sha256", sa.String()),
        sa.Column("kept_by", sa.String()),
        _required("added_by", sa.String()),
        _required("added_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_reference"),
    )
    op.create_index("ix_evidence_reference_owner", "evidence_reference", ["owner_type", "owner_id"])


def _coverage_plan() -> None:
    op.create_table(
        "coverage_plan",
        _required("unit_code", sa.String()),
        _required("interval_months", sa.Integer()),
        sa.Column("first_due_on", sa.Date()),
        _required("set_by", sa.String()),
        _required("set_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("unit_code", name="pk_coverage_plan"),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        _id(),
        _required("round_id", sa.Uuid()),
        sa.Column("team_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("office_unit", sa.String()),
        _required("commission", sa.String()),
        _required("audience", sa.String()),
        _required("text", sa.String()),
        _required("state", sa.String()),
        _required("issued_by", sa.String()),
        _required("issued_at", INSTANT),
        sa.Column("acknowledged_by", sa.String()),
        sa.Column("acknowledged_at", INSTANT),
        _required("version", sa.Integer()),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_feedback_round_id_round"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_round_id", "feedback", ["round_id"])
    op.create_index("ix_feedback_unit_code", "feedback", ["unit_code"])


def _rectification() -> None:
    op.create_table(
        "rectification",
        _id(),
        _required("round_id", sa.Uuid()),
        sa.Column("finding_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("office_unit", sa.String()),
        _required("commission", sa.String()),
        _required("kind", sa.String()),
        _required("category", sa.String()),
        _required("severity", sa.String()),
        _required("problem", sa.String()),
        _required("state", sa.String()),
        _required("due_on", sa.Date()),
        _required("due_at", INSTANT),
        _required("first_due_on", sa.Date()),
        sa.Column("measure", sa.String()),
        sa.Column("responsible_post", sa.String()),
        sa.Column("planned_on", sa.Date()),
        sa.Column("self_status", sa.String()),
        sa.Column("report", sa.String()),
        sa.Column("submitted_by", sa.String()),
        sa.Column("submitted_at", INSTANT),
        sa.Column("verdict", sa.String()),
        sa.Column("verification", sa.String()),
        sa.Column("verified_by", sa.String()),
        sa.Column("signed_off_by", sa.String()),
        sa.Column("signed_off_at", INSTANT),
        sa.Column("office_reason", sa.String()),
        sa.Column("accountability_ref", sa.String()),
        _required("times_returned", sa.Integer()),
        _required("times_extended", sa.Integer()),
        _required("assigned_by", sa.String()),
        _required("assigned_at", INSTANT),
        _required("version", sa.Integer()),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_rectification_finding_id_finding"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_rectification_round_id_round"),
        sa.PrimaryKeyConstraint("id", name="pk_rectification"),
    )
    op.create_index("ix_rectification_finding_id", "rectification", ["finding_id"])
    op.create_index("ix_rectification_round_id", "rectification", ["round_id"])
    op.create_index("ix_rectification_unit_code_state", "rectification", ["unit_code", "state"])


def _look_back_item() -> None:
    op.create_table(
        "look_back_item",
        _required("round_id", sa.Uuid()),
        _required("rectification_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("state_when_seeded", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("note", sa.String()),
        sa.Column("checked_by", sa.String()),
        sa.Column("checked_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectification.id"], name="fk_look_back_item_rectification_id_rectification"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_look_back_item_round_id_round"),
        sa.PrimaryKeyConstraint("round_id", "rectification_id", name="pk_look_back_item"),
    )


def _columns() -> None:
    op.add_column("finding", sa.Column("hand_over_phase", sa.String()))
    op.add_column("finding", sa.Column("result_due_on", sa.Date()))
    op.add_column("finding", sa.Column("clue_outcome", sa.String()))
    op.add_column("finding", sa.Column("clue_four_forms", sa.Integer()))
    op.add_column("finding", sa.Column("referred_to", sa.String()))
    op.add_column("finding", sa.Column("referred_by", sa.String()))
    op.add_column("finding", sa.Column("referred_at", INSTANT))
    op.add_column("finding", sa.Column("withdrawal_reason", sa.String()))
    op.add_column("finding", sa.Column("withdrawn_at", INSTANT))
    op.add_column("round", sa.Column("theme", sa.String()))
    op.add_column("round", sa.Column("authority_ref", sa.String()))
    op.add_column("round", sa.Column("partner_offices", CODES, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("round", sa.Column("briefings", sa.String(), server_default="on_request", nullable=False))
    op.add_column("round", sa.Column("look_back_of", sa.Uuid()))
    op.add_column("round_authorization", sa.Column("tasks", sa.String()))
    op.add_column("round_authorization", sa.Column("ended_on", sa.Date()))
    op.create_foreign_key("fk_round_look_back_of_round", "round", "round", ["look_back_of"], ["id"])


_ROWS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on step, evidence_reference from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    op.drop_column("finding", "hand_over_phase")
    op.drop_column("finding", "result_due_on")
    op.drop_column("finding", "clue_outcome")
    op.drop_column("finding", "clue_four_forms")
    op.drop_column("finding", "referred_to")
    op.drop_column("finding", "referred_by")
    op.drop_column("finding", "referred_at")
    op.drop_column("finding", "withdrawal_reason")
    op.drop_column("finding", "withdrawn_at")
    op.drop_column("round", "theme")
    op.drop_column("round", "authority_ref")
    op.drop_column("round", "partner_offices")
    op.drop_column("round", "briefings")
    op.drop_column("round", "look_back_of")
    op.drop_column("round_authorization", "tasks")
    op.drop_column("round_authorization", "ended_on")
    for name in ("look_back_item", "rectification", "feedback", "coverage_plan", "evidence_reference", "step"):
        op.drop_table(name)
