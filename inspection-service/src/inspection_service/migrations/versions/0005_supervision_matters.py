"""Supervision matters with their records and referrals; half-year coordination reports."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("uuidv7()"))


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _matters()
    _records()
    _reports()
    # What was recorded about a matter is never changed: a report as of a day must read the same for ever.
    op.execute(_RECORDS_ARE_FINAL)


def _matters() -> None:
    op.create_table(
        "supervision_matter",
        _id(),
        _required("title", sa.String()),
        _required("basis", sa.String()),
        _required("theme", sa.String()),
        _required("targets", sa.String()),
        _required("measures", JSONB()),
        _required("owner_unit", sa.String()),
        _required("commission", sa.String()),
        sa.Column("lead_unit", sa.String()),
        _required("co_units", ARRAY(sa.String())),
        _required("scope_units", ARRAY(sa.String())),
        _required("starts_on", sa.Date()),
        _required("ends_on", sa.Date()),
        _required("planned_until", sa.Date()),
        _required("report_every_days", sa.Integer()),
        _required("state", sa.String()),
        sa.Column("conclusion", sa.String()),
        sa.Column("recurrence_of", sa.Uuid()),
        _required("recurrences", sa.Integer()),
        _required("proposed_by", sa.String()),
        sa.Column("started_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        _required("created_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_matter"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_supervision_matter_dates"),
        sa.ForeignKeyConstraint(
            ["recurrence_of"],
            ["supervision_matter.id"],
            name="fk_supervision_matter_recurrence_of_supervision_matter",
        ),
    )
    op.create_index("ix_supervision_matter_commission", "supervision_matter", ["commission"])


def _records() -> None:
    op.create_table(
        "matter_record",
        _id(),
        _required("matter_id", sa.Uuid()),
        _required("kind", sa.String()),
        _required("document", JSONB()),
        sa.Column("unit", sa.String()),
        _required("recorded_by", sa.String()),
        _required("recorded_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_matter_record"),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["supervision_matter.id"], name="fk_matter_record_matter_id_supervision_matter"
        ),
    )
    op.create_index("ix_matter_record_matter_id", "matter_record", ["matter_id"])
    op.create_table(
        "matter_referral",
        _required("difficulty_id", sa.Uuid()),
        _required("matter_id", sa.Uuid()),
        _required("referral", sa.String()),
        _required("state", sa.String()),
        sa.Column("support_id", sa.Uuid()),
        sa.Column("refusal_code", sa.String()),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("difficulty_id", name="pk_matter_referral"),
        sa.ForeignKeyConstraint(
            ["difficulty_id"], ["matter_record.id"], name="fk_matter_referral_difficulty_id_matter_record"
        ),
    )
    op.create_index("ix_matter_referral_matter_id", "matter_referral", ["matter_id"])


def _reports() -> None:
    op.create_table(
        "coordination_report",
        _id(),
        _required("unit_code", sa.String()),
        _required("period", sa.String()),
        _required("as_of", sa.Date()),
        _required("state", sa.String()),
        _required("document", sa.Text()),
        _required("digest", sa.String()),
        _required("contributions", JSONB()),
        sa.Column("hearing", JSONB(none_as_null=True)),
        _required("decisions", JSONB()),
        _required("made_by", sa.String()),
        _required("created_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_coordination_report"),
        sa.UniqueConstraint("unit_code", "period", "as_of", name="uq_coordination_report_unit_code_period_as_of"),
    )


_RECORDS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on matter_record from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    for name in ("coordination_report", "matter_referral", "matter_record", "supervision_matter"):
        op.drop_table(name)
