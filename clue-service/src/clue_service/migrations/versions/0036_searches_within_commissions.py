"""Searches by what clues say ask an index of one commission: each pair of neighbouring characters is in it with that.

Subjects and allegations get their clue's commission for it. The release that is here fills it; for the one before a
trigger does, and so it may be empty until the next release. An index of trigrams would not do: names of two characters
have none. What replaces those of 0026 may find them there, made by a build in between, or not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_SAID = ("clue_subject", "clue_allegation")
# PL/pgSQL keeps the plan for the next clue. The commission's hash stands in front, so that its clues stay together in
# the index and an intake touches few pages.
_PAIRS = """
create function pairs_within(commission text, said text) returns bigint[]
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
create function letters_within(commission text, said text) returns bigint[]
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
create function names_within(commission text, name text, unit_name text) returns bigint[]
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
create function take_commission() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('update %I set commission = commission_of($1) where id = $2', tg_table_name)
    using new.clue_id, new.id;
    return null;
end
$$
"""
_FOLLOW = """
create function said_follows_commission() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update clue_subject set commission = new.commission where clue_id = new.id;
    update clue_allegation set commission = new.commission where clue_id = new.id;
    return null;
end
$$
"""
_FOLLOWS = """
create trigger said_follows_commission after update of commission on clue
for each row when (new.commission <> old.commission) execute function said_follows_commission()
"""
_TAKES = """
create trigger take_commission after insert on {table}
for each row when (new.commission is null) execute function take_commission()
"""
# Intake waits for no list of pending entries that is worked off in its transaction.
_INDEXES = {
    "ix_clue_allegation_pairs": "clue_allegation using gin (pairs_within(commission, text)) with (fastupdate = off)",
    "ix_clue_subject_pairs": (
        "clue_subject using gin (names_within(commission, name, unit_name)) with (fastupdate = off)"
    ),
    "ix_clue_pairs": (
        "clue using gin (pairs_within(commission, summary)) with (fastupdate = off) where summary is not null"
    ),
}


def upgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index if exists {name}")
    op.execute("drop function if exists name_pairs(text, text)")
    op.execute("drop function if exists text_pairs(text)")
    for function in (_PAIRS, _LETTERS, _NAMES, _TAKE, _FOLLOW):
        op.execute(function)
    for table in _SAID:
        op.add_column(table, sa.Column("commission", sa.String(), nullable=True))
        # Written once, with its indexes made anew; an update would leave as many dead rows behind.
        op.execute(f"alter table {table} alter column commission type varchar using commission_of(clue_id)")
        op.execute(_TAKES.format(table=table))
    op.execute(_FOLLOWS)
    op.execute("set local maintenance_work_mem = '256MB'")
    for name, on in _INDEXES.items():
        op.execute(f"create index {name} on {on}")
    for table in (*_SAID, "clue"):
        op.execute(f"analyze {table}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index {name}")
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
