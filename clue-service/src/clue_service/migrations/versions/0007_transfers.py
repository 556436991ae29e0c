"""Transfers between commissions, clues split by allegation, and what two people seal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_CLUE_COLUMNS = (
    sa.Column("split_from_id", sa.Uuid(), nullable=True),
    sa.Column("came_by_transfer_id", sa.Uuid(), nullable=True),
    sa.Column("transfer_id", sa.Uuid(), nullable=True),
    sa.Column("seal_requested_by", sa.String(), nullable=True),
    sa.Column("seal_requested_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("sealed_by", sa.String(), nullable=True),
)


def _text(name: str, *, nullable: bool = True) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    for column in _CLUE_COLUMNS:
        op.add_column("clue", column)
    op.create_foreign_key("fk_clue_split_from_id_clue", "clue", "clue", ["split_from_id"], ["id"])
    op.add_column("clue_allegation", sa.Column("moved_to_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_clue_allegation_moved_to_id_clue", "clue_allegation", "clue", ["moved_to_id"], ["id"])
    _transfers()
    op.execute(_ERASE)
    op.execute(_MAY_ERASE)


def _transfers() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "clue_transfer",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("kind", nullable=False),
        _text("state", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _text("from_commission", nullable=False),
        *(_text(name) for name in ("to_unit", "to_commission", "to_body", "ground", "reason", "legal_basis")),
        sa.Column("approval", postgresql.JSONB(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", instant, nullable=False),
        _text("sent_by", nullable=False),
        *(sa.Column(name, instant, nullable=True) for name in ("receipt_due_at", "result_due_at", "received_at")),
        _text("received_by"),
        sa.Column("received_clue_id", sa.Uuid(), nullable=True),
        sa.Column("returned_at", instant, nullable=True),
        _text("return_reason"),
        sa.Column("reported_at", instant, nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clue_transfer"),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_transfer_clue_id_clue"),
        sa.ForeignKeyConstraint(["received_clue_id"], ["clue.id"], name="fk_clue_transfer_received_clue_id_clue"),
    )
    for name in ("clue_id", "received_clue_id"):
        op.create_index(f"ix_clue_transfer_{name}", "clue_transfer", [name])
    for name in ("from_commission", "to_commission"):
        op.create_index(f"ix_clue_transfer_{name}", "clue_transfer", [name, "id"])


# The runtime role may not delete verdicts; this function does, of a clue whose sealing two people asked for and did.
_ERASE = """
create function erase_sealed_clue(erased uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pairs uuid[];
begin
    if not exists (
        select from clue where id = erased and sealed_by is not null and seal_requested_by is not null
        and sealed_by <> seal_requested_by
    ) then
        raise exception 'sealing takes two people';
    end if;
    select coalesce(array_agg(id), '{}') into pairs from candidate where clue_a = erased or clue_b = erased;
    update matter_change set
        reason = null,
        verdicts = (
            select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(verdicts) one
            where (one ->> 'candidate_id')::uuid <> all (pairs)
        ),
        removed_links = (
            select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(removed_links) one
            where erased::text not in (one ->> 'clue_a', one ->> 'clue_b')
        )
    where erased = any (clue_ids) or verdicts @> any (
        select jsonb_build_array(jsonb_build_object('candidate_id', pair::text)) from unnest(pairs) pair
    );
    delete from candidate_verdict where candidate_id = any (pairs);
    delete from candidate where id = any (pairs);
    delete from clue_key where clue_id = erased;
    delete from matching_pending where clue_id = erased;
    delete from reporter where clue_id = erased;
    delete from clue_subject where clue_id = erased;
    delete from clue_allegation where clue_id = erased;
    update clue_disposition set reason = '', plan = null, decision_reason = null where clue_id = erased;
    update clue_result set note = null where clue_id = erased;
    update clue_transfer set content = null, reason = null, legal_basis = null, return_reason = null,
        result = result - 'note'
    where clue_id = erased or received_clue_id = erased;
    update clue set summary = null, subject_units = '{}', reporter_identity = null, lead_unit = null, co_units = '{}',
        members = '{}', due_rule = null, clock_start = null, due_at = null, clock_stopped_at = null,
        due_provisional = false
    where id = erased;
end
$$
"""
_MAY_ERASE = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '') || '_app';
begin
    revoke all on function erase_sealed_clue(uuid) from public;
    if exists (select from pg_roles where rolname = app) then
        execute format('grant execute on function erase_sealed_clue(uuid) to %I', app);
    end if;
end
$$
"""


def downgrade() -> None:
    op.execute("drop function erase_sealed_clue(uuid)")
    op.drop_table("clue_transfer")
    op.drop_column("clue_allegation", "moved_to_id")
    for column in reversed(_CLUE_COLUMNS):
        op.drop_column("clue", column.name)
