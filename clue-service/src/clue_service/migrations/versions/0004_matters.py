"""Matters: mixed letters, the ledger of changes, verdicts in order; alerts tell which clues one lead binds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _members()
    _links()
    _changes()
    _verdicts()
    op.execute(_ROWS_ARE_FINAL)
    # The clues of the alerts there are were bound by one lead, which named the alert.
    op.add_column("overlap_alert_clue", sa.Column("bound_by", sa.Uuid(), nullable=True))
    op.execute("update overlap_alert_clue set bound_by = alert_id")
    op.alter_column("overlap_alert_clue", "bound_by", nullable=False)


def _members() -> None:
    op.add_column("matter", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("matter", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.add_column(
        "matter_member",
        sa.Column("parts", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.drop_constraint("pk_matter_member", "matter_member")
    op.create_primary_key("pk_matter_member", "matter_member", ["clue_id", "matter_id"])


def _links() -> None:
    op.add_column("matter_link", sa.Column("part_a", sa.String(), nullable=True))
    op.add_column("matter_link", sa.Column("part_b", sa.String(), nullable=True))
    op.add_column("matter_link", sa.Column("source_kind", sa.String(), server_default="candidate", nullable=False))
    op.execute(
        """
        update matter_link set source_kind = case
          when exists (select from overlap_alert where id = source_id) then 'overlap_alert'
          when exists (select from clue where id = source_id) then 'clue' else 'candidate' end
        """
    )
    op.drop_constraint("uq_matter_link_clue_a_clue_b_source_id", "matter_link")
    op.create_index(
        "uq_matter_link_ends",
        "matter_link",
        ["clue_a", "clue_b", "part_a", "part_b", "source_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_matter_link_source_id", "matter_link", ["source_id"])
    op.add_column("candidate", sa.Column("part_a", sa.String(), nullable=True))
    op.add_column("candidate", sa.Column("part_b", sa.String(), nullable=True))


def _changes() -> None:
    op.create_table(
        "matter_change",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("matter_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("clue_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        *(
            sa.Column(name, postgresql.JSONB(), nullable=False)
            for name in ("before", "after", "removed_links", "verdicts")
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("audit_mark", sa.BigInteger(), nullable=False),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("later_actions", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matter_change"),
    )
    op.create_index("ix_matter_change_matter_ids", "matter_change", ["matter_ids"], postgresql_using="gin")
    op.create_index("ix_matter_change_source_id", "matter_change", ["source_id"])
    op.create_index("uq_matter_change_undoes", "matter_change", ["undoes"], unique=True)


def _verdicts() -> None:
    op.create_table(
        "candidate_verdict",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_candidate_verdict_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate_verdict"),
    )
    op.create_index("ix_candidate_verdict_candidate_id", "candidate_verdict", ["candidate_id", "id"])
    op.execute(
        """
        insert into candidate_verdict
          (candidate_id, decision, relation, reason, decided_by, decided_at, source_kind, source_id)
        select id, decision, decided_relation, decision_reason, decided_by, decided_at, 'candidate', id
        from candidate where decision is not null and decided_by is not null and decided_at is not null
        """
    )


_ROWS_ARE_FINAL = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    if exists (select from pg_roles where rolname = app) then
        execute format('revoke update, delete, truncate on matter_change, candidate_verdict from %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    op.drop_column("overlap_alert_clue", "bound_by")
    op.drop_table("candidate_verdict")
    op.drop_table("matter_change")
    for name in ("part_a", "part_b"):
        op.drop_column("candidate", name)
    op.drop_index("ix_matter_link_source_id", "matter_link")
    op.drop_index("uq_matter_link_ends", "matter_link")
    for name in ("part_a", "part_b", "source_kind"):
        op.drop_column("matter_link", name)
    op.create_unique_constraint(
        "uq_matter_link_clue_a_clue_b_source_id", "matter_link", ["clue_a", "clue_b", "source_id"]
    )
    op.drop_constraint("pk_matter_member", "matter_member")
    op.create_primary_key("pk_matter_member", "matter_member", ["clue_id"])
    op.drop_column("matter_member", "parts")
    op.drop_column("matter", "merged_into")
    op.drop_column("matter", "version")
