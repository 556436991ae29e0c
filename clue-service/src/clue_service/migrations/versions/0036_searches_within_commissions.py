"""What clues say gets its clue's commission, for searches that ask an index of one commission.

The release that is here fills it; for the one before a trigger does. It is empty in what was there before until 0037,
and may be empty until the next release. 0038 makes the indexes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_SAID = ("clue_subject", "clue_allegation")
# PL/pgSQL keeps the plan for the next clue. The commission's hash stands in front, so that its clues stay together in
# the index and an intake touches few pages.
_PAIRS = """
create or replace function pairs_within(commission text, said text) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
    letters text[] := string_to_array(lower(said), null);
    within bigint := hashtext(commission)::bigint << 32;
begin
    return array(
        select within | (hashtext(one || next)::bigint & 4294967295)
        from unnest(letters, letters[2:]) as pairs (one, next) where next is not null
    );
end
$$
"""
_LETTERS = """
create or replace function letters_within(commission text, said text) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
    within bigint := hashtext(commission)::bigint << 32;
begin
    return array(
        select within | (hashtext(one)::bigint & 4294967295) from string_to_table(lower(said), null) as one
    );
end
$$
"""
# Names are short, and a single character of one is asked for. ``concat_ws`` is called stable for the sake of dates; of
# texts it is immutable.
_NAMES = """
create or replace function names_within(commission text, name text, unit_name text) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
    said text := concat_ws(E'\\n', name, unit_name);
begin
    return public.pairs_within(commission, said) || public.letters_within(commission, said);
end
$$
"""
# At the end of the statement, in which the clue may come after what it says.
_TAKE = """
create or replace function take_commission() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('update %I set commission = commission_of($1) where id = $2', tg_table_name)
    using new.clue_id, new.id;
    return null;
end
$$
"""
_FOLLOW = """
create or replace function said_follows_commission() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update clue_subject set commission = new.commission where clue_id = new.id;
    update clue_allegation set commission = new.commission where clue_id = new.id;
    return null;
end
$$
"""
_FOLLOWS = """
create or replace trigger said_follows_commission after update of commission on clue
for each row when (new.commission <> old.commission) execute function said_follows_commission()
"""
_TAKES = """
create or replace trigger take_commission after insert on {table}
for each row when (new.commission is null) execute function take_commission()
"""
# What 0026 made before it was released, of other functions.
_INDEXES = ("ix_clue_allegation_pairs", "ix_clue_subject_pairs", "ix_clue_pairs")


def upgrade() -> None:
    # Statement by statement: whoever waits for one table holds none of the others, which an intake has in its hands.
    with op.get_context().autocommit_block():
        for name in _INDEXES:
            op.execute(f"drop index if exists {name}")
        op.execute("drop function if exists name_pairs(text, text)")
        op.execute("drop function if exists text_pairs(text)")
        for function in (_PAIRS, _LETTERS, _NAMES, _TAKE, _FOLLOW):
            op.execute(function)
        for table in _SAID:
            op.add_column(table, sa.Column("commission", sa.String(), nullable=True), if_not_exists=True)
            op.execute(_TAKES.format(table=table))
        op.execute(_FOLLOWS)


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index if exists {name}")
    op.execute("drop trigger said_follows_commission on clue")
    for table in _SAID:
        op.execute(f"drop trigger take_commission on {table}")
        op.drop_column(table, "commission")
    for function in (
        "said_follows_commission()",
        "take_commission()",
        "names_within(text, text, text)",
        "letters_within(text, text)",
        "pairs_within(text, text)",
    ):
        op.execute(f"drop function {function}")
