"""What is said with the steps of clues goes with their content; why an entry was withdrawn, with its text."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"

_OF_CLUE = "exists (select from clue where clue.id = clue_step.clue_id)"
# Whoever sees the clue reads its steps and adds to them; nobody changes what was said.
_RIGHTS = f"""
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    execute format('create policy seen on clue_step for select to %I using ({_OF_CLUE})', app);
    execute format('create policy added on clue_step for insert to %I with check ({_OF_CLUE})', app);
    execute format('create policy engine on clue_step to %I using (true) with check (true)', engine);
    execute format('revoke update, delete, truncate on clue_step from %I', app);
end
$$
"""
_FORGET = """
create function forget_clue_steps() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from clue_step where clue_id = new.id;
    return null;
end
$$
"""
_ON_ERASING = """
create trigger forget_clue_steps after update of status on clue
for each row when (new.status in ('sealed', 'deleted')) execute function forget_clue_steps()
"""


def upgrade() -> None:
    op.create_table(
        "clue_step",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("said", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_step_clue_id_clue"),
        sa.PrimaryKeyConstraint("clue_id", "version", name="pk_clue_step"),
    )
    op.execute("alter table clue_step enable row level security")
    op.execute(_RIGHTS)
    op.execute(_FORGET)
    op.execute(_ON_ERASING)
    op.add_column("library_text", sa.Column("withdrawal_reason", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("library_text", "withdrawal_reason")
    op.execute("drop trigger forget_clue_steps on clue")
    op.execute("drop function forget_clue_steps()")
    op.drop_table("clue_step")
