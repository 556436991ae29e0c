"""The rest of the registration form: what the registrar proposes, urgency, and of subjects whether they head a unit.

What is proposed is erased with the clue; the rest of a subject goes with its row.
"""

from alembic import op
from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import JSONB

revision = "0044"
down_revision = "0043"

# As in 0027, and the proposal.
_ERASE = """
create or replace function erase_clue(erased uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pairs uuid[];
begin
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
    update clue_share set purpose = '' where clue_id = erased;
    update clue set summary = null, proposed_opinion = null, subject_units = '{}', reporter_identity = null, lead_unit = null,
        co_units = '{}',
        members = '{}', due_rule = null, clock_start = null, due_at = null, clock_stopped_at = null,
        due_provisional = false
    where id = erased;
end
$$
"""
_ADDED = (
    ("clue", Column("proposed_opinion", String)),
    ("clue", Column("urgency", String)),
    ("clue_subject", Column("top_leader", String)),
    ("clue_subject", Column("particulars", JSONB)),
)


def upgrade() -> None:
    # Statement by statement: whoever waits for one table holds none of the others, which an intake has in its hands.
    with op.get_context().autocommit_block():
        for table, column in _ADDED:
            op.add_column(table, column, if_not_exists=True)
        op.execute(_ERASE)


def downgrade() -> None:
    op.execute(_ERASE.replace("proposed_opinion = null, ", ""))
    for table, column in reversed(_ADDED):
        op.drop_column(table, column.name)
