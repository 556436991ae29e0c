"""Versions of the matching model, runs of re-clustering, and which model and which search found a pair."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _models()
    _reclusterings()
    # Pairs of before were found at intake; which model scored them is not known.
    op.add_column("candidate", sa.Column("origin", sa.String(), server_default="intake", nullable=False))
    op.add_column("candidate", sa.Column("model_version", sa.String(), nullable=True))


def _models() -> None:
    op.create_table(
        "matching_model",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("origin", postgresql.JSONB(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("objections", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("fitted_by", sa.String(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.String(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_matching_model"),
    )
    op.create_index(
        "ix_matching_model_active",
        "matching_model",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )


def _reclusterings() -> None:
    op.create_table(
        "reclustering",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reclustering"),
    )
    op.create_index("ix_reclustering_started_at", "reclustering", ["started_at"])


def downgrade() -> None:
    op.drop_column("candidate", "model_version")
    op.drop_column("candidate", "origin")
    op.drop_table("reclustering")
    op.drop_table("matching_model")
