"""Clocks as data: versions of rules, calendars, pauses and extensions of a clue's clock, runs that count anew."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

_RIGHTS = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    execute format($sql$
        create policy seen on clock_change for select to %1$I
        using (exists (select from clue where clue.id = clock_change.clue_id))
    $sql$, app);
    execute format('create policy added on clock_change for insert to %1$I with check (true)', app);
    execute format('create policy engine on clock_change to %1$I using (true) with check (true)', engine);
    execute format('revoke update, delete, truncate on due_rule_version from %1$I', app);
    execute format($sql$
        create policy changed on clock_change for update to %1$I
        using (exists (select from clue where clue.id = clock_change.clue_id)) with check (true)
    $sql$, app);
end
$$
"""
# What was said about a clue goes with it when it is sealed.
_FORGET = """
create function forget_clock_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from clock_change where clue_id = new.id;
    return null;
end
$$
"""
_ON_SEALING = """
create trigger forget_clock_changes after update of status on clue
for each row when (new.status = 'sealed') execute function forget_clock_changes()
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    op.add_column("clue", sa.Column("due_rule_version", sa.SmallInteger(), nullable=True))
    op.add_column("clue", sa.Column("paused_on", sa.Date(), nullable=True))
    op.add_column("reporter_notice", sa.Column("since", sa.Date(), nullable=True))
    op.execute(
        "update reporter_notice set since = clue.received_on from clue"
        " where clue.id = reporter_notice.clue_id and reporter_notice.kind = 'acceptance'"
    )
    op.create_table(
        "due_rule_version",
        _id(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("working_days", sa.SmallInteger(), nullable=False),
        sa.Column("extensions", postgresql.JSONB(), nullable=False),
        sa.Column("pause_roles", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        _instant("written_at"),
        sa.PrimaryKeyConstraint("id", name="pk_due_rule_version"),
        sa.UniqueConstraint("name", "version", name="uq_due_rule_version_name_version"),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("off_days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("workdays", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("notice_ref", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        _instant("written_at"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )
    op.create_table(
        "clock_change",
        _id(),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("clock_start", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approval", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _instant("recorded_at"),
        sa.Column("ended_by", sa.String(), nullable=True),
        _instant("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clock_change_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_change"),
    )
    op.create_index("ix_clock_change_clue_id", "clock_change", ["clue_id", "id"])
    op.create_index(
        "uq_clock_change_open_pause",
        "clock_change",
        ["clue_id"],
        unique=True,
        postgresql_where="kind = 'pause' and until is null",
    )
    op.create_table(
        "deadline_run",
        _id(),
        sa.Column("started_by", sa.String(), nullable=False),
        _instant("started_at"),
        _instant("finished_at", nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_run"),
    )
    op.execute("alter table clock_change enable row level security")
    op.execute(_RIGHTS)
    op.execute(_FORGET)
    op.execute(_ON_SEALING)


def downgrade() -> None:
    op.execute("drop trigger forget_clock_changes on clue")
    op.execute("drop function forget_clock_changes()")
    for table in ("deadline_run", "clock_change", "calendar_year", "due_rule_version"):
        op.drop_table(table)
    op.drop_column("reporter_notice", "since")
    op.drop_column("clue", "paused_on")
    op.drop_column("clue", "due_rule_version")
