"""Searches of clues by name and text find pairs of neighbouring characters in an index.

An index of trigrams would not do: names of two characters have none.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

_PAIRS = """
create function text_pairs(said text) returns text[]
language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct pair) filter (where pair is not null), '{}') from (
        select one || lead(one) over (order by place) as pair
        from string_to_table(lower(said), null) with ordinality as letters (one, place)
    ) as pairs
$$
"""
# Names are short, and a single character of one is asked for.
_NAMES = """
create function name_pairs(name text, unit_name text) returns text[]
language sql immutable parallel safe as $$
    select public.text_pairs(concat_ws(E'\\n', name, unit_name))
        || string_to_array(lower(concat_ws(E'\\n', name, unit_name)), null)
$$
"""
# Intake waits for no list of pending entries that is worked off in its transaction.
_INDEXES = {
    "ix_clue_allegation_pairs": "clue_allegation using gin (text_pairs(text))",
    "ix_clue_subject_pairs": "clue_subject using gin (name_pairs(name, unit_name))",
    # Whether somebody is recused from any clue at all is asked of all clues.
    "ix_clue_recused": "clue using gin (recused) where recused <> '{}'",
    "ix_clue_pairs": "clue using gin (text_pairs(summary)) where summary is not null",
}


def upgrade() -> None:
    # ``concat_ws`` is called stable for the sake of dates; of texts it is immutable.
    op.execute(_PAIRS)
    op.execute(_NAMES)
    for name, on in _INDEXES.items():
        table, _, rest = on.partition(" where ")
        op.execute(f"create index {name} on {table} with (fastupdate = off)" + (f" where {rest}" if rest else ""))


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index {name}")
    op.execute("drop function name_pairs(text, text)")
    op.execute("drop function text_pairs(text)")
