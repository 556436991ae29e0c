"""Lists of the clues about one unit ask an index of one commission: a unit's clues may lie far apart in time."""

from alembic import op
from chassis.online import create_index
from sqlalchemy import text

revision = "0042"
down_revision = "0041"

# A unit and the commission whose clue names it, as one hash of both, like the pairs of characters of searches.
_UNITS = """
create or replace function units_within(commission text, units text[]) returns bigint[]
language sql immutable strict parallel safe as $$
    select array(
        select hashtext(commission)::bigint << 32 | (hashtext(one)::bigint & 4294967295) from unnest(units) as one
    )
$$
"""


def upgrade() -> None:
    op.execute(_UNITS)
    create_index(
        "ix_clue_units",
        "clue",
        [text("units_within(commission, subject_units)")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=text("subject_units <> '{}'"),
    )
    op.execute("analyze clue")


def downgrade() -> None:
    op.drop_index("ix_clue_units", if_exists=True)
    op.execute("drop function units_within(text, text[])")
