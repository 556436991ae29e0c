"""Platform tables; units, principals, supervised persons, cadres, bookings, secondments."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import tables

revision = "0001"
down_revision = None


def _versioned() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    tables.upgrade_v1(op)
    # Equality of ids inside a range exclusion; trusted, so the database's owner may create it.
    op.execute("create extension if not exists btree_gist")
    _directory()
    _cadres()
    _accounts()
    _lending()


def _directory() -> None:
    op.create_table(
        "unit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_type", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String()),
        sa.Column("aliases", postgresql.JSONB(), nullable=False),
        sa.Column("linked_office", sa.String()),
        sa.Column("host_units", postgresql.JSONB(), nullable=False),
        sa.Column("contact", sa.String()),
        sa.Column("supervision_type", sa.String()),
        sa.Column("in_charge", postgresql.JSONB(), nullable=False),
        *_versioned(),
        sa.PrimaryKeyConstraint("code", name="pk_unit"),
        sa.ForeignKeyConstraint(["parent_code"], ["unit.code"], name="fk_unit_parent_code_unit"),
        sa.ForeignKeyConstraint(["linked_office"], ["unit.code"], name="fk_unit_linked_office_unit"),
        sa.CheckConstraint("parent_code <> code", name="own_parent"),
    )
    op.create_index("ix_unit_parent_code", "unit", ["parent_code"])
    op.create_table(
        "supervised_person",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("post", sa.String()),
        sa.Column("rank", sa.String()),
        sa.Column("managing_committee", sa.String()),
        sa.Column("is_party_member", sa.Boolean(), nullable=False),
        sa.Column("is_supervision_object", sa.Boolean(), nullable=False),
        *_versioned(),
        sa.PrimaryKeyConstraint("code", name="pk_supervised_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_supervised_person_unit_code_unit"),
        sa.ForeignKeyConstraint(
            ["managing_committee"], ["unit.code"], name="fk_supervised_person_managing_committee_unit"
        ),
    )
    op.create_index("ix_supervised_person_unit_code_code", "supervised_person", ["unit_code", "code"])


def _cadres() -> None:
    op.create_table(
        "cadre",
        _id(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("home_unit", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date()),
        sa.Column("party_member", sa.Boolean(), nullable=False),
        sa.Column("native_place", sa.String()),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pool_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String()),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_cadre"),
        sa.ForeignKeyConstraint(["home_unit"], ["unit.code"], name="fk_cadre_home_unit_unit"),
    )
    op.create_index(
        "uq_cadre_name_birth_date_home_unit",
        "cadre",
        ["name", "birth_date", "home_unit"],
        unique=True,
        postgresql_where=sa.text("status <> 'exited'"),
    )
    op.create_index("ix_cadre_home_unit", "cadre", ["home_unit"])
    op.create_index("ix_cadre_tags", "cadre", ["tags"], postgresql_using="gin")
    op.create_table(
        "cadre_post",
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.PrimaryKeyConstraint("cadre_id", "position", name="pk_cadre_post"),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name="fk_cadre_post_cadre_id_cadre"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_cadre_post_unit_code_unit"),
    )
    op.create_table(
        "recusal_fact",
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cadre_id", name="pk_recusal_fact"),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name="fk_recusal_fact_cadre_id_cadre"),
    )


def _accounts() -> None:
    op.create_table(
        "principal",
        sa.Column("sub", sa.String(), nullable=False),
        sa.Column("unit", sa.String()),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("clearance", sa.String(), nullable=False),
        sa.Column("cadre_id", sa.Uuid()),
        sa.Column("name", sa.String()),
        sa.Column("contact", sa.LargeBinary()),
        *_versioned(),
        sa.PrimaryKeyConstraint("sub", name="pk_principal"),
        sa.UniqueConstraint("cadre_id", name="uq_principal_cadre_id"),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name="fk_principal_cadre_id_cadre"),
    )
    op.create_index("ix_principal_unit", "principal", ["unit"])


def _lending() -> None:
    op.create_table(
        "booking",
        _id(),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("home_unit", sa.String(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name="fk_booking_cadre_id_cadre"),
        sa.CheckConstraint(
            "not isempty(days) and not lower_inf(days) and not upper_inf(days)", name="has_two_ends"
        ),
        postgresql.ExcludeConstraint(
            ("cadre_id", "="), ("days", "&&"), name="ex_booking_cadre_id_days", using="gist"
        ),
    )
    op.create_index("ix_booking_home_unit_days", "booking", ["home_unit", "days"], postgresql_using="gist")
    op.create_table(
        "secondment",
        _id(),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("request_ref", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_secondment"),
        sa.CheckConstraint("period_from <= period_to", name="ordered"),
    )
    op.create_index("ix_secondment_request_ref", "secondment", ["request_ref"])
    op.create_index("ix_secondment_status", "secondment", ["status", "id"])
    op.create_table(
        "secondment_seat",
        _id(),
        sa.Column("secondment_id", sa.Uuid(), nullable=False),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("home_unit", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid()),
        sa.Column("replaced_by", sa.Uuid()),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_secondment_seat"),
        sa.UniqueConstraint("booking_id", name="uq_secondment_seat_booking_id"),
        sa.ForeignKeyConstraint(
            ["secondment_id"], ["secondment.id"], name="fk_secondment_seat_secondment_id_secondment"
        ),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name="fk_secondment_seat_cadre_id_cadre"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_secondment_seat_booking_id_booking"),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["secondment_seat.id"], name="fk_secondment_seat_replaced_by_secondment_seat"
        ),
        # A seat that is wanted or served holds days; a freed one does not unless they were served.
        sa.CheckConstraint(
            "state not in ('requested', 'approved', 'active') or booking_id is not null", name="held_has_days"
        ),
    )
    for column in ("secondment_id", "cadre_id", "home_unit"):
        op.create_index(f"ix_secondment_seat_{column}", "secondment_seat", [column])
    op.create_table(
        "secondment_evaluation",
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("comment", sa.String()),
        sa.Column("evaluated_by", sa.String(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seat_id", name="pk_secondment_evaluation"),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["secondment_seat.id"], name="fk_secondment_evaluation_seat_id_secondment_seat"
        ),
    )


def downgrade() -> None:
    for name in (
        "secondment_evaluation", "secondment_seat", "secondment", "booking", "principal", "recusal_fact",
        "cadre_post", "cadre", "supervised_person", "unit",
    ):
        op.drop_table(name)
    tables.downgrade_v1(op)
