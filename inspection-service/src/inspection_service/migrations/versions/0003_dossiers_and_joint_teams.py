"""Entry dossiers, briefings, cooperation zones, joint case teams."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CODES = ARRAY(sa.Text())


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("uuidv7()"))


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _dossier()
    _briefing_request()
    _cooperation_zone()
    _joint_case_team()
    _joint_case_member()


def _dossier() -> None:
    op.create_table(
        "dossier",
        _id(),
        _required("team_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("state", sa.String()),
        _required("requested_by", sa.String()),
        _required("requested_at", INSTANT),
        sa.Column("frozen_at", INSTANT),
        sa.Column("document", sa.String()),
        sa.Column("sha256", sa.String()),
        sa.Column("item_count", sa.Integer()),
        sa.Column("failure_code", sa.String()),
        _required("version", sa.Integer()),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_dossier_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_dossier"),
    )
    op.create_index("ix_dossier_team_id", "dossier", ["team_id"])


def _briefing_request() -> None:
    op.create_table(
        "briefing_request",
        _id(),
        _required("team_id", sa.Uuid()),
        _required("round_id", sa.Uuid()),
        _required("unit_code", sa.String()),
        _required("office_unit", sa.String()),
        _required("commission", sa.String()),
        _required("from_unit", sa.String()),
        _required("state", sa.String()),
        _required("due_at", INSTANT),
        sa.Column("nothing_to_report", sa.Boolean()),
        sa.Column("contribution", sa.String()),
        _required("asked_by", sa.String()),
        _required("asked_at", INSTANT),
        sa.Column("acknowledged_by", sa.String()),
        sa.Column("acknowledged_at", INSTANT),
        _required("version", sa.Integer()),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_briefing_request_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_briefing_request"),
        sa.UniqueConstraint("team_id", "from_unit", name="uq_briefing_request_team_id_from_unit"),
    )
    op.create_index("ix_briefing_request_from_unit", "briefing_request", ["from_unit"])


def _cooperation_zone() -> None:
    op.create_table(
        "cooperation_zone",
        _required("code", sa.String()),
        _required("name", sa.String()),
        _required("lead_unit", sa.String()),
        _required("unit_codes", CODES),
        _required("is_active", sa.Boolean()),
        _required("set_by", sa.String()),
        _required("set_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("code", name="pk_cooperation_zone"),
    )


def _joint_case_team() -> None:
    op.create_table(
        "joint_case_team",
        _id(),
        _required("lead_office", sa.String()),
        _required("commission", sa.String()),
        _required("target_units", CODES),
        _required("partner_units", CODES),
        sa.Column("zone_code", sa.String()),
        _required("clue_ids", CODES),
        _required("finding_ids", CODES),
        sa.Column("authority_ref", sa.String()),
        _required("starts_on", sa.Date()),
        _required("ends_on", sa.Date()),
        _required("state", sa.String()),
        sa.Column("secondment_id", sa.Uuid()),
        sa.Column("secondment_state", sa.String()),
        sa.Column("secondment_version", sa.Integer()),
        sa.Column("refusal_code", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("grade", sa.String()),
        _required("proposed_by", sa.String()),
        _required("proposed_at", INSTANT),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved_at", INSTANT),
        _required("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_joint_case_team"),
        sa.UniqueConstraint("secondment_id", name="uq_joint_case_team_secondment_id"),
    )
    op.create_index("ix_joint_case_team_commission", "joint_case_team", ["commission"])
    op.create_index("ix_joint_case_team_lead_office", "joint_case_team", ["lead_office"])


def _joint_case_member() -> None:
    op.create_table(
        "joint_case_member",
        _required("team_id", sa.Uuid()),
        _required("cadre_id", sa.Uuid()),
        _required("role", sa.String()),
        _required("position", sa.Integer()),
        sa.Column("home_unit", sa.String()),
        sa.Column("source", sa.String()),
        sa.Column("seat_state", sa.String()),
        _required("is_recused", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["team_id"], ["joint_case_team.id"], name="fk_joint_case_member_team_id_joint_case_team"
        ),
        sa.PrimaryKeyConstraint("team_id", "cadre_id", name="pk_joint_case_member"),
    )
    op.create_index("ix_joint_case_member_cadre_id", "joint_case_member", ["cadre_id"])


def downgrade() -> None:
    for name in (
        "joint_case_member",
        "joint_case_team",
        "cooperation_zone",
        "briefing_request",
        "dossier",
    ):
        op.drop_table(name)
