"""Platform tables; clues, reporters' vault, candidates, matters, overlap alerts, matching, sealed receipts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import tables

revision = "0001"
down_revision = None


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _codes(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False)


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.BigInteger(), nullable=False)


def _of_clue(table: str, name: str = "clue_id", *, nullable: bool = False) -> list[Any]:
    key = sa.ForeignKeyConstraint([name], ["clue.id"], name=f"fk_{table}_{name}_clue")
    return [sa.Column(name, sa.Uuid(), nullable=nullable), key]


def upgrade() -> None:
    tables.upgrade_v1(op)
    _clues()
    _content()
    _handling()
    _pairs()
    _alerts()
    _matching()
    _receipts()


def _clues() -> None:
    op.create_table(
        "clue",
        _id(),
        _text("clue_no"),
        _text("status"),
        _text("closure", nullable=True),
        _version(),
        _text("source_code"),
        _text("channel", nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        _instant("registered_at"),
        _text("registered_by"),
        _text("registered_via", nullable=True),
        _text("commission"),
        _text("receiving_unit"),
        _text("summary", nullable=True),
        _text("origin_ref", nullable=True),
        _text("secrecy_level"),
        _text("overlap_policy"),
        _text("reporter_identity", nullable=True),
        sa.Column("blind_hits_withheld", sa.Boolean(), nullable=False),
        _codes("subject_units"),
        _text("lead_unit", nullable=True),
        _codes("co_units"),
        _codes("members"),
        _codes("approvers"),
        sa.Column("assignment_approval", postgresql.JSONB(), nullable=True),
        *_of_clue("clue", "first_clue_id", nullable=True),
        _text("due_rule", nullable=True),
        sa.Column("clock_start", sa.Date(), nullable=True),
        _instant("due_at", nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        _instant("clock_stopped_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clue"),
        sa.UniqueConstraint("clue_no", name="uq_clue_clue_no"),
        sa.UniqueConstraint(
            "commission", "source_code", "origin_ref", name="uq_clue_commission_source_code_origin_ref"
        ),
    )
    op.create_index("ix_clue_commission_status", "clue", ["commission", "status", "id"])
    op.create_index("ix_clue_lead_unit", "clue", ["lead_unit", "id"])
    op.create_index("ix_clue_registered_by", "clue", ["registered_by", "id"])
    op.create_index("ix_clue_co_units", "clue", ["co_units"], postgresql_using="gin")
    op.create_index("ix_clue_approvers", "clue", ["approvers"], postgresql_using="gin")
    op.create_index("ix_clue_due_at", "clue", ["due_at"])
    op.create_table(
        "clue_number",
        _text("commission"),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("commission", "year", name="pk_clue_number"),
    )
    op.create_table(
        "blind_hit_count",
        _text("sub"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("clues", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "day", name="pk_blind_hit_count"),
    )


def _content() -> None:
    op.create_table(
        "clue_subject",
        _id(),
        *_of_clue("clue_subject"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        *(_text(name, nullable=True) for name in ("name", "unit_name", "unit_code", "resolved_unit", "post", "rank")),
        _text("person_code", nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clue_subject"),
    )
    op.create_index("ix_clue_subject_clue_id", "clue_subject", ["clue_id"])
    op.create_index("ix_clue_subject_name", "clue_subject", ["name"])
    op.create_index("ix_clue_subject_person_code", "clue_subject", ["person_code"])
    op.create_table(
        "clue_allegation",
        _id(),
        *_of_clue("clue_allegation"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _text("category_code", nullable=True),
        _text("text"),
        sa.Column("occurred_from", sa.Date(), nullable=True),
        sa.Column("occurred_to", sa.Date(), nullable=True),
        _text("place", nullable=True),
        sa.Column("amount_cny", sa.Numeric(18, 2), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clue_allegation"),
    )
    op.create_index("ix_clue_allegation_clue_id", "clue_allegation", ["clue_id"])
    op.create_index("ix_clue_allegation_category_code", "clue_allegation", ["category_code"])
    op.create_table(
        "reporter",
        *_of_clue("reporter"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("sealed_under"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("clue_id", name="pk_reporter"),
    )


def _handling() -> None:
    op.create_table(
        "clue_disposition",
        _id(),
        *_of_clue("clue_disposition"),
        _text("method"),
        _text("reason"),
        _text("plan", nullable=True),
        _text("proposed_from"),
        _text("proposed_by"),
        _instant("proposed_at"),
        _text("decision", nullable=True),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        _text("decision_reason", nullable=True),
        sa.Column("approval", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clue_disposition"),
    )
    op.create_index("ix_clue_disposition_clue_id", "clue_disposition", ["clue_id", "id"])
    op.create_table(
        "clue_result",
        _id(),
        *_of_clue("clue_result"),
        _text("outcome"),
        sa.Column("four_forms", sa.SmallInteger(), nullable=True),
        _text("note", nullable=True),
        _text("recorded_by"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_result"),
    )
    op.create_index("ix_clue_result_clue_id", "clue_result", ["clue_id", "id"])


def _pairs() -> None:
    op.create_table(
        "candidate",
        _id(),
        *_of_clue("candidate", "clue_a"),
        *_of_clue("candidate", "clue_b"),
        sa.Column("probability", sa.Float(), nullable=False),
        _text("band"),
        _text("relation"),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("is_across", sa.Boolean(), nullable=False),
        _text("decision", nullable=True),
        _text("decided_relation", nullable=True),
        _text("decision_reason", nullable=True),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        _version(),
        _instant("detected_at"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("clue_a", "clue_b", name="uq_candidate_clue_a_clue_b"),
    )
    op.create_index("ix_candidate_clue_b", "candidate", ["clue_b"])
    op.create_table("matter", _id(), _instant("formed_at"), sa.PrimaryKeyConstraint("id", name="pk_matter"))
    op.create_table(
        "matter_link",
        _id(),
        *_of_clue("matter_link", "clue_a"),
        *_of_clue("matter_link", "clue_b"),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        _text("linked_by"),
        _instant("linked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_matter_link"),
        sa.UniqueConstraint("clue_a", "clue_b", "source_id", name="uq_matter_link_clue_a_clue_b_source_id"),
    )
    op.create_index("ix_matter_link_clue_b", "matter_link", ["clue_b"])
    op.create_table(
        "matter_member",
        *_of_clue("matter_member"),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name="fk_matter_member_matter_id_matter"),
        sa.PrimaryKeyConstraint("clue_id", name="pk_matter_member"),
    )
    op.create_index("ix_matter_member_matter_id", "matter_member", ["matter_id"])
    op.create_table(
        "matter_lead",
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        _text("commission"),
        _text("unit", nullable=True),
        *_of_clue("matter_lead", nullable=True),
        _text("basis"),
        _instant("taken_at"),
        sa.PrimaryKeyConstraint("scope_id", name="pk_matter_lead"),
    )


def _alerts() -> None:
    op.create_table(
        "overlap_alert",
        _id(),
        _text("state"),
        _text("outcome", nullable=True),
        _text("lead_commission", nullable=True),
        _text("decided_by", nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        _instant("detected_at"),
        _instant("ack_due_at"),
        _instant("resolved_at", nullable=True),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_overlap_alert"),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["overlap_alert.id"], name="fk_overlap_alert_merged_into_overlap_alert"
        ),
    )
    op.create_table(
        "overlap_alert_commission",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        _text("commission"),
        _instant("joined_at"),
        _instant("acknowledged_at", nullable=True),
        _text("acknowledged_by", nullable=True),
        _text("vote", nullable=True),
        _text("vote_lead", nullable=True),
        _instant("voted_at", nullable=True),
        _text("voted_by", nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "commission", name="pk_overlap_alert_commission"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["overlap_alert.id"], name="fk_overlap_alert_commission_alert_id_overlap_alert"
        ),
    )
    op.create_index(
        "ix_overlap_alert_commission_commission", "overlap_alert_commission", ["commission", "alert_id"]
    )
    op.create_table(
        "overlap_alert_clue",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        *_of_clue("overlap_alert_clue"),
        _text("commission"),
        _text("stage"),
        sa.PrimaryKeyConstraint("alert_id", "clue_id", name="pk_overlap_alert_clue"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["overlap_alert.id"], name="fk_overlap_alert_clue_alert_id_overlap_alert"
        ),
    )
    op.create_index("ix_overlap_alert_clue_clue_id", "overlap_alert_clue", ["clue_id"])


def _matching() -> None:
    op.create_table(
        "clue_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _text("commission", nullable=True),
        sa.Column("keys", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clue_key"),
        sa.UniqueConstraint("clue_id", name="uq_clue_key_clue_id"),
    )
    op.create_index(
        "ix_clue_key_keys", "clue_key", ["keys"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.create_table(
        "clue_feature",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("grams", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clue_feature"),
        sa.ForeignKeyConstraint(["id"], ["clue_key.id"], name="fk_clue_feature_id_clue_key", ondelete="CASCADE"),
    )
    op.create_table(
        "matching_frequency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("clues", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matching_frequency"),
    )
    op.create_table(
        "matching_pending",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _instant("since"),
        sa.PrimaryKeyConstraint("clue_id", name="pk_matching_pending"),
    )


def _receipts() -> None:
    op.create_table(
        "sealed_receipt",
        _id(),
        _text("commission"),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        _text("channel"),
        _text("courier", nullable=True),
        _instant("due_at"),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        _text("recorded_by"),
        _instant("recorded_at"),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_receipt"),
    )
    op.create_index("ix_sealed_receipt_commission", "sealed_receipt", ["commission", "id"])


_TABLES = (
    "clue", "clue_number", "blind_hit_count", "clue_subject", "clue_allegation", "reporter", "clue_disposition",
    "clue_result", "candidate", "matter", "matter_link", "matter_member", "matter_lead", "overlap_alert",
    "overlap_alert_commission", "overlap_alert_clue", "clue_key", "clue_feature", "matching_frequency",
    "matching_pending", "sealed_receipt",
)  # fmt: skip


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)
    tables.downgrade_v1(op)
